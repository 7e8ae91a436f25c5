"""A model's interface and cases, held against KServe's own server with the sample's model in it, on loopback."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import yaml

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).resolve().parents[2] / "models/treasury/atm-demand"
SECONDS = 60
DIRECT = build_opener(ProxyHandler({}))  # what the environment says of proxies is not for loopback


def spec() -> dict:
    return yaml.safe_load((SAMPLE / "spec.yaml").read_text())


def cases() -> list[dict]:
    return yaml.safe_load((SAMPLE / "cases.yaml").read_text())


@pytest.fixture(scope="module")
def server(skip_without) -> Iterator[str]:
    """The address of KServe's server; it is started once."""
    python = os.environ.get("MODELYARD_TEST_SERVER_PYTHON", sys.executable)
    if python == sys.executable and find_spec("kserve") is None:
        skip_without("kserve", "pip install kserve onnxruntime, and name that Python in MODELYARD_TEST_SERVER_PYTHON")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(__file__).parent / "kserve_server/server.py"
    command = [python, str(program), str(SAMPLE / "demand.onnx"), str(port), json.dumps(spec()["interface"])]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait(address, process)
        yield address
    finally:
        process.kill()
        process.wait()


def wait(address: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with DIRECT.open(f"{address}/v2/health/ready", timeout=5) as response:
                if json.load(response)["ready"]:
                    return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail("the server did not start")


def predict_request(case: dict, **change) -> dict:
    """A request of the protocol that has what the interface says, and nothing else."""
    inputs = []
    for field in spec()["interface"]["inputs"]:
        data = case["input"][field["name"]]
        shape = [len(data) if size == -1 else size for size in field["shape"]]
        flat = [number for row in data for number in row]
        inputs.append({"name": field["name"], "datatype": field["datatype"], "shape": shape, "data": flat, **change})
    return {"inputs": inputs}


def answer(address: str, body: dict) -> dict:
    headers = {"Content-Type": "application/json"}
    request = Request(f"{address}/v2/models/model/infer", json.dumps(body).encode(), headers)
    with DIRECT.open(request, timeout=SECONDS) as response:
        return json.load(response)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_server_answers_what_the_case_says_in_the_shape_of_the_interface(server, case) -> None:
    outputs = {output["name"]: output for output in answer(server, predict_request(case))["outputs"]}
    for field in spec()["interface"]["outputs"]:
        came, expected = outputs.pop(field["name"]), case["output"][field["name"]]
        assert came["datatype"] == field["datatype"]
        assert came["shape"] == [len(expected), *field["shape"][1:]]
        assert came["data"] == pytest.approx([number for row in expected for number in row], abs=case["tolerance"])
    assert outputs == {}


@pytest.mark.parametrize("change", [{"name": "days"}, {"datatype": "FP64"}, {"shape": [2, 2]}], ids=str)
def test_the_server_refuses_what_the_interface_does_not_say(server, change) -> None:
    with pytest.raises(HTTPError) as refused:
        answer(server, predict_request(cases()[0], **change))
    with refused.value:
        assert refused.value.code == 400

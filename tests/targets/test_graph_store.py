"""The store that a knowledge graph is rendered for takes the very arguments of the rendered objects, and answers."""

import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
GRAPH = {
    **HEAD, "name": "one", "type": "knowledge-graph", "deploy": {"target": "kubernetes"}, "environments": {"prod": {}},
    "source": {
        "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]}, "files": ["companies.ttl"],
    },
}  # fmt: skip
ASK = "ASK { <urn:a> <urn:owns> <urn:b> . <urn:o> a ?kind }"


def stored_folders(spec: dict) -> set[str]:
    """The folders of stores that the containers of a pod name."""
    containers = [*spec["initContainers"], *spec["containers"]]
    return {container["args"][container["args"].index("--location") + 1] for container in containers}


def test_a_volume_keeps_no_store_of_an_earlier_release(build_unit):
    """A volume outlives a release: with a folder for each release it would fill."""
    sources = [{**GRAPH["source"], "files": [name]} for name in ("companies.ttl", "ownership.ttl")]
    specs = [
        build_unit({**GRAPH, "source": source}).objects["statefulset.yaml"]["spec"]["template"]["spec"]
        for source in sources
    ]
    assert specs[0] != specs[1], "the pods restart, because they mount other facts"
    assert stored_folders(specs[0]) == stored_folders(specs[1])
    assert len(stored_folders(specs[0])) == 1


@pytest.fixture
def pod(build_unit, tmp_path: Path) -> dict:
    """The rendered pod, with what it mounts laid below a folder."""
    unit = build_unit(GRAPH)
    spec = unit.objects["statefulset.yaml"]["spec"]["template"]["spec"]
    maps = {found["metadata"]["name"]: found["data"] for found in unit.objects.values() if found["kind"] == "ConfigMap"}
    for volume in spec["volumes"]:
        folder = tmp_path / volume["name"]
        folder.mkdir()
        for name, text in maps.get(volume.get("configMap", {}).get("name"), {}).items():
            (folder / name).write_text(text, encoding="utf-8")
    return spec


def local_arguments(container: dict, folder: Path) -> list[str]:
    """A container's arguments, with paths that lie below the folder instead of the pod's root."""
    paths = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    moved = []
    for argument in container["args"]:
        mount = next((path for path in paths if argument.startswith(f"{path}/")), None)
        moved.append(str(folder / paths[mount]) + argument.removeprefix(mount) if mount else argument)
    return moved


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answer(port: int, query: str) -> str:
    address = f"http://127.0.0.1:{port}/query?query={urllib.parse.quote(query)}"
    request = urllib.request.Request(address, headers={"Accept": "application/sparql-results+json"})
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5) as found:
                return found.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_facts_are_loaded_and_queried_but_not_writable(pod, tmp_path, program):
    oxigraph, port = program("oxigraph"), free_port()
    (store,) = pod["containers"]
    for container in [*pod["initContainers"], *pod["initContainers"]]:  # as after a restart
        subprocess.run([oxigraph, *local_arguments(container, tmp_path)], check=True, capture_output=True)
    serve = [word.replace("0.0.0.0:7878", f"127.0.0.1:{port}") for word in local_arguments(store, tmp_path)]
    with subprocess.Popen([oxigraph, *serve], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert "true" in answer(port, ASK)
            assert answer(port, "SELECT ?o WHERE { ?s <urn:with> ?o }").count('"type"') == 1
            assert "false" in answer(port, ASK.replace("<urn:b>", "<urn:c>"))
            update = urllib.request.Request(
                f"http://127.0.0.1:{port}/update", b"INSERT DATA { <urn:a> <urn:owns> <urn:c> }",
                {"Content-Type": "application/sparql-update"},
            )  # fmt: skip
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(update, timeout=5)
        finally:
            process.terminate()


def test_facts_that_are_no_turtle_keep_the_store_from_starting(pod, tmp_path, program):
    (tmp_path / "facts" / "companies.ttl").write_text("<urn:a> <urn:owns> .", encoding="utf-8")
    _, load = pod["initContainers"]
    refused = subprocess.run([program("oxigraph"), *local_arguments(load, tmp_path)], check=False, capture_output=True)
    assert refused.returncode != 0

"""Artifacts are pinned or verified where KServe lets something verify them before the server starts.

CommonStorageInitialization (pkg/webhook/admission/pod/storage_initializer_injector.go, v0.18.0, v0.19.0, v0.20.0) appends KServe's
container to the init containers of the pod, and returns where one is named `storage-initializer` already. ConfigureModelcarToContainer and
ConfigureOciNativeToContainer (pkg/utils/storage.go) use what follows `oci://` as the reference of an image.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.artifacts.local_digest import local_digest
from compiler.commands.common.digest_progress import SILENT

DIGEST = "sha256:" + "1" * 64
VERIFICATION = {
    "image": f"registry.example/busybox:1.37@sha256:{'2' * 64}",
    "storageInitializer": f"registry.example/storage-initializer:v0.20.0@sha256:{'3' * 64}",
}
KSERVE = {"version": "0.20", "mode": "Standard", "verification": VERIFICATION}
S3 = "s3://models/one/1.0.0/"
OWN_SERVER = {"image": "registry.example/own:1.0", "digest": DIGEST}
UNVERIFIED = "its artifact is not verified before the server starts"


def model(uri: str, **fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": "one", "type": "ml", "lifecycle": "production", "summary": "A.",
        "version": "1.0.0", "source": {"format": "onnx", "uri": uri, "digest": DIGEST}, "environments": {"prod": {}},
        "deploy": {"target": "kserve", "resources": {"cpu": 1, "memory": "1Gi"}}, **fields,
    }  # fmt: skip


def llm(uri: str, **source: Any) -> dict[str, Any]:
    base = {"name": "a/b", "revision": "1", "license": "MIT"}
    return model(uri, type="llm", source={"baseModel": base, "uri": uri, **source})


def predictor(unit: Any) -> Mapping[str, Any]:
    return unit.objects["inferenceservice.yaml"]["spec"]["predictor"]


@pytest.mark.parametrize("scheme", ["oci", "oci+native"])
def test_an_image_is_pinned_by_the_digest(scheme, build_unit) -> None:
    uri = f"{scheme}://registry.example/models/one:1.0.0"
    assert predictor(build_unit(model(uri)))["model"]["storageUri"] == f"{uri}@{DIGEST}"
    env = predictor(build_unit(model(uri, runtime=OWN_SERVER)))["containers"][0]["env"]
    assert {"name": "STORAGE_URI", "value": f"{uri}@{DIGEST}"} in env
    unit = build_unit(llm(uri, digest=DIGEST))
    assert unit.objects["llminferenceservice.yaml"]["spec"]["model"]["uri"] == f"{uri}@{DIGEST}"


def test_a_uri_with_a_digest_and_a_language_model_without_one_stay_as_they_are(build_unit) -> None:
    pinned = f"oci://registry.example/models/one@{DIGEST}"
    assert predictor(build_unit(model(pinned)))["model"]["storageUri"] == pinned
    unit = build_unit(llm("oci://registry.example/models/one:1"))
    assert unit.objects["llminferenceservice.yaml"]["spec"]["model"]["uri"] == "oci://registry.example/models/one:1"


@pytest.mark.parametrize("runtime", [{}, {"runtime": OWN_SERVER}], ids=["runtime of KServe", "own server"])
def test_two_init_containers_download_and_verify_before_the_server_starts(runtime, build_unit, cluster) -> None:
    unit = build_unit(model(S3, **runtime), kserve=KSERVE)
    spec = predictor(unit)
    download, verify = spec["initContainers"]
    assert download["name"] == "storage-initializer", "KServe adds no container of its own next to one of this name"
    assert (download["image"], download["args"]) == (VERIFICATION["storageInitializer"], [S3, "/mnt/models"])
    assert (verify["image"], verify["args"]) == (VERIFICATION["image"], [DIGEST, "/mnt/models"])
    server = spec["containers"][0] if runtime else spec["model"]
    mounts = [container["volumeMounts"][0] for container in (download, verify, server)]
    assert [mount["mountPath"] for mount in mounts] == ["/mnt/models"] * 3
    assert {mount["name"] for mount in mounts} == {volume["name"] for volume in spec["volumes"]}
    assert [mount.get("readOnly", False) for mount in mounts] == [False, True, True]
    assert "STORAGE_URI" not in str(server), "KServe would fail to find its own container"
    for version in ("0.18.1", "0.19.0", "0.20.0"):
        judge = cluster("1.34", version)
        assert judge(unit.keys["inferenceservice.yaml"], unit.objects["inferenceservice.yaml"]) == ()


def test_without_images_of_the_environment_nothing_is_verified(build_unit) -> None:
    spec = predictor(build_unit(model(S3)))
    assert "initContainers" not in spec
    assert spec["model"]["storageUri"] == S3


@pytest.mark.parametrize(
    ("one", "kserve"),
    [
        (llm(S3, digest=DIGEST), KSERVE),
        (model(S3), {**KSERVE, "mode": "Knative"}),
        (model("s3://models/one/1.0.0/model.tar.gz"), KSERVE),
        (model("pvc://claim/one"), KSERVE),
        (model(S3, deploy={**model(S3)["deploy"], "options": {"storageKey": "own"}}), KSERVE),
    ],
    ids=["language model", "Knative", "archive", "volume", "storage key"],
)
def test_what_cannot_be_verified_is_reported_at_the_digest(one, kserve, build_unit) -> None:
    unit = build_unit(one, kserve=kserve)
    assert "verify-artifact" not in str(unit.objects)
    blamed = {message: line for message, line in unit.blamed_lines.items() if UNVERIFIED in message}
    assert list(blamed.values()) == [f"digest: {DIGEST}"]


def shells() -> list[list[str]]:
    busybox = shutil.which("busybox")
    return [["sh"], *([[busybox, "sh"]] if busybox else [])]


@pytest.fixture(params=shells(), ids=lambda shell: shell[0].rpartition("/")[2])
def verify(request, build_unit):
    """Run the rendered container with another digest and folder."""
    container = predictor(build_unit(model(S3), kserve=KSERVE))["initContainers"][1]
    assert container["command"][0] == "sh"

    def run(digest: str, folder: Path) -> subprocess.CompletedProcess[str]:
        command = [*request.param, *container["command"][1:], digest, str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"model.onnx": b"weights", "vocab/a b.txt": b"words", ".config": b"", "größe": b"x", "-": b"y", "B": b"z"}
    for path, content in files.items():
        (tmp_path / "artifact" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "artifact" / path).write_bytes(content)
    return tmp_path / "artifact"


def test_the_container_accepts_the_digest_that_modelyard_computes(verify, folder) -> None:
    digest = local_digest(folder, SILENT).digest
    result = verify(digest, folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert digest in result.stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "model.onnx").write_bytes(b"Weights"),
        lambda folder: (folder / "payload.pkl").write_bytes(b""),
        lambda folder: (folder / "B").rename(folder / "C"),
        lambda folder: (folder / ".config").unlink(),
        lambda folder: (folder / "link").symlink_to("/etc/passwd"),
        lambda folder: (folder / "a\nb").write_bytes(b""),
    ],
    ids=["content", "new file", "name", "removed file", "link", "line break"],
)
def test_the_container_fails_for_a_changed_folder(change, verify, folder) -> None:
    digest = local_digest(folder, SILENT).digest
    change(folder)
    result = verify(digest, folder)
    assert result.returncode != 0
    assert "the artifact" in result.stderr


def test_the_container_accepts_one_file_by_its_own_digest_and_ignores_the_state_of_the_hub(verify, tmp_path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"weights")
    digest = f"sha256:{hashlib.sha256(b'weights').hexdigest()}"
    assert verify(digest, tmp_path).returncode == 0
    (tmp_path / "model.onnx").write_bytes(b"Weights")
    assert verify(digest, tmp_path).returncode != 0
    snapshot = local_digest(tmp_path, SILENT).digest
    (tmp_path / ".cache" / "huggingface").mkdir(parents=True)
    (tmp_path / ".cache" / "huggingface" / "model.onnx.lock").write_bytes(b"")
    assert verify(snapshot, tmp_path).returncode == 0

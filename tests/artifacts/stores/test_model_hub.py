"""A snapshot of a model hub has the digest of the folder with the files of its commit."""

import hashlib
import json
from urllib.parse import unquote, urlsplit

import pytest

from compiler.artifacts.local_digest import local_digest
from compiler.artifacts.locations import artifact_digest
from compiler.foundation.errors import HostError, UsageError

COMMIT = "e0bc86c23ce5aae1db576c8cca6f06f1f73af2db"


@pytest.fixture
def hub(server, artifact, monkeypatch, tmp_path):
    """A hub with the model bank/fraud; `vocab/日本.txt` is large, so that the hub states its SHA-256."""
    files = {path.relative_to(artifact).as_posix(): path.read_bytes() for path in artifact.rglob("*") if path.is_file()}

    def respond(request):
        path = unquote(urlsplit(request.path).path)
        if path in {
            "/api/models/bank/fraud/revision/main",
            "/api/models/bank/fraud",
            f"/api/models/bank/fraud/revision/{COMMIT}",
        }:
            return 200, {"Content-Type": "application/json"}, json.dumps({"id": "bank/fraud", "sha": COMMIT}).encode()
        if path.startswith(f"/api/models/bank/fraud/tree/{COMMIT}"):
            entries = [tree_entry(name, content) for name, content in files.items()]
            entries.append({"type": "directory", "path": "vocab", "oid": "0" * 40})
            return 200, {"Content-Type": "application/json"}, json.dumps(entries).encode()
        name = path.removeprefix(f"/bank/fraud/resolve/{COMMIT}/")
        if name in files:
            return 200, {"X-Repo-Commit": COMMIT, "ETag": f'"{git_oid(files[name])}"'}, files[name]
        return 404, {"X-Error-Code": "RepoNotFound"}, b""

    server.respond = respond
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    for name in ("HF_TOKEN", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return server


def tree_entry(name: str, content: bytes) -> dict[str, object]:
    entry = {"type": "file", "path": name, "size": len(content), "oid": git_oid(content)}
    if len(content) < 1_000_000:
        return entry
    return entry | {"lfs": {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}}


def git_oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.mark.parametrize("location", ["hf://bank/fraud", "hf://bank/fraud:main", f"hf://bank/fraud@{COMMIT}"])
def test_a_snapshot_has_the_digest_of_the_same_folder(location, hub, artifact, progress) -> None:
    digest = artifact_digest(location, progress)
    assert digest.digest == local_digest(artifact, progress).digest
    assert digest.revision == COMMIT
    assert progress.done == progress.expected


def test_a_large_file_is_not_downloaded(hub, progress) -> None:
    artifact_digest("hf://bank/fraud", progress)
    downloads = [unquote(path) for method, path in hub.requests if method == "GET" and "/resolve/" in path]
    assert downloads
    assert not [path for path in downloads if "日本" in path]


def test_an_unknown_model_and_an_invalid_name_are_errors(hub, progress) -> None:
    with pytest.raises(HostError, match="cannot read hf://bank/other"):
        artifact_digest("hf://bank/other", progress)
    with pytest.raises(UsageError, match="does not name a model"):
        artifact_digest("hf://bank", progress)

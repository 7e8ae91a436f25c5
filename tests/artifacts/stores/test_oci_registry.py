"""The digest of an artifact in a registry is that of the bytes of its manifest."""

import base64
import hashlib
import json

import pytest

from compiler.artifacts.locations import artifact_digest
from compiler.foundation.errors import HostError, UsageError

MANIFEST = json.dumps({"schemaVersion": 2, "layers": []}, indent=3).encode()
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture(autouse=True)
def no_login(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


def manifests(request):
    if request.path in {"/v2/models/fraud/manifests/4.2", f"/v2/models/fraud/manifests/{DIGEST}"}:
        assert MEDIA_TYPE in request.headers["Accept"]
        return 200, {"Content-Type": MEDIA_TYPE}, MANIFEST
    return 404, {}, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'


@pytest.mark.parametrize("reference", [":4.2", f"@{DIGEST}", f":4.2@{DIGEST}"], ids=["tag", "digest", "both"])
def test_the_digest_is_that_of_the_manifest(reference, server, progress) -> None:
    server.respond = manifests
    digest = artifact_digest(f"oci://{server.address}/models/fraud{reference}", progress)
    assert (digest.kind, digest.digest) == ("manifest", DIGEST)


def test_a_registry_that_returns_another_manifest_is_refused(server, progress) -> None:
    server.respond = lambda _request: (200, {"Content-Type": MEDIA_TYPE}, MANIFEST + b" ")
    with pytest.raises(HostError, match="the registry returned a manifest with the digest"):
        artifact_digest(f"oci://{server.address}/models/fraud@{DIGEST}", progress)


def test_an_unknown_tag_and_an_incomplete_reference_are_errors(server, progress) -> None:
    server.respond = manifests
    with pytest.raises(HostError, match="the registry answered 404"):
        artifact_digest(f"oci://{server.address}/models/fraud:5", progress)
    with pytest.raises(UsageError, match="does not name an artifact"):
        artifact_digest("oci://fraud", progress)


def test_the_credentials_of_docker_login_are_used(server, progress, tmp_path) -> None:
    login = base64.b64encode(b"user:password").decode()
    (tmp_path / ".docker").mkdir()
    for folder in (tmp_path, tmp_path / ".docker"):
        (folder / "config.json").write_text(json.dumps({"auths": {server.address: {"auth": login}}}))

    def respond(request):
        authorization = request.headers.get("Authorization", "")
        if request.path.startswith("/token"):
            return (200, {}, b'{"token": "t"}') if authorization == f"Basic {login}" else (401, {}, b"")
        if authorization != "Bearer t":
            return 401, {"Www-Authenticate": f'Bearer realm="{server.url}/token",service="registry"'}, b""
        return manifests(request)

    server.respond = respond
    assert artifact_digest(f"oci://{server.address}/models/fraud:4.2", progress).digest == DIGEST

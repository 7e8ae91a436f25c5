"""Objects below a prefix have the digest of the same folder on disk, in S3 and in Google Cloud Storage."""

import hashlib
import json
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from compiler.artifacts.local_digest import local_digest
from compiler.artifacts.locations import artifact_digest
from compiler.foundation.errors import HostError, UsageError


def bucket_responder(objects: dict[str, bytes], page_size: int = 3):
    """The bucket `models` with objects by key, as S3 (path style) and Google Cloud Storage (JSON API) serve it."""

    def respond(request):
        url = urlsplit(request.path)
        path, query = unquote(url.path), parse_qs(url.query)
        is_google = path.startswith(("/storage/v1/b/", "/download/storage/v1/b/"))
        bucket, _, key = path.removeprefix("/download").removeprefix("/storage/v1/b").lstrip("/").partition("/")
        key = key.removeprefix("o").removeprefix("/") if is_google else key
        if bucket != "models":
            return 404, {}, b"{}" if is_google else b"<Error><Code>NoSuchBucket</Code></Error>"
        if not key:
            page = listed_page(objects, query, page_size)
            return 200, {}, google_page(objects, *page) if is_google else s3_page(objects, *page)
        if key not in objects:
            return 404, {}, b""
        if is_google and "media" not in query.get("alt", []):
            return 200, {}, json.dumps(google_entry(key, objects[key])).encode()
        return ranged(request, objects[key])

    return respond


def ranged(request, content: bytes):
    if "Range" not in request.headers:
        return 200, {"ETag": '"e"'}, content
    first, _, last = request.headers["Range"].removeprefix("bytes=").partition("-")
    if int(first) >= len(content):
        return 416, {"Content-Range": f"bytes */{len(content)}"}, b""
    part = content[int(first) : int(last) + 1]
    return 206, {"Content-Range": f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"}, part


def listed_page(objects: dict[str, bytes], query: dict[str, list[str]], page_size: int) -> tuple[list[str], str]:
    """The keys of a page, and the token of the next one."""
    keys = sorted(key for key in objects if key.startswith(query.get("prefix", [""])[0]))
    start = int(query.get("continuation-token", query.get("pageToken", ["0"]))[0])
    return keys[start : start + page_size], str(start + page_size) if start + page_size < len(keys) else ""


def s3_page(objects: dict[str, bytes], keys: list[str], token: str) -> bytes:
    contents = "".join(
        f"<Contents><Key>{escape(quote(key))}</Key><Size>{len(objects[key])}</Size></Contents>" for key in keys
    )
    next_page = (
        f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    )
    return f"<ListBucketResult><EncodingType>url</EncodingType>{next_page}{contents}</ListBucketResult>".encode()


def google_page(objects: dict[str, bytes], keys: list[str], token: str) -> bytes:
    items = [google_entry(key, objects[key]) for key in keys]
    return json.dumps({"items": items} | ({"nextPageToken": token} if token else {})).encode()


def google_entry(key: str, content: bytes) -> dict[str, str]:
    return {"name": key, "bucket": "models", "size": str(len(content)), "generation": "1"}


@pytest.fixture(params=["s3", "gs"])
def scheme(request, server, monkeypatch, tmp_path) -> str:
    """A store on loopback, with credentials that nobody issued."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    return request.param


def test_a_prefix_has_the_digest_of_the_same_folder(scheme, server, artifact, progress) -> None:
    files = {path.relative_to(artifact).as_posix(): path.read_bytes() for path in artifact.rglob("*") if path.is_file()}
    objects = {f"fraud/4.2/{path}": content for path, content in files.items()}
    objects |= {"fraud/4.2/": b"", "fraud/4.2/vocab/": b"", "fraud/4.21/other": b"no", "fraud/4.2-old": b"no"}
    server.respond = bucket_responder(objects)
    expected = local_digest(artifact, progress)
    assert artifact_digest(f"{scheme}://models/fraud/4.2", progress) == expected
    assert artifact_digest(f"{scheme}://models/fraud/4.2/", progress) == expected
    assert progress.done == progress.expected


def test_an_object_has_the_digest_of_its_bytes(scheme, server, progress) -> None:
    server.respond = bucket_responder({"fraud/model.onnx": b"weights", "fraud/model.onnx/x": b"no"})
    digest = artifact_digest(f"{scheme}://models/fraud/model.onnx", progress)
    assert (digest.kind, digest.digest) == ("file", f"sha256:{hashlib.sha256(b'weights').hexdigest()}")


def test_a_whole_bucket_is_a_folder(scheme, server, artifact, progress) -> None:
    server.respond = bucket_responder({"a": b"1", "b/c": b"2"})
    assert [file.path for file in artifact_digest(f"{scheme}://models", progress).files] == ["a", "b/c"]


def test_nothing_at_a_path_and_no_bucket_are_errors(scheme, server, progress) -> None:
    server.respond = bucket_responder({"a": b"1"})
    with pytest.raises(UsageError, match="contains no object"):
        artifact_digest(f"{scheme}://models/fraud", progress)
    with pytest.raises(HostError, match=f"cannot read {scheme}://other/fraud"):
        artifact_digest(f"{scheme}://other/fraud", progress)
    with pytest.raises(UsageError, match="names no bucket"):
        artifact_digest(f"{scheme}:///fraud", progress)


@pytest.mark.parametrize("scheme", ["s3"], indirect=True)
def test_a_public_bucket_is_read_without_credentials(scheme, server, progress, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    respond, signatures = bucket_responder({"a": b"1"}), []

    def record(request):
        signatures.append(request.headers.get("Authorization"))
        return respond(request)

    server.respond = record
    assert artifact_digest(f"{scheme}://models/a", progress).kind == "file"
    assert set(signatures) == {None}


@pytest.mark.parametrize("scheme", ["s3"], indirect=True)
def test_a_missing_profile_is_an_error_with_its_name(scheme, progress, monkeypatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    with pytest.raises(HostError, match="nowhere"):
        artifact_digest(f"{scheme}://models/a", progress)

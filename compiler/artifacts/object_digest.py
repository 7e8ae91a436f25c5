"""The digest of an object in a store, or of all objects below a prefix as a folder."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from compiler.artifacts.artifact_digest import ArtifactDigest, FileDigest, Progress, folder_digest, require_listable
from compiler.foundation.errors import UsageError


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The key of an object, and its size in bytes."""

    key: str
    size: int


def bucket_and_key(scheme: str, location: str) -> tuple[str, str]:
    """The parts of a URI."""
    bucket, _, key = location.partition("/")
    if not bucket:
        raise UsageError(f"{scheme}://{location} names no bucket", help=f"Write `{scheme}://BUCKET/PATH`.")
    return bucket, key


def object_digest(
    location: str,
    key: str,
    objects: Callable[[str], Iterator[StoredObject]],
    content: Callable[[str], Iterator[bytes]],
    progress: Progress,
) -> ArtifactDigest:
    """The digest of the object `key` if there is one, else of the folder `key`.

    `objects` lists the objects whose keys begin with a prefix, in the order of their keys; `content` reads an object.
    """
    exact_object = next(objects(key), None) if key and not key.endswith("/") else None
    if exact_object and exact_object.key == key:
        progress.expect(exact_object.size)
        file = _digest_object(exact_object, key.rpartition("/")[2], content, progress)
        return ArtifactDigest("file", f"sha256:{file.sha256}", (file,))
    prefix = f"{key.rstrip('/')}/" if key.rstrip("/") else ""
    # A key that ends in `/` stands for an empty folder.
    stored_objects = [one for one in objects(prefix) if not one.key.endswith("/")]
    if not stored_objects:
        raise UsageError(f"{location} contains no object", help="Check the bucket and the path.")
    progress.expect(sum(one.size for one in stored_objects))
    for stored_object in stored_objects:
        require_listable(stored_object.key.removeprefix(prefix), location)
    return folder_digest(_digest_object(one, one.key.removeprefix(prefix), content, progress) for one in stored_objects)


def _digest_object(
    stored_object: StoredObject, path: str, content: Callable[[str], Iterator[bytes]], progress: Progress
) -> FileDigest:
    digest, size = hashlib.sha256(), 0
    for chunk in content(stored_object.key):
        digest.update(chunk)
        size += len(chunk)
        progress.advance(len(chunk))
    return FileDigest(path, digest.hexdigest(), size)

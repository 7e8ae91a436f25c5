"""The git blob ids of files that are not specs, such as the companion files of releases. A file that did not change is not read again."""

from __future__ import annotations

from posixpath import dirname

import msgspec

from compiler.source.packed_data import DECODE_ERRORS
from compiler.source.tree import FileStamp, Tree
from compiler.store.project_store import Store

_TABLE, _KEY = "files", "blob ids"
_RACY_NANOSECONDS = 2_000_000_000
"""A file that changed this short before it was read may change again within one tick of the file system's clock."""


class _StoredId(msgspec.Struct, frozen=True, array_like=True, gc=False):
    blob_id: str
    stamp: FileStamp


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, _StoredId])


class BlobIds:
    """The ids of files of one tree."""

    def __init__(self, tree: Tree, store: Store, started_at: int) -> None:
        """`started_at` is a time in nanoseconds before which no file was read."""
        self._tree, self._store, self._started_at = tree, store, started_at
        self._stored_ids = _decode_ids(store.get(_TABLE, _KEY))
        self._new_ids: dict[str, _StoredId] = {}
        self._links: dict[str, str | None] = {}
        """By folder: the first part of its path that is a link."""

    def of(self, path: str) -> str:
        """The id of a file; raises `NoSuchFile` as `tree.read` does."""
        stamp = self._tree.stamp(path)
        stored_id = self._stored_ids.get(path)
        if stored_id is not None and stored_id.stamp == stamp and not self._is_below_link(path):
            return stored_id.blob_id
        blob_id = self._tree.blob_id(path)
        if stamp is not None and is_settled(stamp, self._started_at):
            self._new_ids[path] = _StoredId(blob_id, stamp)
        return blob_id

    def save(self) -> None:
        """Put the ids into the store, without those of files that are gone."""
        if not self._new_ids:
            return
        old_ids = {path: id_ for path, id_ in self._stored_ids.items() if self._tree.stamp(path) is not None}
        self._stored_ids, self._new_ids = {**old_ids, **self._new_ids}, {}
        self._store.put(_TABLE, {_KEY: _encoder.encode(self._stored_ids)})

    def _is_below_link(self, path: str) -> bool:
        """Whether the path leads through a link, which `tree.read` does not follow, but `tree.stamp` does."""
        folder = dirname(path)
        if folder not in self._links:
            self._links[folder] = self._tree.link_on(folder)
        return self._links[folder] is not None


def is_settled(stamp: FileStamp | None, started_at: int) -> bool:
    """Whether a file that was read after a time cannot have changed since without another stamp."""
    return stamp is None or max(stamp.mtime, stamp.ctime) < started_at - _RACY_NANOSECONDS


def _decode_ids(content: bytes | None) -> dict[str, _StoredId]:
    try:
        return _decoder.decode(content) if content else {}
    except DECODE_ERRORS:
        return {}

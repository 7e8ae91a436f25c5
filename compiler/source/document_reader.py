"""Reads the files of specs of a tree. A file that did not change since an earlier run is neither read nor parsed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.foundation.secret_redaction import Redactor
from compiler.source.blob_ids import BlobIds, is_settled
from compiler.source.deferred_parse import parse_file
from compiler.source.document import Document
from compiler.source.lazy_contents import ContentsCache, DataByIndex, LazyContents
from compiler.source.packed_data import DECODE_ERRORS, pack, packed_digest, readable_text, unpack
from compiler.source.stored_file import (
    StoredContents,
    StoredDocument,
    StoredFile,
    decode_contents,
    decode_files,
    encode_contents,
    encode_files,
)
from compiler.source.tree import FileStamp, Tree, blob_id, is_lfs_pointer
from compiler.store.project_store import Store

if TYPE_CHECKING:
    from compiler.source.yaml_parse import ParseResult

_CONTENTS, _INDEX, _WORK_TREE = "documents", "files", "work tree"
"""The names of tables, and the key of the index of the work tree."""

OnParse: TypeAlias = "Callable[[bytes, str, ParseResult], bool]"
"""Receives the content, the path and the documents of a file that was parsed; returns whether the file may be stored."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file: its documents with the facts that are stored about each, and its findings."""

    documents: tuple[Document, ...] = ()
    facts: tuple[bytes, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_lfs_pointer: bool = False


class DocumentReader:
    """Reads files of one tree once."""

    def __init__(
        self, tree: Tree, store: Store | None = None, on_parse: OnParse = lambda _content, _path, _result: True
    ) -> None:
        self._tree = tree
        self._store = store or Store()
        self._on_parse = on_parse
        self._started_at = time.time_ns()
        self._cache = ContentsCache(tree, self._load_data)
        self._known_files = {file.path: file for file in decode_files(self._store.get(_INDEX, _WORK_TREE))}
        self._files: dict[str, StoredFile] = {}
        """The files that were read and may be stored."""
        self._blob_ids = BlobIds(tree, self._store, self._started_at)
        self._files_with_findings: dict[str, StoredFile] = {}
        self._parsed_contents: dict[str, StoredContents | None] = {}
        """By blob id: the contents that were parsed in this run; `None` for those that were put into the store."""
        self._facts: dict[Document, bytes] = {}

    def read(self, path: str) -> ReadFile:
        """The documents of a listed file."""
        stamp = self._tree.stamp(path)
        known_file = self._known_files.get(path)
        if known_file is not None and stamp is not None and known_file.stamp == stamp:
            return self._stored_file(known_file)
        stored_blob_id = self._tree.stored_blob_id(path)
        if stored_blob_id is not None and (file := self._find_file(path, stored_blob_id, stamp)):
            return self._stored_file(file)
        content = self._tree.read(path)
        if is_lfs_pointer(content):
            return ReadFile(is_lfs_pointer=True)
        blob = stored_blob_id or blob_id(content)
        if file := self._find_file(path, blob, stamp):
            return self._stored_file(file)
        return self._parse(content, path, blob, stamp)

    def blob_id(self, path: str) -> str:
        """The git blob id of a file, which may have been read."""
        return self._files[path].blob_id if path in self._files else self._blob_ids.of(path)

    def holds_no_secret(self, path: str) -> bool:
        """Whether the file was read without parsing it, because an earlier run stored it."""
        file = self._files.get(path)
        return file is not None and file.blob_id not in self._parsed_contents

    def set_facts(self, document: Document, facts: bytes) -> None:
        """Store facts about a document with its file, for later runs."""
        self._facts[document] = facts

    def dismiss_findings(self, path: str) -> None:
        """Store a file in spite of its findings, none of which is reported."""
        if path in self._files_with_findings:
            self._files[path] = self._files_with_findings.pop(path)

    def save(self, redactor: Redactor) -> None:
        """Put into the store the files that have no findings and hold no secret; also remove those that hold a secret by now."""
        if not self._store.is_enabled:
            return
        facts_by_contents = self._facts_by_contents()
        files: list[StoredFile] = []
        new_contents: dict[str, bytes] = {}
        for path, file in sorted(self._files.items()):
            contents = self._parsed_contents.get(file.blob_id)
            if contents is None:
                files.append(file)
            elif not _holds_secret(contents, redactor):
                documents = tuple(
                    msgspec.structs.replace(document, facts=facts_by_contents.get((path, document.index), b""))
                    for document in file.documents
                )
                files.append(msgspec.structs.replace(file, documents=documents))
                new_contents[file.blob_id] = encode_contents(msgspec.structs.replace(contents, documents=documents))
        secret_blobs = self._stored_secrets(redactor)
        self._store.put(_CONTENTS, new_contents)
        self._store.delete(_CONTENTS, secret_blobs)
        self._files.update((file.path, file) for file in files)
        self._forget_contents(new_contents.keys())
        self._save_index([file for file in files if file.blob_id not in secret_blobs])
        self._blob_ids.save()

    def _forget_contents(self, blobs: Iterable[str]) -> None:
        """Hold the contents no longer that can be read from the store, although they were parsed in this run."""
        for blob in blobs:
            self._parsed_contents[blob] = None

    def _save_index(self, files: list[StoredFile]) -> None:
        stamped_files = [
            file if is_settled(file.stamp, self._started_at) else msgspec.structs.replace(file, stamp=None)
            for file in files
        ]
        is_work_tree = any(file.stamp for file in files)
        if is_work_tree and stamped_files != list(self._known_files.values()):
            self._store.put(_INDEX, {_WORK_TREE: encode_files(stamped_files)})

    def _stored_secrets(self, redactor: Redactor) -> frozenset[str]:
        """The blobs that were stored before a text in them was known to be a secret."""
        if not redactor.knows_secrets:
            return frozenset()
        stored_contents = {blob: decode_contents(content) for blob, content in self._store.get_all(_CONTENTS).items()}
        return frozenset(
            blob for blob, contents in stored_contents.items() if contents is None or _holds_secret(contents, redactor)
        )

    def _facts_by_contents(self) -> dict[tuple[str, int], bytes]:
        return {(document.path, document.index): facts for document, facts in self._facts.items()}

    def _find_file(self, path: str, blob: str, stamp: FileStamp | None) -> StoredFile | None:
        """The file with this content, if an earlier run parsed it."""
        known_file = self._known_files.get(path)
        if known_file is not None and known_file.blob_id == blob:
            return msgspec.structs.replace(known_file, stamp=stamp)
        contents = decode_contents(self._store.get(_CONTENTS, blob))
        return StoredFile(path, blob, stamp, contents.documents, contents.has_tool_comments) if contents else None

    def _stored_file(self, file: StoredFile) -> ReadFile:
        self._files[file.path] = file
        contents = LazyContents(self._cache, file)
        return ReadFile(
            tuple([Document(file.path, stored.index, contents, stored.line) for stored in file.documents]),
            tuple([stored.facts for stored in file.documents]),
        )

    def _parse(self, content: bytes, path: str, blob: str, stamp: FileStamp | None) -> ReadFile:
        parse_result = parse_file(content, path)
        may_be_stored = self._on_parse(content, path, parse_result)
        contents = _pack_documents(parse_result.documents)
        no_facts = (b"",) * len(parse_result.documents)
        if contents is None or not parse_result.documents:
            return ReadFile(parse_result.documents, no_facts, parse_result.findings)
        file = StoredFile(path, blob, stamp, contents.documents, contents.has_tool_comments)
        self._parsed_contents[blob] = contents
        if may_be_stored:
            (self._files_with_findings if parse_result.findings else self._files)[path] = file
        lazy_contents = LazyContents(self._cache, file)
        self._cache.add_data(lazy_contents, {document.index: document.data for document in parse_result.documents})
        documents = tuple(replace(document, contents=lazy_contents) for document in parse_result.documents)
        return ReadFile(documents, no_facts, parse_result.findings)

    def _load_data(self, contents: LazyContents) -> DataByIndex:
        """The data of a file: as it was parsed in this run, or as it is stored; the file is parsed if another run removed it."""
        blob = contents.file.blob_id
        packed_contents = self._parsed_contents.get(blob) or decode_contents(self._store.get(_CONTENTS, blob))
        with suppress(*DECODE_ERRORS):
            if packed_contents is not None:
                return _unpack_documents(packed_contents)
        return {document.index: document.data for document in parse_file(contents.text, contents.file.path).documents}


def _pack_documents(documents: Sequence[Document]) -> StoredContents | None:
    """The contents; `None` if the data of a document cannot be packed."""
    stored_documents: list[StoredDocument] = []
    packed_data: list[bytes] = []
    for document in documents:
        packed = pack(document.data)
        if packed is None:
            return None
        stored_documents.append(StoredDocument(document.index, document.line, packed_digest(packed)))
        packed_data.append(packed)
    has_tool_comments = any(document.has_tool_comments for document in documents[:1])
    return StoredContents(tuple(stored_documents), tuple(packed_data), has_tool_comments)


def _unpack_documents(contents: StoredContents) -> DataByIndex:
    pairs = zip(contents.documents, contents.packed_data, strict=True)
    return {document.index: unpack(packed) for document, packed in pairs}


def _holds_secret(contents: StoredContents, redactor: Redactor) -> bool:
    return any(redactor.holds_secret(readable_text(packed)) for packed in contents.packed_data)

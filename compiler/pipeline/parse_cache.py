"""A cache of parsed files between runs, so that unchanged files are not parsed again.

The key of a file is the SHA-256 of its bytes, for one version of Python and of the code that parses. Only files without
findings are cached, as JSON, in one file per project. It is outside of all checkouts, in a folder that only its owner
may write. If it cannot be used for any reason, the files are parsed as if there were no cache.
"""

import hashlib
import json
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import yaml

from compiler import __version__
from compiler.foundation.json_data import Json
from compiler.foundation.secret_redaction import Redactor
from compiler.source.document import Document
from compiler.source.text_decoding import decode
from compiler.source.yaml_parse import ParseResult, parse

CACHE_VARIABLE = "MODELYARD_CACHE"
"""The environment variable with another folder, or `off`."""
MAX_BYTES = 32 * 1024 * 1024
"""The maximum size of a project's cache."""
MAX_PROJECTS = 8
MIN_FILES = 64
"""Fewer files are parsed as fast as they are looked up."""
_REWRITE_DIVISOR = 20
"""The cache is written again once more than a twentieth of its entries are new."""
_CACHE_FILE_NAME = re.compile(r"[0-9a-f]{32}\.json(?:\.[0-9a-f]+)?")


class ParseCache:
    """The cached files of a project, and those to cache; without a file nothing is cached."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._entries: dict[str, Json] = {}
        self._new_digests: set[str] = set()

    def parse(self, data: bytes, path: str) -> ParseResult:
        """The result of `parse` for a file."""
        if self._file is None:
            return parse(data, path)
        digest = hashlib.sha256(data).hexdigest()
        entry = self._stored_entries.get(digest)
        documents = None if entry is None else tuple(_stored_documents(entry, decode(data, path)[0], path))
        if documents is not None and None not in documents:
            self._entries[digest] = entry
            return ParseResult(tuple(document for document in documents if document), ())
        parse_result = parse(data, path)
        if not parse_result.findings:
            self._entries[digest] = [
                [document.index, document.line, document.data] for document in parse_result.documents
            ]
            self._new_digests.add(digest)
        return parse_result

    def save(self, redactor: Redactor) -> None:
        """Write the parsed files that contain no secret, if enough of them are new; errors of the file system are ignored."""
        has_stale_secret = self._drop_secrets(redactor)
        should_write = len(self._entries) >= MIN_FILES and len(self._new_digests) * _REWRITE_DIVISOR > len(
            self._entries
        )
        if self._file is not None and (should_write or has_stale_secret):
            with suppress(OSError, ValueError, RecursionError):
                _write_envelope(self._file, {"version": reader_version(), "files": self._entries})

    def _drop_secrets(self, redactor: Redactor) -> bool:
        """Remove files that contain a secret; whether the cache on disk contains one, which was not known to be a secret then."""
        digests = self._entries if redactor.knows_secrets else self._new_digests
        secret_digests = {
            digest for digest in digests if redactor.holds_secret(json.dumps(self._entries[digest], ensure_ascii=False))
        }
        for digest in secret_digests:
            del self._entries[digest]
        stale_digests = secret_digests - self._new_digests
        self._new_digests -= secret_digests
        return bool(stale_digests)

    @cached_property
    def _stored_entries(self) -> Mapping[str, Json]:
        return _load_entries(self._file) if self._file else {}


def open_cache(project: Path, checkout: Path) -> ParseCache:
    """The cache of a project in a checkout; without a file if the cache is off or its folder cannot be used."""
    folder = _cache_folder()
    if folder is None or folder.is_relative_to(checkout.resolve()) or not _is_private(folder):
        return ParseCache(None)
    name = hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:32]
    return ParseCache(folder / f"{name}.json")


def reader_version() -> str:
    """Everything that determines how bytes are parsed: this package, the code that parses, PyYAML, and Python."""
    code = sorted((Path(__file__).parents[1] / "source").glob("*.py"))
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in code)).hexdigest()
    return f"{__version__} without secrets {digest} {yaml.__version__} {yaml.__with_libyaml__} {sys.version}"


def _cache_folder() -> Path | None:
    """The folder of the caches: that of the environment variable, else in the user's cache folder; `None` if the cache is off."""
    setting = os.environ.get(CACHE_VARIABLE, "")
    if setting == "off":
        return None
    homes = {"win32": "~/AppData/Local", "darwin": "~/Library/Caches"}
    home = os.environ.get("XDG_CACHE_HOME") or homes.get(sys.platform, "~/.cache")
    try:
        path = Path(setting) if setting else Path(home).expanduser() / "modelyard"
        return path.resolve() if path.is_absolute() else None
    except (OSError, RuntimeError):
        return None


def _is_private(folder: Path) -> bool:
    """Whether only the owner may write to the folder, which is created if it does not exist."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder_stat = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(folder_stat.st_mode) and _is_owned_by_user(folder_stat)


def _is_owned_by_user(file_stat: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True
    return file_stat.st_uid == os.getuid() and not file_stat.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _load_entries(file: Path) -> Mapping[str, Json]:
    """The entries of a cache file by digest; none if it is damaged (it begins with the digest of the rest) or of another version."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            file_stat = os.fstat(descriptor)
            if not stat.S_ISREG(file_stat.st_mode) or not _is_owned_by_user(file_stat) or file_stat.st_size > MAX_BYTES:
                return {}
            digest, _, content = stream.read().partition(b"\n")
        if digest != hashlib.sha256(content).hexdigest().encode():
            return {}
        envelope = json.loads(content)
    except (OSError, ValueError, RecursionError):
        return {}
    match envelope:
        case {"version": version, "files": dict(files)} if version == reader_version():
            return files
    return {}


def _write_envelope(file: Path, envelope: Json) -> None:
    content = json.dumps(envelope, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(content) > MAX_BYTES:
        return
    temporary_file = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    temporary_file.replace(file)
    cache_files = [cache_file for cache_file in file.parent.iterdir() if _CACHE_FILE_NAME.fullmatch(cache_file.name)]
    for stale_file in sorted(cache_files, key=lambda cache_file: cache_file.stat().st_mtime, reverse=True)[
        MAX_PROJECTS:
    ]:
        stale_file.unlink()


def _stored_documents(entry: Json, text: str, path: str) -> Iterator[Document | None]:
    """The cached documents of a file; `None` for an entry that is not a document."""
    for fields in entry if isinstance(entry, list) else (None,):
        match fields:
            case [int(index), int(line), dict(data)]:
                yield Document(path, index, data, text, line)
            case _:
                yield None

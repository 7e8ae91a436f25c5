"""What the files of a project say, kept from one run to the next: what has not changed need not be parsed again.

A file is known by the SHA-256 of its bytes, for one version of Python and of the code that reads. Only what was read without
a remark is kept, as JSON, in one file a project. That lies outside of every checkout, in a folder that nobody but its owner
may write; whatever is amiss with it, the files are parsed as if there were none.
"""

import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import yaml

from compiler import __version__
from compiler.foundation.json_data import Json, as_object
from compiler.source.document import Document
from compiler.source.text_decoding import decode
from compiler.source.yaml_parse import Parsed, parse

VARIABLE = "MODELYARD_CACHE"
"""The environment variable that names another folder, or says `off`."""
LARGEST = 32 * 1024 * 1024
"""Bytes that are kept of a project."""
MOST_PROJECTS = 8
FEWEST_FILES = 64
"""Fewer are parsed as quickly as they are looked up."""
_WORTH_WRITING = 20
"""What is kept is written anew once more than a twentieth of it is new."""
_NAME = re.compile(r"[0-9a-f]{32}\.json(?:\.[0-9]+)?")


class Kept:
    """What was kept of a project, and what is to be; without a file nothing is."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._used: dict[str, Json] = {}
        self._new = 0

    def parse(self, data: bytes, path: str) -> Parsed:
        """What `parse` says of a file."""
        if self._file is None:
            return parse(data, path)
        digest = hashlib.sha256(data).hexdigest()
        held = self._known.get(digest)
        documents = None if held is None else tuple(_documents(held, decode(data, path)[0], path))
        if documents is not None and None not in documents:
            self._used[digest] = held
            return Parsed(tuple(one for one in documents if one), ())
        parsed = parse(data, path)
        if not parsed.findings:
            self._used[digest] = [[one.index, one.line, one.data] for one in parsed.documents]
            self._new += 1
        return parsed

    def save(self) -> None:
        """Keep what was parsed, where that is worth it; a machine that refuses is none the worse."""
        is_worth_it = len(self._used) >= FEWEST_FILES and self._new * _WORTH_WRITING > len(self._used)
        if self._file is not None and is_worth_it:
            with suppress(OSError, ValueError, RecursionError):
                _write(self._file, {"version": version(), "files": self._used})

    @cached_property
    def _known(self) -> Mapping[str, Json]:
        return _read(self._file) if self._file else {}


def kept(project: Path, checkout: Path) -> Kept:
    """What is kept of a project, which lies in a checkout; nothing where the user wants nothing kept."""
    folder = _folder()
    if folder is None or folder.is_relative_to(checkout.resolve()) or not _is_private(folder):
        return Kept(None)
    name = hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:32]
    return Kept(folder / f"{name}.json")


def version() -> str:
    """All that could say anything else of the same bytes: this package, the code that reads, the parser, and Python."""
    code = sorted((Path(__file__).parents[1] / "source").glob("*.py"))
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in code)).hexdigest()
    return f"{__version__} {digest} {yaml.__version__} {yaml.__with_libyaml__} {sys.version}"


def _folder() -> Path | None:
    """Where things are kept: as the user says, else where the system keeps what can be lost."""
    said = os.environ.get(VARIABLE, "")
    if said == "off":
        return None
    homes = {"win32": "~/AppData/Local", "darwin": "~/Library/Caches"}
    home = os.environ.get("XDG_CACHE_HOME") or homes.get(sys.platform, "~/.cache")
    try:
        path = Path(said) if said else Path(home).expanduser() / "modelyard"
        return path.resolve() if path.is_absolute() else None
    except (OSError, RuntimeError):
        return None


def _is_private(folder: Path) -> bool:
    """Whether the folder, made where there is none, is one that nobody but its owner may write."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and _is_ours(found)


def _is_ours(found: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(file: Path) -> Mapping[str, Json]:
    """What a file holds by digest, if it is whole and of this version: it begins with the digest of what follows."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as opened:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or not _is_ours(found) or found.st_size > LARGEST:
                return {}
            digest, _, content = opened.read().partition(b"\n")
        if digest != hashlib.sha256(content).hexdigest().encode():
            return {}
        held = as_object(json.loads(content))
    except (OSError, ValueError, RecursionError):
        return {}
    return as_object(held.get("files")) if held.get("version") == version() else {}


def _write(file: Path, held: Json) -> None:
    content = json.dumps(held, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(content) > LARGEST:
        return
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    unfinished.replace(file)
    ours = [one for one in file.parent.iterdir() if _NAME.fullmatch(one.name)]
    for old in sorted(ours, key=lambda one: one.stat().st_mtime, reverse=True)[MOST_PROJECTS:]:
        old.unlink()


def _documents(held: Json, text: str, path: str) -> Iterator[Document | None]:
    """The documents that were kept of a file; `None` for what is none."""
    for one in held if isinstance(held, list) else (None,):
        match one:
            case [int(index), int(line), dict(data)]:
                yield Document(path, index, data, text, line)
            case _:
                yield None

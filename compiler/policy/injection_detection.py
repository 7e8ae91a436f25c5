"""Finds texts of tool manifests and skills that look like an attempt to steer the language model that reads them."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

import msgspec

from compiler.diagnostics.finding import Location
from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, Pointer
from compiler.resolve.resolved_model import CompanionFile, Release
from compiler.source.data_files import read_data_file
from compiler.source.text_decoding import LineIndex
from compiler.source.yaml_parse import parse

INJECTIONS_VARIABLE = "injectionCandidates"
"""The policy variable with the texts."""
MAX_CANDIDATES = 50
"""The texts of a release that are reported; a manifest that has more is read again after these were removed."""
_MAX_EXCERPT_LENGTH = 80

FileRole = Literal["tools", "skills"]


@dataclass(frozen=True, slots=True)
class InjectionPattern:
    """A kind of text, and the files in which it is a sign of an attack."""

    name: str
    title: str
    roles: frozenset[str]
    expression: re.Pattern[str]

    def search(self, text: str) -> re.Match[str] | None:
        """The first match. The text of the match has the length that it has in the file."""
        return self.expression.search(_comparable(text))


@dataclass(frozen=True, slots=True)
class InjectionCandidate:
    """A text that matches a pattern: where it is, and the field of the release's source that names its file."""

    pattern: InjectionPattern
    location: Location
    pointer: Pointer
    text: str

    @property
    def entry(self) -> Object:
        """The text as rules see it."""
        return {
            "file": self.location.path,
            "line": self.location.line,
            "pattern": self.pattern.name,
            "title": self.pattern.title,
            "text": self.text,
        }


class _PatternEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern as the shipped file states it; `matches` and `ignores` are its tests."""

    name: str
    title: str
    files: tuple[FileRole, ...]
    expression: str
    source: str
    matches: tuple[str, ...]
    ignores: tuple[str, ...]

    @property
    def pattern(self) -> InjectionPattern:
        return InjectionPattern(
            self.name, self.title, frozenset(self.files), re.compile(self.expression.replace(" ", r"\s+"))
        )


@lru_cache(maxsize=1)
def pattern_entries() -> tuple[_PatternEntry, ...]:
    """The shipped patterns with their tests."""
    [document] = parse(resources.read_shipped_text("injection_patterns.yaml"), "injection_patterns.yaml").documents
    return msgspec.convert(document.data["patterns"], tuple[_PatternEntry, ...])


@lru_cache(maxsize=1)
def injection_patterns() -> tuple[InjectionPattern, ...]:
    """The shipped patterns."""
    return tuple(entry.pattern for entry in pattern_entries())


def find_injections(release: Release | None) -> Sequence[InjectionCandidate]:
    """The texts of a release's tool manifests and skills that match a pattern, in the order of the files."""
    if release is None or not release.files:
        return ()
    files = {file.relative: file for file in release.files}
    return tuple(
        islice(
            (
                candidate
                for role, pointer, name in _named_files(release)
                if name in files
                for candidate in _file_candidates(files[name], role, pointer)
            ),
            MAX_CANDIDATES,
        )
    )


def _named_files(release: Release) -> Iterator[tuple[FileRole, Pointer, str]]:
    """Each file that a language model reads as the description of a tool, or as a skill."""
    for index, tool in enumerate(release.source.get("tools", ())):
        if "manifest" in tool:
            yield "tools", ("source", "tools", index, "manifest"), tool["manifest"]
    for index, skill in enumerate(release.source.get("skills", ())):
        for position, name in enumerate(skill["files"]):
            yield "skills", ("source", "skills", index, "files", position), name


def _file_candidates(file: CompanionFile, role: FileRole, pointer: Pointer) -> Iterator[InjectionCandidate]:
    patterns = [pattern for pattern in injection_patterns() if role in pattern.roles]
    texts = _manifest_texts(file) if role == "tools" else None
    if texts is None:
        yield from _text_candidates(file, patterns, pointer)
        return
    for text, location in texts:
        for pattern in patterns:
            if match := pattern.search(text):
                yield InjectionCandidate(pattern, location, pointer, _excerpt(text, match))


def _text_candidates(
    file: CompanionFile, patterns: Sequence[InjectionPattern], pointer: Pointer
) -> Iterator[InjectionCandidate]:
    """The texts of a file that is no data: each match at its characters."""
    text = file.text
    if text is None:
        return
    comparable, lines = _comparable(text), LineIndex(text)
    for pattern in patterns:
        for match in pattern.expression.finditer(comparable):
            yield InjectionCandidate(pattern, lines.location(file.path, *match.span()), pointer, _excerpt(text, match))


def _manifest_texts(file: CompanionFile) -> list[tuple[str, Location]] | None:
    """Each text and key of a manifest, as a program reads them, and its location; `None` if the file is not valid."""
    data_file = read_data_file(file.content, file.path)
    if data_file.document is None:
        return None
    document = data_file.document
    return [
        (text, document.key_location(pointer) if is_key else document.location(pointer))
        for pointer, text, is_key in _texts(data_file.value, ())
    ]


def _texts(value: Json, pointer: Pointer) -> Iterator[tuple[Pointer, str, bool]]:
    """Each text of a value and whether it is a key; a key comes before its value."""
    if isinstance(value, str):
        yield pointer, value, False
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield (*pointer, key), key, True
            yield from _texts(item, (*pointer, key))
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from _texts(item, (*pointer, index))


def _comparable(text: str) -> str:
    """The text in lower case and without compatibility characters such as full-width letters; each character keeps its index."""
    return text.lower() if text.isascii() else "".join(map(_comparable_character, text))


@lru_cache(maxsize=4096)
def _comparable_character(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character


def _excerpt(text: str, match: re.Match[str]) -> str:
    """The text of a match on one line."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text[slice(*match.span())]).split())
    return words if len(words) <= _MAX_EXCERPT_LENGTH else words[:_MAX_EXCERPT_LENGTH] + "…"

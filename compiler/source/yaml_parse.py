"""Text to documents: the front door of everything that is read as YAML."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from yaml import YAMLError

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place, in_order
from compiler.source.document import Document
from compiler.source.loader_findings import Stop
from compiler.source.syntax_errors import explain
from compiler.source.text_decoding import decode
from compiler.source.yaml_loader import Reader, Root

LARGEST = 1024 * 1024
"""Bytes that a file of specs may have."""
MOST_TAG_LINES = 100


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says, and what is amiss with how it says it."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


Parse: TypeAlias = Callable[[bytes, str], Parsed]
"""What reads the files of specs: `parse`, or what remembers what that said."""


def parse(text: bytes | str, path: str) -> Parsed:
    """The documents of a file; none of them where a part of the file cannot be read at all.

    Half a file is no smaller version of it: a document after the mistake would be reported missing wherever another
    refers to it. What can be read but not meant (a duplicate key, a custom tag) keeps its document, and is a finding.
    """
    if len(text) > LARGEST:
        return Parsed((), (_too_large(f"The file is larger than {LARGEST >> 20} MiB.", path),))
    decoded, findings = decode(text, path)
    if findings:
        return Parsed((), findings)
    if decoded.count("%TAG") > MOST_TAG_LINES:  # libyaml compares each with each
        return Parsed((), (_too_large("The file is full of `%TAG` lines.", path),))
    return _read(decoded, path)


def _read(text: str, path: str) -> Parsed:
    said: list[Finding] = []
    try:
        reader = Reader(text, path)
        said = reader.findings
        return _parsed(reader.documents(), said, text, path)
    except YAMLError as error:
        return Parsed((), in_order([*said, explain(error, text, path)]))
    except Stop as stop:
        return Parsed((), in_order([*said, stop.finding]))


def _parsed(roots: list[Root], findings: list[Finding], text: str, path: str) -> Parsed:
    documents = []
    for root in roots:
        if isinstance(root.data, dict):
            documents.append(Document(path, root.index, root.data, text, root.place.line))
        else:
            message = f"This document is {_kind(root.data)}, not a map."
            findings.append(Finding(codes.NOT_A_MAP, message, root.place, help=codes.NOT_A_MAP.remedy))
    return Parsed(tuple(documents), in_order(findings) if findings else ())


def _too_large(message: str, path: str) -> Finding:
    return Finding(codes.TOO_LARGE, message, Place(path), help=codes.TOO_LARGE.remedy)


def _kind(data: object) -> str:
    if isinstance(data, list):
        return "a list"
    return "text" if isinstance(data, str) else "a single value"

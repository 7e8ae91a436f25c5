"""Parses text to documents: the entry point for all YAML."""

from dataclasses import dataclass

from yaml import YAMLError

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, sorted_unique
from compiler.foundation.json_data import Object
from compiler.source.document import Document, MemoryContents
from compiler.source.loader_findings import UnreadableFile
from compiler.source.syntax_errors import syntax_error_finding
from compiler.source.text_decoding import decode
from compiler.source.yaml_loader import DocumentRoot, YamlLoader

MAX_FILE_BYTES = 1024 * 1024
"""Maximum bytes of a spec file."""
MAX_TAG_LINES = 100


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The documents of a file, and its findings."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def parse(text: bytes | str, path: str, *, max_bytes: int = MAX_FILE_BYTES) -> ParseResult:
    """Parse the documents of a file; none if part of the file cannot be read.

    Half a file would be misleading: a document after the mistake would be reported as missing wherever another one refers to it. A file
    that can be read with problems (a duplicate key, a custom tag) keeps its documents.
    """
    if len(text) > max_bytes:
        return ParseResult((), (_too_large(f"The file is larger than {max_bytes >> 20} MiB.", path),))
    content, findings = decode(text, path)
    if findings:
        return ParseResult((), findings)
    if content.count("%TAG") > MAX_TAG_LINES:  # libyaml compares every pair of keys
        return ParseResult((), (_too_large("The file has too many `%TAG` lines.", path),))
    return _load(content, path)


def _load(text: str, path: str) -> ParseResult:
    findings: list[Finding] = []
    try:
        loader = YamlLoader(text, path)
        findings = loader.findings
        return _build_result(loader.load_documents(), findings, text, path)
    except YAMLError as error:
        finding = syntax_error_finding(error, text, path)
        line = finding.location.line if finding.location else 0
        earlier_findings = [
            earlier for earlier in findings if earlier.location is None or earlier.location.line != line
        ]
        return ParseResult((), sorted_unique([*earlier_findings, finding]))
    except UnreadableFile as unreadable:
        return ParseResult((), sorted_unique([*findings, unreadable.finding]))


def _build_result(roots: list[DocumentRoot], findings: list[Finding], text: str, path: str) -> ParseResult:
    documents = []
    data_by_index: dict[int, Object] = {}
    contents = MemoryContents(text, data_by_index)
    for root in roots:
        if isinstance(root.data, dict):
            data_by_index[root.index] = root.data
            documents.append(Document(path, root.index, contents, root.location.line))
        else:
            message = f"This document is {_describe_kind(root.data)}, not a map."
            findings.append(Finding(codes.NOT_A_DOCUMENT, message, root.location, help=codes.NOT_A_DOCUMENT.remedy))
    return ParseResult(tuple(documents), sorted_unique(findings) if findings else ())


def _too_large(message: str, path: str) -> Finding:
    return Finding(codes.TOO_LARGE, message, Location(path), help=codes.TOO_LARGE.remedy)


def _describe_kind(data: object) -> str:
    if isinstance(data, list):
        return "a list"
    return "text" if isinstance(data, str) else "a single value"

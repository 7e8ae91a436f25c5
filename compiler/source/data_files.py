"""YAML and JSON companion files: any data, read within the limits of specs."""

from dataclasses import dataclass

from yaml import YAMLError

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.foundation.json_data import Json
from compiler.source.document import Document, MemoryContents
from compiler.source.loader_findings import UnreadableFile
from compiler.source.syntax_errors import syntax_error_finding
from compiler.source.text_decoding import decode
from compiler.source.yaml_loader import YamlLoader


@dataclass(frozen=True, slots=True)
class DataFile:
    """The data of a file, the document with its locations, and its findings."""

    value: Json
    document: Document | None
    findings: tuple[Finding, ...]


def read_data_file(content: bytes, path: str) -> DataFile:
    """The single value of a file; `None` with the reason if it cannot be read. JSON is read as YAML."""
    text, findings = decode(content, path)
    if findings:
        return DataFile(None, None, findings)
    loader_findings: list[Finding] = []
    try:
        reader = YamlLoader(text, path)
        loader_findings = reader.findings
        roots = reader.load_documents()
    except YAMLError as error:
        return DataFile(None, None, (*loader_findings, syntax_error_finding(error, text, path)))
    except UnreadableFile as stop:
        return DataFile(None, None, (*loader_findings, stop.finding))
    if not roots:
        return DataFile(None, None, (*loader_findings, Finding(codes.BAD_VALUE, "the file is empty", Location(path))))
    root = roots[0]
    contents = MemoryContents(text, {root.index: {}})
    return DataFile(root.data, Document(path, root.index, contents, root.location.line), tuple(loader_findings))

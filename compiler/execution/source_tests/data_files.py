"""YAML and JSON beside a spec: any data, a list too, read within the limits that hold for specs."""

from dataclasses import dataclass

from yaml import YAMLError

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place
from compiler.foundation.json_data import Json
from compiler.source.document import Document
from compiler.source.loader_findings import Stop
from compiler.source.syntax_errors import explain
from compiler.source.text_decoding import decode
from compiler.source.yaml_loader import Reader


@dataclass(frozen=True, slots=True)
class Data:
    """What a file holds, the document that knows its places, and what is amiss with how it is written."""

    value: Json
    document: Document | None
    findings: tuple[Finding, ...]


def read(content: bytes, path: str) -> Data:
    """The one value of a file; `None`, with the reason, where it cannot be read. JSON is YAML too."""
    text, findings = decode(content, path)
    if findings:
        return Data(None, None, findings)
    said: list[Finding] = []
    try:
        reader = Reader(text, path)
        said = reader.findings
        roots = reader.documents()
    except YAMLError as error:
        return Data(None, None, (*said, explain(error, text, path)))
    except Stop as stop:
        return Data(None, None, (*said, stop.finding))
    if not roots:
        return Data(None, None, (*said, Finding(codes.BAD_VALUE, "the file is empty", Place(path))))
    root = roots[0]
    return Data(root.data, Document(path, root.index, {}, text, root.place.line), tuple(said))

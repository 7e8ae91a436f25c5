"""From what a schema finds wrong to a finding at the author's own line."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler import codes
from compiler.diagnostics import Code, Finding, Subject
from compiler.schema import Violation
from compiler.source.document import Document
from compiler.values import Pointer, dotted

_CODES: Mapping[str, Code] = MappingProxyType({"unknown": codes.UNKNOWN_KEY, "required": codes.MISSING_KEY})


def complaint(violation: Violation, document: Document, subject: Subject, *, below: Pointer = ()) -> Finding:
    """The finding for a violation whose pointer starts at `below` in the document."""
    pointer = (*below, *violation.pointer)
    unknown = violation.keyword == "unknown"
    place = document.key_place(pointer) if unknown or violation.keyword == "required" else document.place(pointer)
    where = dotted(pointer[:-1] if unknown else pointer)
    message = f"{where}: {violation.message}" if where else violation.message
    return Finding(
        code=_CODES.get(violation.keyword, codes.BAD_VALUE),
        message=message,
        place=place,
        subject=Subject(subject.kind, subject.name, subject.environment, pointer),
        help=violation.help,
    )

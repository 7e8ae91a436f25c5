"""From what a schema finds wrong to a finding at the author's own line."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Fix, Place, Subject
from compiler.foundation.json_data import Pointer, dotted
from compiler.json_schema import Violation
from compiler.source.document import Document

_CODES: Mapping[str, Code] = MappingProxyType({"unknown": codes.UNKNOWN_KEY, "required": codes.MISSING_KEY})

_SAID_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("apiVersion", "kind", "name", "type"), "a layer cannot change what a document is: remove it"),
        **dict.fromkeys(("release", "canary"), "say it of an environment: `environments.<name>` of the Model"),
        **dict.fromkeys(("releases", "version", "source", "environments"), "only the Model itself says it: remove it"),
        **dict.fromkeys(("formerly", "retirement"), "only the Model itself says it: remove it"),
    }
)


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
        help=(_said_elsewhere(subject.kind, pointer) if unknown else None) or violation.help,
        fix=_fix(violation, place),
    )


def _fix(violation: Violation, place: Place) -> Fix | None:
    """What was probably meant: a guess, and so no safe one."""
    is_word = violation.suggestion is not None and violation.keyword in {"unknown", "enum"}
    return Fix(place, violation.suggestion or "", safe=False) if is_word else None


def _said_elsewhere(kind: str, pointer: Pointer) -> str | None:
    """What to do with a key of Model in a map that holds other keys of Model."""
    *above, key = pointer
    if kind == "Model" and not above:
        return _SAID_ELSEWHERE[str(key)] if key in {"release", "canary"} else None
    is_layer = (kind, *above) in {("Defaults",), ("Environment", "overlay"), ("Project", "defaults")}
    holders = {"environments": {"Defaults", "Model"}, "types": {"Defaults", "Project"}}
    is_entry = len(above) == 2 and kind in holders.get(str(above[0]), ())  # noqa: PLR2004 - the key and a name
    return _SAID_ELSEWHERE.get(str(key)) if is_layer or is_entry else None

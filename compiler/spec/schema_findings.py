"""Converts schema violations to findings at the author's line."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Fix, Location, Subject
from compiler.foundation.json_data import Pointer, format_path
from compiler.json_schema import SchemaViolation
from compiler.source.document import Document

_CODES: Mapping[str, Code] = MappingProxyType({"unknown": codes.UNKNOWN_KEY, "required": codes.MISSING_KEY})

_MISPLACED_KEY_HELP: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("apiVersion", "kind", "name", "type"), "a layer cannot change what a document is: remove it"),
        **dict.fromkeys(("release", "canary"), "say it of an environment: `environments.<name>` of the Model"),
        **dict.fromkeys(("releases", "version", "source", "environments"), "only the Model itself says it: remove it"),
        **dict.fromkeys(("previousNames", "retirement"), "only the Model itself says it: remove it"),
    }
)


def schema_finding(
    violation: SchemaViolation, document: Document, subject: Subject, *, base_pointer: Pointer = ()
) -> Finding:
    """The finding for a violation, whose pointer is relative to `base_pointer`."""
    pointer = (*base_pointer, *violation.pointer)
    is_unknown_key = violation.keyword == "unknown"
    location = (
        document.key_location(pointer)
        if is_unknown_key or violation.keyword == "required"
        else document.location(pointer)
    )
    path_text = format_path(pointer[:-1] if is_unknown_key else pointer)
    message = f"{path_text}: {violation.message}" if path_text else violation.message
    return Finding(
        code=_CODES.get(violation.keyword, codes.BAD_VALUE),
        message=message,
        location=location,
        subject=Subject(subject.kind, subject.name, subject.environment, pointer),
        help=(_misplaced_key_help(subject.kind, pointer) if is_unknown_key else None) or violation.help,
        fix=_fix(violation, location),
    )


def _fix(violation: SchemaViolation, location: Location) -> Fix | None:
    """The likely fix. It is a guess, and therefore not marked as safe."""
    is_word = violation.suggestion is not None and violation.keyword in {"unknown", "enum"}
    return Fix(location, violation.suggestion or "", safe=False) if is_word else None


def _misplaced_key_help(kind: str, pointer: Pointer) -> str | None:
    """The help for a key of Model in a map that holds other keys of Model."""
    *parents, key = pointer
    if kind == "Model" and not parents:
        return _MISPLACED_KEY_HELP[str(key)] if key in {"release", "canary"} else None
    is_layer = (kind, *parents) in {("Defaults",), ("Environment", "overlay"), ("Project", "defaults")}
    parent_kinds = {"environments": {"Defaults", "Model"}, "types": {"Defaults", "Project"}}
    is_entry = len(parents) == 2 and kind in parent_kinds.get(str(parents[0]), ())  # noqa: PLR2004 - the key and a name
    return _MISPLACED_KEY_HELP.get(str(key)) if is_layer or is_entry else None

"""Converts schema violations to findings at the author's line."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Fix, Location, Subject
from compiler.foundation.json_data import Pointer, format_path
from compiler.json_schema.violation import SchemaViolation
from compiler.source.document import Document
from compiler.source.flow_text import flow_text
from compiler.spec.key_synonyms import synonym_help
from compiler.spec.secret_keys import secret_key_help

_CODES: Mapping[str, Code] = MappingProxyType({"unknown": codes.UNKNOWN_KEY, "required": codes.MISSING_KEY})

_MISPLACED_KEY_HELP: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("apiVersion", "kind", "name", "type"), "remove it: a layer cannot change the kind of a document"
        ),
        **dict.fromkeys(("release", "canary"), "move it to `environments.<name>` of the Model"),
        **dict.fromkeys(
            ("releases", "version", "source", "environments"), "remove it: only the Model document can set it"
        ),
        **dict.fromkeys(("previousNames", "retirement"), "remove it: only the Model document can set it"),
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
    key_help = secret_key_help(pointer, document.data) or (
        _help_on_key(violation, subject.kind, pointer) if is_unknown_key else None
    )
    code = _CODES.get(violation.keyword, codes.BAD_VALUE)
    path_text = format_path(pointer[:-1] if is_unknown_key else pointer)
    message = f"{path_text}: {violation.message}" if path_text else violation.message
    return Finding(
        code=code,
        message=message,
        location=location,
        subject=Subject(subject.kind, subject.name, subject.environment, pointer),
        help=key_help or violation_help(violation) or code.remedy,
        fix=None if key_help else _fix(violation, document, pointer, location),
    )


def violation_help(violation: SchemaViolation) -> str | None:
    """What to do about a violation: its help, or else to write the replacement."""
    if violation.help or violation.replacement is None:
        return violation.help
    return f"write `{flow_text(violation.replacement)}`"


def _fix(violation: SchemaViolation, document: Document, pointer: Pointer, location: Location) -> Fix | None:
    """The replacement, where the location holds exactly the key or value that it replaces, on one line."""
    if violation.replacement is None:
        return None
    if violation.keyword == "unknown":
        written = document.key_text(pointer)
        is_exact = written.strip("\"'") == str(pointer[-1])
    else:
        written = document.text_of(pointer)
        is_exact = written == document.scalar_text(pointer) or written[:1] in {"[", "{"}
    if not is_exact or "\n" in written or "#" in written:
        return None
    is_safe = violation.is_certain and not document.has_anchors
    return Fix(location, flow_text(violation.replacement), safe=is_safe)


def _help_on_key(violation: SchemaViolation, kind: str, pointer: Pointer) -> str | None:
    """What to do with a key that the language has in another document, or under another name."""
    synonym = None if violation.is_certain else synonym_help(kind, pointer)
    return _misplaced_key_help(kind, pointer) or synonym


def _misplaced_key_help(kind: str, pointer: Pointer) -> str | None:
    """The help for a key of Model in a map that holds other keys of Model."""
    *parents, key = pointer
    if kind == "Model" and not parents:
        return _MISPLACED_KEY_HELP[str(key)] if key in {"release", "canary"} else None
    is_layer = (kind, *parents) in {("Defaults",), ("Environment", "overlay"), ("Project", "defaults")}
    parent_kinds = {"environments": {"Defaults", "Model"}, "types": {"Defaults", "Project"}}
    is_entry = len(parents) == 2 and kind in parent_kinds.get(str(parents[0]), ())  # noqa: PLR2004 - the key and a name
    return _MISPLACED_KEY_HELP.get(str(key)) if is_layer or is_entry else None

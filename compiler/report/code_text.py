"""Descriptions of finding codes and policies, for `modelyard explain`."""

from collections.abc import Iterable, Iterator

from compiler.diagnostics.finding import Code
from compiler.foundation.suggestions import quote_list
from compiler.policy.policy_definition import Policy
from compiler.report.text_report import to_printable
from compiler.spec.field_reference import FieldReference


def list_codes(codes: Iterable[Code]) -> str:
    """One line per code."""
    return "".join(f"{code.id}  {code.name:24} {code.summary}\n" for code in codes)


def describe_code(code: Code) -> str:
    """What a code means, why, and what to do."""
    return "".join(f"{to_printable(line)}\n" for line in _code_lines(code))


def describe_policy(policy: Policy) -> str:
    """What a policy requires, of whom, based on which sources, and how to waive it."""
    lines = (*_code_lines(policy.code), "", *_source_lines(policy), "", *_waiver_lines(policy))
    return "".join(f"{to_printable(line)}\n" for line in lines)


def describe_field(field: FieldReference, example: str) -> str:
    """The meaning and values of a field of a Model; `example` is the name of a model for the suggested command."""
    return "".join(f"{to_printable(line)}\n" for line in _field_lines(field, example))


def _field_lines(field: FieldReference, example: str) -> Iterator[str]:
    types = f" of type {quote_list(field.types)}" if field.types else ""
    yield f"{field.field} (field of a Model{types})"
    yield ""
    yield field.description
    if field.choices:
        yield f"One of: {', '.join(field.choices)}"
    elif field.expected:
        yield f"Expected: {field.expected}"
    if field.keys:
        yield ""
        yield "Keys:"
        width = max(map(len, field.keys))
        yield from (f"  {key:{width}}  {description}".rstrip() for key, description in field.keys.items())
    yield ""
    yield f"To see the value in a model: modelyard explain {example}.{field.field}"


def _code_lines(code: Code) -> Iterator[str]:
    label = code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"
    text = (
        f"{label} ({code.severity.value}, {code.enforcement.value})\n\n{code.summary}\n\n"
        f"Why: {code.why}\n\nWhat to do: {code.remedy}"
    )
    yield from text.split("\n")


def _source_lines(policy: Policy) -> Iterator[str]:
    data = policy.data
    if policy.code.controls:
        yield f"Evidence for: {', '.join(policy.code.controls)}"
        yield ""
    for source in data.get("sources", ()):
        url = source.get("url")
        yield f"Source: {source['title']}{f' {url}' if url else ''}"
    in_force = data.get("inForce")
    if in_force:
        yield f"In force: {_format_period(in_force.get('from'), in_force.get('to'))}"
    if policy.code.docs:
        yield f"More: {policy.code.docs}"
    yield f"Defined in: {policy.spec.document.path}"


def _format_period(start: str | None, end: str | None) -> str:
    return " ".join((*((f"from {start}",) if start else ()), *((f"until {end}",) if end else ()))) or "always"


def _waiver_lines(policy: Policy) -> Iterator[str]:
    if policy.waiver_rules.get("allowed") is False:
        yield "This policy cannot be waived."
        return
    yield f"To waive it ({policy.code.waiver}), add:"
    yield from (
        "",
        "  apiVersion: modelyard/v1",
        "  kind: Waiver",
        "  name: …",
        f"  policies: [{policy.id}]",
        "  models: {names: […]}",
        "  reason: …",
        "  ticket: …",
        "  approvedBy: [{team: …, role: …}]",
        '  validFrom: "YYYY-MM-DD"',
        '  expires: "YYYY-MM-DD"',
    )

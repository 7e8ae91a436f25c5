"""Merges the findings of a model's environments, and those of one mistake in many models or files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Note

_MAX_NOTES = 3
_CASES_IN_NOTES: Mapping[Code, str] = MappingProxyType(
    {codes.POLICY_EVALUATION_ERROR: "models", codes.TEMPLATE_ERROR: "files"}
)
"""Codes of mistakes in a rule or a template: one finding, with a note for each model or file that it fails for."""


def merge_environments(
    findings: Iterable[Finding], environments_of: Callable[[str], Sequence[str | None]]
) -> tuple[Finding, ...]:
    """The findings of a run, each once; a finding in all environments of a model names none of them."""
    names_by_finding: dict[Finding, list[str]] = {}
    notes_by_failure: dict[Finding, dict[Note, None]] = {}
    for finding in findings:
        if finding.code in _CASES_IN_NOTES:
            notes_by_failure.setdefault(replace(finding, notes=()), {}).update(dict.fromkeys(finding.notes))
        else:
            names_by_finding.setdefault(
                replace(finding, environments=()) if finding.environments else finding, []
            ).extend(finding.environments)
    merged_findings = (
        _with_environments(finding, names, environments_of) for finding, names in names_by_finding.items()
    )
    return (*merged_findings, *(_limit_notes(finding, tuple(notes)) for finding, notes in notes_by_failure.items()))


def _limit_notes(failure: Finding, notes: tuple[Note, ...]) -> Finding:
    """Limit the models or files that are named in notes about a rule or a template that failed."""
    if len(notes) <= _MAX_NOTES:
        return replace(failure, notes=notes)
    count = f"{len(notes)} {_CASES_IN_NOTES[failure.code]}"
    return replace(failure, message=f"{failure.message} ({count})", notes=notes[:_MAX_NOTES])


def _with_environments(
    finding: Finding, names: Sequence[str], environments_of: Callable[[str], Sequence[str | None]]
) -> Finding:
    if not names or finding.subject is None:
        return finding
    all_names = [name for name in environments_of(finding.subject.name) if name]
    matching_names = tuple(name for name in all_names if name in names)
    return finding if len(matching_names) == len(all_names) else replace(finding, environments=matching_names)

"""The effect of changed policies, as text, Markdown or JSON."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from compiler.diagnostics.finding import Location
from compiler.policy.impact import PolicyState, StateChange
from compiler.policy.policy_comparison import PolicyChange, PolicyComparison
from compiler.report.markdown_escape import escape_inline
from compiler.report.policy_change_text import change_json, change_lines, grouped_changes, headline

_MAX_CELL = 300
_STATE_PHRASES: Mapping[PolicyState, str] = MappingProxyType(
    {
        PolicyState.FAILS: "fail",
        PolicyState.NOT_EVALUATED: "cannot be evaluated",
        PolicyState.ADVISES: "have an advisory violation",
        PolicyState.IS_WAIVED: "are waived",
        PolicyState.PASSES: "pass",
        PolicyState.UNBOUND: "are not bound by it",
    }
)


def render_text(comparison: PolicyComparison, changes: Sequence[StateChange]) -> str:
    """The changes of policies; then each policy whose results change, with its models by owner and the line of each."""
    lines = list(change_lines(comparison))
    if not changes:
        return "\n".join([*lines, "no violation appears or disappears", ""])
    for policy, policy_changes in _group_by_policy(changes):
        lines.append(f"{policy}: {_count_by_state(policy_changes)}")
        width = max(len(change.model) for change in policy_changes)
        lines += [
            f"  {change.model:{width}}  {_transition(change)}  {change.owner}  {_format_location(change.finding.location)}"
            for change in policy_changes
        ]
        lines.append("")
    owners = Counter(change.owner for change in changes if change.new_state is PolicyState.FAILS)
    lines += [f"{count} new failures for {owner or 'no owner'}" for owner, count in sorted(owners.items())]
    return "\n".join(lines).rstrip() + "\n"


def render_markdown(comparison: PolicyComparison, changes: Sequence[StateChange]) -> str:
    """The same as a list and a Markdown table, for a pull request."""
    lines: list[str] = []
    for kind, policy_changes in grouped_changes(comparison.changes):
        lines.append(f"- {escape_inline(headline(kind, policy_changes), _MAX_CELL)}")
        lines += [f"  - {escape_inline(_markdown_change(change), _MAX_CELL)}" for change in policy_changes]
    if not changes:
        return "\n".join([*lines, *([""] if lines else []), "No violation appears or disappears.", ""])
    cells = (
        (
            f"`{change.policy}`",
            f"`{change.model}`",
            change.owner,
            _transition(change),
            change.finding.message,
            _format_location(change.finding.location),
        )
        for change in changes
    )
    rows = [f"| {' | '.join(escape_inline(cell, _MAX_CELL) for cell in row)} |" for row in cells]
    header = ["| policy | model | owner | change | message | location |", "| --- | --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *([""] if lines else []), *header, *rows, ""])


def render_json(comparison: PolicyComparison, changes: Sequence[StateChange]) -> str:
    """The same as JSON."""
    entries = [
        {
            "policy": change.policy,
            "model": change.model,
            "owner": change.owner,
            "before": change.old_state.value,
            "after": change.new_state.value,
            "message": change.finding.message,
            "path": change.finding.location.path if change.finding.location else None,
            "line": change.finding.location.line if change.finding.location else None,
            "fingerprint": change.finding.fingerprint,
        }
        for change in changes
    ]
    policies = [change_json(change) for change in comparison.changes]
    return json.dumps({"version": 1, "policies": policies, "changes": entries}, indent=1, ensure_ascii=False) + "\n"


def _markdown_change(change: PolicyChange) -> str:
    detail = f" ({change.detail})" if change.detail else ""
    return f"{change.name}{detail}: {_format_location(change.location)}"


def _group_by_policy(changes: Sequence[StateChange]) -> Iterator[tuple[str, list[StateChange]]]:
    for policy in sorted({change.policy for change in changes}):
        yield policy, [change for change in changes if change.policy == policy]


def _count_by_state(changes: Sequence[StateChange]) -> str:
    """The number of models in each state."""
    models = {state: {change.model for change in changes if change.new_state is state} for state in PolicyState}
    return ", ".join(f"{len(names)} now {_STATE_PHRASES[state]}" for state, names in models.items() if names)


def _transition(change: StateChange) -> str:
    return f"{change.old_state.value} → {change.new_state.value}"


def _format_location(location: Location | None) -> str:
    return f"{location.path}:{location.line}" if location else ""


FORMATS: Mapping[str, Callable[[PolicyComparison, Sequence[StateChange]], str]] = MappingProxyType(
    {"text": render_text, "markdown": render_markdown, "json": render_json}
)
"""Format to the function that writes it."""

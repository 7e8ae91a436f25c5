"""What a change of policies does, as text, Markdown or JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from compiler.diagnostics.finding import Place
from compiler.policy.impact import Change, State
from compiler.report.markdown_escape import inline

_CELL = 300
_WORDS: Mapping[State, str] = MappingProxyType(
    {
        State.FAILS: "fail",
        State.UNASKED: "cannot be asked",
        State.ADVISES: "are advised",
        State.WAIVED: "are waived",
        State.KEPT: "are fine",
        State.UNBOUND: "are not held to it any more",
    }
)


def text(changes: Sequence[Change]) -> str:
    """Each policy that means something else, the models by owner, and the line of each."""
    if not changes:
        return "nothing changes for any model\n"
    lines: list[str] = []
    for policy, said in _by_policy(changes):
        lines.append(f"{policy}: {_summary(said)}")
        width = max(len(change.model) for change in said)
        lines += [
            f"  {change.model:{width}}  {_arrow(change)}  {change.owner}  {_at(change.finding.place)}"
            for change in said
        ]
        lines.append("")
    owners = Counter(change.owner for change in changes if change.after is State.FAILS)
    lines += [f"{count} new failures for {owner or 'nobody'}" for owner, count in sorted(owners.items())]
    return "\n".join(lines).rstrip() + "\n"


def markdown(changes: Sequence[Change]) -> str:
    """The same as a table, for a pull request."""
    if not changes:
        return "Nothing changes for any model.\n"
    cells = (
        (
            f"`{change.policy}`",
            f"`{change.model}`",
            change.owner,
            _arrow(change),
            change.finding.message,
            _at(change.finding.place),
        )
        for change in changes
    )
    rows = [f"| {' | '.join(inline(cell, _CELL) for cell in row)} |" for row in cells]
    return "\n".join(
        ["| policy | model | owner | change | why | line |", "| --- | --- | --- | --- | --- | --- |", *rows, ""]
    )


def as_json(changes: Sequence[Change]) -> str:
    """The same as data."""
    listed = [
        {
            "policy": change.policy,
            "model": change.model,
            "owner": change.owner,
            "before": change.before.value,
            "after": change.after.value,
            "message": change.finding.message,
            "path": change.finding.place.path if change.finding.place else None,
            "line": change.finding.place.line if change.finding.place else None,
            "fingerprint": change.finding.fingerprint,
        }
        for change in changes
    ]
    return json.dumps({"version": 1, "changes": listed}, indent=1, ensure_ascii=False) + "\n"


def _by_policy(changes: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    for policy in sorted({change.policy for change in changes}):
        yield policy, [change for change in changes if change.policy == policy]


def _summary(changes: Sequence[Change]) -> str:
    """How many models are now what."""
    models = {state: {change.model for change in changes if change.after is state} for state in State}
    return ", ".join(f"{len(named)} now {_WORDS[state]}" for state, named in models.items() if named)


def _arrow(change: Change) -> str:
    return f"{change.before.value} → {change.after.value}"


def _at(place: Place | None) -> str:
    return f"{place.path}:{place.line}" if place else ""

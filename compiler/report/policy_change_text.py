"""The differences between the policies of two revisions in words: one headline per kind of change, one line per change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from compiler.foundation.json_data import Object
from compiler.policy.policy_comparison import ChangeKind, PolicyChange, PolicyComparison
from compiler.report.text_report import to_printable

_NOUNS: Mapping[ChangeKind, tuple[str, str]] = MappingProxyType(
    {
        ChangeKind.WAIVER_ADDED: ("waiver", "added"),
        ChangeKind.WAIVER_WIDENED: ("waiver", "widened"),
        ChangeKind.WAIVER_REMOVED: ("waiver", "removed"),
        ChangeKind.WAIVER_NARROWED: ("waiver", "narrowed"),
        ChangeKind.REMOVED: ("policy", "removed"),
        ChangeKind.ADDED: ("policy", "added"),
        ChangeKind.NARROWED: ("policy", "with a narrower selector"),
        ChangeKind.WIDENED: ("policy", "with a wider selector"),
        ChangeKind.LOWERED: ("policy", "no longer mandatory"),
        ChangeKind.RAISED: ("policy", "now mandatory"),
        ChangeKind.POSTPONED: ("policy", "with a shorter period"),
        ChangeKind.ADVANCED: ("policy", "with a longer period"),
        ChangeKind.TERMS_LOOSENED: ("policy", "easier to waive"),
        ChangeKind.TERMS_TIGHTENED: ("policy", "harder to waive"),
        ChangeKind.RULES_CHANGED: ("policy", "with other rules"),
    }
)
_EFFECTS: Mapping[ChangeKind, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            (ChangeKind.UNBOUND, ChangeKind.REMOVED, ChangeKind.NARROWED),
            ("no longer applies to", "no longer apply to"),
        ),
        **dict.fromkeys((ChangeKind.BOUND, ChangeKind.ADDED, ChangeKind.WIDENED), ("now applies to", "now apply to")),
    }
)


def grouped_changes(changes: Iterable[PolicyChange]) -> Iterator[tuple[ChangeKind, tuple[PolicyChange, ...]]]:
    """The changes of each kind."""
    for kind, group in groupby(changes, key=lambda change: change.kind):
        yield kind, tuple(group)


def headline(kind: ChangeKind, changes: Sequence[PolicyChange]) -> str:
    """`7 packs unbound: 42 policies no longer apply to 20 models`."""
    policies = frozenset[str]().union(*(change.policies for change in changes))
    models = frozenset[str]().union(*(change.models for change in changes))
    subject = _subject(kind, changes)
    if kind not in _EFFECTS:
        return f"{subject}: {_count(len(models), 'model')}"
    if not models:
        return f"{subject}: no model is affected"
    singular, plural = _EFFECTS[kind]
    verb = singular if len(policies) == 1 else plural
    return f"{subject}: {_count(len(policies), 'policy')} {verb} {_count(len(models), 'model')}"


def change_lines(comparison: PolicyComparison) -> Iterator[str]:
    """A headline for each kind, and a line for each change."""
    for kind, changes in grouped_changes(comparison.changes):
        yield headline(kind, changes)
        width = max(len(change.name) for change in changes)
        for change in changes:
            counts = _count(len(change.models), "model")
            if change.is_pack:
                counts = f"{_count(len(change.policies), 'policy')}, {counts}"
            detail = f"  {change.detail}" if change.detail else ""
            location = f"{change.location.path}:{change.location.line}"
            yield to_printable(f"  {change.name:{width}}  {counts}{detail}  {location}")
        yield ""


def change_json(change: PolicyChange) -> Object:
    """All facts of a change."""
    return {
        "kind": change.kind.value,
        "isLoss": change.kind.is_loss,
        "name": change.name,
        "policies": sorted(change.policies),
        "models": sorted(change.models),
        "detail": change.detail,
        "path": change.location.path,
        "line": change.location.line,
    }


def _subject(kind: ChangeKind, changes: Sequence[PolicyChange]) -> str:
    if kind in _NOUNS:
        noun, participle = _NOUNS[kind]
        return f"{_count(len({change.name for change in changes}), noun)} {participle}"
    names = {change.name: change.is_pack for change in changes}
    counts = [(sum(names.values()), "pack"), (len(names) - sum(names.values()), "policy")]
    return f"{' and '.join(_count(count, noun) for count, noun in counts if count)} {kind.value}"


def _count(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"

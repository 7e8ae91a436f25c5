"""What was found of a model in one environment holds in the next, where nothing that a policy looks at is another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Reads, identical
from compiler.policy.policy_batch import Group
from compiler.policy.policy_definition import Breach, Variables


@dataclass(frozen=True, slots=True)
class Asked:
    """Which policies were asked of a model, and what broke those that it breaks."""

    model: str
    variables: Variables
    policies: frozenset[str]
    breaches: Mapping[str, Sequence[Breach]]


class Alike:
    """Remembers what was asked last."""

    def __init__(self) -> None:
        self._before: Asked | None = None
        self._apart: dict[tuple[frozenset[str], frozenset[tuple[str, frozenset[str] | None]]], frozenset[str]] = {}

    def known(self, model: str, group: Group, now: Variables) -> Asked:
        """What is known already of a model: of each of the policies that looks at nothing that has changed."""
        before = self._before
        if before is None or before.model != model:
            return Asked(model, now, frozenset(), {})
        known = before.policies & self._apart_from(_changes(before.variables, now), group)
        return Asked(model, now, known, {id_: found for id_, found in before.breaches.items() if id_ in known})

    def remember(self, asked: Asked) -> None:
        """What is known in the next environment of the same model."""
        self._before = asked

    def _apart_from(self, changes: Reads, group: Group) -> frozenset[str]:
        """Ids of the policies that look at nothing that has changed; environments of a fleet differ in the same few ways."""
        key = (group.ids, frozenset(changes.items()))
        if key not in self._apart:
            self._apart[key] = frozenset(one.policy.id for one in group.members if _is_apart(one.reads, changes))
        return self._apart[key]


def _changes(before: Variables, now: Variables) -> Reads:
    """Which fields of which variables differ; `None`: the variable as a whole."""
    found: dict[str, frozenset[str] | None] = {}
    for name in before.keys() | now.keys():
        fields = _fields(before[name], now[name]) if name in before and name in now else None
        if fields != frozenset():
            found[name] = fields
    return found


def _fields(before: Json, now: Json) -> frozenset[str] | None:
    if before is now:
        return frozenset()
    if not isinstance(before, dict) or not isinstance(now, dict):
        return frozenset() if identical(before, now) else None
    shared = before.keys() & now.keys()
    changed = {key for key in shared if not identical(before[key], now[key])}
    return frozenset((before.keys() ^ now.keys()) | changed)


def _is_apart(reads: Reads, changes: Reads) -> bool:
    return all(name not in changes or _is_disjoint(fields, changes[name]) for name, fields in reads.items())


def _is_disjoint(read: frozenset[str] | None, changed: frozenset[str] | None) -> bool:
    return read is not None and changed is not None and read.isdisjoint(changed)

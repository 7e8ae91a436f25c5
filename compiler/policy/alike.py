"""What was found of a model in one environment holds in the next, where nothing that a policy looks at is another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.policy.policy import Breach, Policy, Variables
from compiler.policy.rules import Rules
from compiler.values import Json, Reads, identical


@dataclass(frozen=True, slots=True)
class Asked:
    """What policies were asked of a model, and what broke each of them."""

    model: str
    variables: Variables
    breaches: Mapping[str, Sequence[Breach]]


def same(before: Asked, now: Variables, policies: Sequence[Policy], rules: Rules) -> Mapping[str, Sequence[Breach]]:
    """What is known already: the breaches of each policy that looks at nothing that has changed."""
    changes = _changes(before.variables, now)
    return {
        policy.id: before.breaches[policy.id]
        for policy in policies
        if policy.id in before.breaches and _is_apart(rules.compiled(policy).reads, changes)
    }


def _changes(before: Variables, now: Variables) -> Reads:
    """Which fields of which variables differ; `None`: the variable as a whole."""
    found: dict[str, frozenset[str] | None] = {}
    for name in before.keys() | now.keys():
        if name not in before or name not in now:
            found[name] = None
        elif not identical(before[name], now[name]):
            found[name] = _fields(before[name], now[name])
    return found


def _fields(before: Json, now: Json) -> frozenset[str] | None:
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return None
    shared = before.keys() & now.keys()
    changed = {key for key in shared if not identical(before[key], now[key])}
    return frozenset((before.keys() ^ now.keys()) | changed)


def _is_apart(reads: Reads, changes: Reads) -> bool:
    return all(name not in changes or _is_disjoint(fields, changes[name]) for name, fields in reads.items())


def _is_disjoint(read: frozenset[str] | None, changed: frozenset[str] | None) -> bool:
    return read is not None and changed is not None and read.isdisjoint(changed)

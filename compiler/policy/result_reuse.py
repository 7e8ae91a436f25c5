"""Reuses the results of a model's previous environment for policies that read no value that differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.foundation.json_data import FieldReads, Json, strictly_equal
from compiler.policy.policy_batch import PolicyBatch
from compiler.policy.policy_definition import PolicyViolation, Variables


@dataclass(frozen=True, slots=True)
class PreviousResult:
    """The policies evaluated for a model, and their violations."""

    model: str
    variables: Variables
    policies: frozenset[str]
    violations: Mapping[str, Sequence[PolicyViolation]]


class UnaffectedPolicies:
    """Which policies read no value that differs; cached, because environments differ in the same few ways."""

    def __init__(self) -> None:
        self._ids_by_change: dict[
            tuple[frozenset[str], frozenset[tuple[str, frozenset[str] | None]]], frozenset[str]
        ] = {}

    def ids(self, changes: FieldReads, batch: PolicyBatch) -> frozenset[str]:
        """The ids of policies of a batch that read none of the changed fields."""
        key = (batch.ids, frozenset(changes.items()))
        if key not in self._ids_by_change:
            self._ids_by_change[key] = frozenset(
                member.policy.id for member in batch.members if _is_unaffected(member.field_reads, changes)
            )
        return self._ids_by_change[key]


class ResultReuse:
    """Remembers the last results."""

    def __init__(self, unaffected_policies: UnaffectedPolicies) -> None:
        self._unaffected_policies = unaffected_policies
        self._previous: PreviousResult | None = None

    def reusable_result(self, model: str, batch: PolicyBatch, variables: Variables) -> PreviousResult:
        """The known results of a model: for each policy that reads no value that differs."""
        previous = self._previous
        if previous is None or previous.model != model:
            return PreviousResult(model, variables, frozenset(), {})
        changes = _changed_fields(previous.variables, variables)
        reusable_ids = previous.policies & self._unaffected_policies.ids(changes, batch)
        return PreviousResult(
            model,
            variables,
            reusable_ids,
            {id_: violations for id_, violations in previous.violations.items() if id_ in reusable_ids},
        )

    def remember(self, result: PreviousResult) -> None:
        """Remember results for the next environment of the same model."""
        self._previous = result


def _changed_fields(old: Variables, new: Variables) -> FieldReads:
    """The fields of each variable that differ; `None`: the whole variable."""
    changes: dict[str, frozenset[str] | None] = {}
    for name in old.keys() | new.keys():
        fields = _changed_keys(old[name], new[name]) if name in old and name in new else None
        if fields != frozenset():
            changes[name] = fields
    return changes


def _changed_keys(old: Json, new: Json) -> frozenset[str] | None:
    if old is new:
        return frozenset()
    if not isinstance(old, dict) or not isinstance(new, dict):
        return frozenset() if strictly_equal(old, new) else None
    common_keys = old.keys() & new.keys()
    differing_keys = {key for key in common_keys if not strictly_equal(old[key], new[key])}
    return frozenset((old.keys() ^ new.keys()) | differing_keys)


def _is_unaffected(reads: FieldReads, changes: FieldReads) -> bool:
    return all(name not in changes or _is_disjoint(fields, changes[name]) for name, fields in reads.items())


def _is_disjoint(read_fields: frozenset[str] | None, changed_fields: frozenset[str] | None) -> bool:
    return read_fields is not None and changed_fields is not None and read_fields.isdisjoint(changed_fields)

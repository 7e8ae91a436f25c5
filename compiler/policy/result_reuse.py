"""What was found of a model in one environment holds in the next, where nothing that a policy looks at is another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.foundation.json_data import FieldReads, Json, strictly_equal
from compiler.policy.policy_batch import PolicyBatch
from compiler.policy.policy_definition import PolicyViolation, Variables


@dataclass(frozen=True, slots=True)
class PreviousResult:
    """Which policies were asked of a model, and what broke those that it breaks."""

    model: str
    variables: Variables
    policies: frozenset[str]
    violations: Mapping[str, Sequence[PolicyViolation]]


class ResultReuse:
    """Remembers what was asked last."""

    def __init__(self) -> None:
        self._previous: PreviousResult | None = None
        self._unaffected_cache: dict[
            tuple[frozenset[str], frozenset[tuple[str, frozenset[str] | None]]], frozenset[str]
        ] = {}

    def reusable_result(self, model: str, batch: PolicyBatch, variables: Variables) -> PreviousResult:
        """What is known already of a model: of each of the policies that looks at nothing that has changed."""
        previous = self._previous
        if previous is None or previous.model != model:
            return PreviousResult(model, variables, frozenset(), {})
        reusable_ids = previous.policies & self._unaffected_ids(_changed_fields(previous.variables, variables), batch)
        return PreviousResult(
            model,
            variables,
            reusable_ids,
            {id_: violations for id_, violations in previous.violations.items() if id_ in reusable_ids},
        )

    def remember(self, result: PreviousResult) -> None:
        """What is known in the next environment of the same model."""
        self._previous = result

    def _unaffected_ids(self, changes: FieldReads, batch: PolicyBatch) -> frozenset[str]:
        """Ids of the policies that look at nothing that has changed; environments of a fleet differ in the same few ways."""
        key = (batch.ids, frozenset(changes.items()))
        if key not in self._unaffected_cache:
            self._unaffected_cache[key] = frozenset(
                member.policy.id for member in batch.members if _is_unaffected(member.field_reads, changes)
            )
        return self._unaffected_cache[key]


def _changed_fields(old: Variables, new: Variables) -> FieldReads:
    """Which fields of which variables differ; `None`: the variable as a whole."""
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

"""The record fields without a value: the owner and the line of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer
from compiler.plan.context.emitter_evaluation import condition_variables
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.matching.emitter_selection import AddonSelector
from compiler.plan.records.record_fields import RecordField, required_fields
from compiler.plan.records.record_subject import record_subject
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


@dataclass(frozen=True, eq=False)
class RecordStatus:
    """What one emitter requires of a model; its regime can be empty."""

    id: str
    title: str
    regime: str
    fields: tuple[RecordField, ...]

    @property
    def missing_fields(self) -> tuple[RecordField, ...]:
        """The missing fields."""
        return tuple(field for field in self.fields if field.is_missing)

    def for_owners(self, owners: frozenset[str]) -> "RecordStatus":
        """The same for fields owned by these teams; empty means all."""
        owned_fields = tuple(field for field in self.fields if not owners or field.field_source.owner in owners)
        return replace(self, fields=owned_fields)


@dataclass(frozen=True)
class MissingField:
    """A missing field, and the records that require it."""

    field: RecordField
    records: tuple[RecordStatus, ...]
    citations: tuple[str, ...]

    @property
    def owner(self) -> str:
        """The team that owns the field; empty for the project."""
        return self.field.field_source.owner

    @property
    def key(self) -> tuple[str, str, Pointer]:
        """The document and the field."""
        return self.field.key


@dataclass(frozen=True)
class ModelRecordStatus:
    """What the records of a model require."""

    model: ResolvedModel
    records: tuple[RecordStatus, ...]

    @property
    def owner(self) -> str:
        """The team that owns the model."""
        return self.model.data["owner"]

    @property
    def tier(self) -> str:
        """Its risk tier; empty if unknown."""
        return self.model.data.get("governance", {}).get("risk", {}).get("tier", "")

    def filter_records(self, regimes: frozenset[str], owners: frozenset[str]) -> "ModelRecordStatus":
        """The same for records of these regimes and fields owned by these teams; empty means all."""
        matching_records = (
            record.for_owners(owners) for record in self.records if not regimes or record.regime in regimes
        )
        return replace(self, records=tuple(record for record in matching_records if record.fields))

    @cached_property
    def missing_fields(self) -> tuple[MissingField, ...]:
        """Every missing field once, in the order of the records that require it."""
        requests_by_key: dict[tuple[str, str, Pointer], list[tuple[RecordStatus, RecordField]]] = {}
        for record in self.records:
            for field in record.missing_fields:
                requests_by_key.setdefault(field.key, []).append((record, field))
        return tuple(_missing_field(requests) for requests in requests_by_key.values())


def _missing_field(requests: Sequence[tuple[RecordStatus, RecordField]]) -> MissingField:
    records = tuple(dict.fromkeys(record for record, _ in requests))
    return MissingField(
        requests[0][1], records, tuple(dict.fromkeys(field.citation for _, field in requests if field.citation))
    )


class RecordStatusReader:
    """Evaluates which fields the records of models require, and which of them are missing."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator, selector: AddonSelector) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._selector = selector

    def model_statuses(self, model_names: Iterable[str]) -> Iterator[ModelRecordStatus | Finding]:
        """The status of each of these models, and the findings that prevent one."""
        for name in model_names:
            resolved_models: list[ResolvedModel] = []
            for environment in self._fleet.environments_of(name):
                model, findings = self._fleet.resolve(name, environment)
                yield from (finding for finding in findings if finding.is_blocking)
                resolved_models += [model] if model else []
            if resolved_models:
                yield from self.model_status(resolved_models)

    def model_status(self, resolved_models: Sequence[ResolvedModel]) -> Iterator[ModelRecordStatus | Finding]:
        """The status of one model, which is resolved in each of its environments, and the findings of its records."""
        subject = record_subject(self._fleet, resolved_models)
        records: list[RecordStatus] = []
        for emitter in self._selector.matching(subject.model, _has_record_fields):
            if isinstance(emitter, Finding):
                yield emitter
                continue
            if not self._emits_record(emitter, subject.model):
                continue
            fields: list[RecordField] = []
            for result in required_fields(self._fleet, self._conditions, emitter, subject):
                if isinstance(result, Finding):
                    yield result
                else:
                    fields.append(result)
            if fields:
                regime = emitter.data.get("regime", "")
                records.append(RecordStatus(emitter.id, emitter.title, regime, tuple(fields)))
        yield ModelRecordStatus(subject.model, tuple(records))

    def _emits_record(self, emitter: Emitter, model: ResolvedModel) -> bool:
        """Whether the emitter renders a record of the model, or may: a field that no record shows is not missing."""
        rules = [rule for rule in emitter.files if rule.scope in {"model", "release"}]
        if not rules or any(rule.condition is None for rule in rules):
            return True
        data = condition_variables(self._fleet, model, emitter)
        results = (
            self._conditions.evaluate_condition(emitter, rule.condition or "", (*rule.pointer, "when"), data)
            for rule in rules
        )
        return any(result is not False for result in results)


def _has_record_fields(emitter: Emitter) -> bool:
    return "fields" in emitter.data


def regime_titles(emitters: Emitters) -> Mapping[str, str]:
    """The regimes of emitters, each with the title of its first emitter."""
    titles: dict[str, str] = {}
    for emitter in emitters.by_id.values():
        if "regime" in emitter.data:
            titles.setdefault(emitter.data["regime"], emitter.title)
    return titles

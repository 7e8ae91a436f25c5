"""The files of one model, wherever it runs or does not, and of each of its releases that runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, as_list, as_object
from compiler.foundation.provenance import Derived
from compiler.plan.context.artifact_refs import artifacts
from compiler.plan.context.model_context import Values, base_context, with_options
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.matching.addons import Beside
from compiler.plan.matching.compatibility import Judge
from compiler.plan.matching.emitter_evaluation import situation, variables, with_emitter
from compiler.plan.matching.emitter_selection import makes, takers
from compiler.plan.planned_units import (
    PlannedFile,
    PlannedUnit,
    clashes,
    filled_path,
    of_all,
    read_for,
    said,
    sources_of,
    unit_item,
)
from compiler.plan.planning_services import Planner
from compiler.plan.records.record_context import record_context
from compiler.plan.records.record_fields import fact_context
from compiler.plan.records.record_subject import Told, tell
from compiler.resolve.resolved_model import ResolvedModel


@dataclass
class _Unit:
    """What a class of emitters makes of a model."""

    files: list[PlannedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, made: PlannedFile | Finding) -> None:
        if isinstance(made, Finding):
            self.findings.append(made)
        else:
            self.files.append(made)


def of_model(planner: Planner, judge: Judge, places: Sequence[ResolvedModel]) -> Iterator[PlannedUnit]:
    """A unit for each class of emitters that makes something of a model; `places`: the model where it is judged."""
    told = tell(planner, places)
    units: dict[str, _Unit] = {}
    contexts = _Contexts(planner, judge)
    for emitter in takers(planner, told.model, filter(makes("model", "release"), planner.others)):
        if isinstance(emitter, Finding):
            units.setdefault("", _Unit()).add(emitter)
            continue
        unit = units.setdefault(emitter.group, _Unit())
        for rule in emitter.files:
            for one in _told_by(rule, told):
                context, wrong = contexts.of(emitter, one)
                unit.findings += wrong
                if not wrong and (made := _file(planner, emitter, rule, one, context)) is not None:
                    unit.add(made)
    for group, unit in units.items():
        if unit.files or unit.findings:
            path = f"{of_all(group)}/{told.model.name}"
            yield PlannedUnit(path, tuple(unit.files), (*unit.findings, *clashes(unit.files)))


def _told_by(rule: FileRule, told: Told) -> Iterator[Told]:
    if rule.per == "model":
        yield told
    elif rule.per == "release":
        yield from map(told.of, told.releases)


class _Contexts:
    """What templates see of what is told, made once for all files of it."""

    def __init__(self, planner: Planner, judge: Judge) -> None:
        self._planner = planner
        self._judge = judge
        self._common: dict[tuple[str, ...], Values] = {}
        self._own: dict[tuple[str, ...], tuple[Values, tuple[Finding, ...]]] = {}

    def of(self, emitter: Emitter, told: Told) -> tuple[Values, tuple[Finding, ...]]:
        """The context of one emitter, and why it cannot be made."""
        key = (told.model.environment.name if told.model.environment else "", *(one.version for one in told.releases))
        if key not in self._common:
            target = self._judge.target(told.model) if told.places else None
            self._common[key] = record_context(self._planner, told, None if isinstance(target, Finding) else target)
        if (emitter.id, *key) not in self._own:
            own = with_options(self._planner, told.model, emitter, self._common[key]) | said(emitter)
            found, findings = fact_context(self._planner, emitter, told)
            self._own[emitter.id, *key] = own | self._asked(emitter, told) | found, findings
        return self._own[emitter.id, *key]

    def _asked(self, emitter: Emitter, told: Told) -> Values:
        """What is only worked out for an emitter that asks for it; what is wrong with it is told where the model runs."""
        target = self._judge.target(told.model) if told.places and emitter.data.get("asks") else None
        if target is None or isinstance(target, Finding):
            return {}
        ours = situation(self._planner, told.model, target)
        context = with_emitter(ours, self._planner, base_context(self._planner, told.model))
        return Beside(self._planner, ours, context).asked(emitter)[0]


def _file(
    planner: Planner, emitter: Emitter, rule: FileRule, told: Told, context: Values
) -> PlannedFile | Finding | None:
    model = told.model
    where = f"{of_all(emitter.group)}/{model.name}"
    models = told.places or (model,)
    known = (read_for(planner.fleet, *models), artifacts(told.releases, _references(context))) if rule.last else ((), ())
    context = {**context, "unit": unit_item(where, (), *known)}
    if rule.when is not None:
        wanted = planner.conditions.holds(emitter, rule.when, (*rule.pointer, "when"), variables(planner, model, emitter))
        if wanted is not True:
            return wanted if isinstance(wanted, Finding) else None
    paths = filled_path(planner, emitter, rule, context)
    if isinstance(paths, Finding):
        return paths
    return PlannedFile(*paths, emitter, rule, context, model, sources_of(*models))


def _references(context: Values) -> list[Json]:
    images = context["runtimeImages"]
    found = map(as_object, as_list(images.value if isinstance(images, Derived) else []))
    return [f"{one['image']}@{one['digest']}" for one in found]

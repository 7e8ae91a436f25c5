"""Emitters beside the target of a model: what each has before it, and what is worked out only for who asks for it."""

from dataclasses import replace
from functools import cached_property

from compiler.diagnostics import Finding
from compiler.plan import names
from compiler.plan.base import Values
from compiler.plan.conditions import JUDGED, MADE
from compiler.plan.emitter import Emitter
from compiler.plan.planner import Planner
from compiler.plan.reach import exports
from compiler.plan.service_levels.level import Level, level, signals
from compiler.plan.service_levels.told import told
from compiler.plan.situation import Situation, situation
from compiler.provenance import Derived, Origin
from compiler.values import Json, Object, as_list

OBJECTIVES = "objectives"
SIGNALS = "signals"
METRICS = "metrics"


class Beside:
    """What is known of a model to the emitters beside its target; nothing is worked out before somebody asks."""

    def __init__(self, planner: Planner, ours: Situation, *, made: bool) -> None:
        """`ours`: what the target has before it; `made`: whether anything is made, or only judged."""
        self._planner = planner
        self._ours = ours
        self._made = made

    def situation(self, emitter: Emitter) -> Situation:
        """What an emitter has before it."""
        sections = MADE if self._made else JUDGED
        variables: dict[str, Json] = {}
        if self._planner.conditions.reads(emitter, OBJECTIVES, sections):
            variables[OBJECTIVES] = self._level.told()
        if self._planner.conditions.reads(emitter, SIGNALS, sections):
            variables[SIGNALS] = signals(self._ours.model, self._level)
        if self._planner.conditions.reads(emitter, METRICS, sections) and not isinstance(self._metrics, Finding):
            variables[METRICS] = self._metrics
        found = situation(self._planner, self._ours.model, emitter, self._ours.context, sections, variables)
        more, findings = self.asked(emitter)
        return replace(found, context={**found.context, **more}, findings=(*found.findings, *findings))

    def asked(self, emitter: Emitter) -> tuple[Values, list[Finding]]:
        """What is added to an emitter's context because it asks for it, and what is wrong with that."""
        asks, context, findings = as_list(emitter.data.get("asks")), Values(), list[Finding]()
        if OBJECTIVES in asks:
            findings += self._level.findings
            if self._made:
                more, found = self._told
                context |= {**more, "names": Derived(names.WATCHED, ())}
                findings += found
        if METRICS in asks and self._made:
            if isinstance(self._metrics, Finding):
                findings.append(self._metrics)
            elif self._metrics:
                context[METRICS] = Derived(self._metrics, (Origin("model", ("name",)),))
        return context, findings

    @cached_property
    def _level(self) -> Level:
        return level(self._planner, self._ours)

    @cached_property
    def _told(self) -> tuple[Values, list[Finding]]:
        return told(self._planner, self._ours, self._level)

    @cached_property
    def _metrics(self) -> Object | Finding:
        return exports(self._planner, self._ours.emitter, self._ours.context, METRICS)

"""Emitters beside the target of a model: what each has before it, and what is worked out only for who asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_list
from compiler.foundation.provenance import Derived, Origin
from compiler.plan.context.model_context import Values, base_context
from compiler.plan.context.network import exports
from compiler.plan.emitters.conditions import ALL, JUDGED, Sections
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.emitter_evaluation import Situation, situation, with_emitter
from compiler.plan.planning_services import Planner
from compiler.plan.slo.slo_context import told
from compiler.plan.slo.slo_plan import Level, level, signals

OBJECTIVES = "objectives"
SIGNALS = "signals"
METRICS = "metrics"


class Beside:
    """What is known of a model to the emitters beside its target; nothing is worked out before somebody asks."""

    def __init__(self, planner: Planner, ours: Situation, context: Values | None = None) -> None:
        """`ours`: what its target has before it; `context`: what templates of the target see, where anything is made."""
        self._planner = planner
        self._ours = ours
        self._made = context is not None
        self._given = context

    def situation(self, emitter: Emitter) -> Situation:
        """What an emitter says of the model, and what is wrong with what it asks for."""
        sections = ALL if self._made else JUDGED
        found = situation(self._planner, self._ours.model, emitter, sections, self._known(emitter, sections))
        _, findings = self.asked(emitter)
        return replace(found, findings=(*found.findings, *findings)) if findings else found

    def seen(self, emitter: Emitter) -> tuple[Situation, Values]:
        """What an emitter has before it, and what its templates see."""
        found = self.situation(emitter)
        return found, {**with_emitter(found, self._planner, self._context), **self.asked(emitter)[0]}

    def asked(self, emitter: Emitter) -> tuple[Values, list[Finding]]:
        """What is added to an emitter's context because it asks for it, and what is wrong with that."""
        asks, context, findings = as_list(emitter.data.get("asks")), Values(), list[Finding]()
        if OBJECTIVES in asks:
            findings += self._level.findings
            if self._made:
                more, found = self._told
                context |= more
                findings += found
        if METRICS in asks and self._made:
            if isinstance(self._metrics, Finding):
                findings.append(self._metrics)
            elif self._metrics:
                context[METRICS] = Derived(self._metrics, (Origin("model", ("name",)),))
        return context, findings

    def _known(self, emitter: Emitter, sections: Sections) -> Mapping[str, Json]:
        """What conditions of an emitter read of what is only worked out for who asks."""
        conditions = self._planner.conditions
        if not conditions.has_any(emitter, sections):
            return {}
        makers: Mapping[str, Callable[[], Json]] = {
            OBJECTIVES: self._objectives,
            SIGNALS: lambda: signals(self._ours.model, self._level),
            METRICS: lambda: {} if isinstance(self._metrics, Finding) else self._metrics,
        }
        return {name: make() for name, make in makers.items() if conditions.reads(emitter, sections, name)}

    def _objectives(self) -> list[Json]:
        return self._level.told()

    @cached_property
    def _context(self) -> Values:
        ours = self._ours
        return self._given or with_emitter(ours, self._planner, base_context(self._planner, ours.model))

    @cached_property
    def _level(self) -> Level:
        return level(self._planner, self._ours)

    @cached_property
    def _told(self) -> tuple[Values, list[Finding]]:
        return told(self._planner, self._ours, self._level, self._context)

    @cached_property
    def _metrics(self) -> Object | Finding:
        return exports(self._planner, self._ours.emitter, self._context, METRICS)

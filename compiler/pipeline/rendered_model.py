"""The files of one model in all of its environments, and those of environments and the project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.foundation.rows import RowsReadError
from compiler.pipeline.rendered_codecs import decode_plan, decode_usage_bytes
from compiler.pipeline.results import RenderedModel, RenderedUnits
from compiler.pipeline.unit_selection import environment_of_unit
from compiler.plan.planned_units import PlannedUnit
from compiler.plan.planning import SharedNeeds, UnitFilter
from compiler.policy.policy_usage import merge_usages
from compiler.write.output_units import OutputFile, Unit

if TYPE_CHECKING:
    from compiler.pipeline.session import Session


class ModelRenderer:
    """Renders units in a scope."""

    def __init__(self, session: Session, scope: UnitFilter) -> None:
        self._session, self._scope = session, scope

    @cached_property
    def _needs(self) -> SharedNeeds:
        return self._session.plan_stage.units.shared_needs(self._scope)

    def render_model(self, name: str) -> RenderedModel:
        """The units of a model in scope."""
        needs = self._needs
        with self._session.timings.measure("model", name):
            plan = self._session.plan_stage.units.plan_model(name, self._scope, needs)
            objects: dict[str, bytes] = {}
            rendered = self._render_units(plan.units, partial(self._add_objects, objects, name))
            if plan.other_units:
                self._render_units(plan.other_units, partial(self._add_objects, objects, name))
            return RenderedModel(replace(plan, units=(), other_units=(), objects=objects), rendered)

    def _add_objects(self, objects: dict[str, bytes], model: str, unit: PlannedUnit) -> None:
        """Add the facts about the objects of the unit that was rendered last, if a file of its environment reads them."""
        environment = environment_of_unit(unit.id)
        if environment in self._needs.environments_reading_objects:
            stage = self._session.render_stage
            objects[environment] = stage.object_context.facts(model, environment, stage.object_documents)

    def render_environment_units(self, plans: Iterable[bytes]) -> RenderedUnits:
        """The units of environments, after those of all models; `plans`: what shared files read of these."""

        def is_selected(model: str, environment: str) -> bool:
            return bool(environment) and self._scope(model, environment)

        return self._render_units(self._session.plan_shared_units(map(decode_plan, plans), is_selected))

    def render_project_units(self, plans: Iterable[bytes]) -> RenderedUnits:
        """The units of the project, after all others."""
        try:
            return self._render_project_units(plans, holds_rows=False)
        except RowsReadError:
            return self._render_project_units(plans, holds_rows=True)

    def _render_project_units(self, plans: Iterable[bytes], *, holds_rows: bool) -> RenderedUnits:
        def is_selected(model: str, environment: str) -> bool:
            return not environment and self._scope(model, environment)

        models = map(decode_plan, plans)
        return self._render_units(self._session.plan_shared_units(models, is_selected, holds_rows=holds_rows))

    def unused_findings(self, usages: Iterable[bytes]) -> Iterator[Finding]:
        """Which waivers, comments and policies had no effect; `usages`: those of policies on objects."""
        session = self._session
        includes_objects = all(self._scope(*placement) for placement in session.fleet.deployments())
        usage = merge_usages(chain((session.fleet_policies.usage,), map(decode_usage_bytes, usages)))
        yield from session.policy_engine.unused_findings(usage, includes_objects=includes_objects)

    def _render_units(
        self, planned_units: Iterable[PlannedUnit], on_unit: Callable[[PlannedUnit], object] = lambda _unit: None
    ) -> RenderedUnits:
        """The units with their files; `on_unit` is called after each."""
        units: list[Unit] = []
        findings: list[Finding] = []
        render_stage = self._session.render_stage
        with render_stage.collecting() as notes:
            for planned_unit in planned_units:
                findings += planned_unit.findings
                files, render_findings = render_stage.render_unit(planned_unit)
                findings += render_findings
                on_unit(planned_unit)
                outputs = (
                    OutputFile(file.path, file.content, file.emitter, file.sources, commit_path=file.commit_path)
                    for file in files
                )
                units.append(Unit(planned_unit.id, tuple(outputs)))
        return RenderedUnits(tuple(units), tuple(findings), dict(notes.notices), notes.evaluation.usage)

"""Renders the models of a fleet, then the files of environments and of the project, into a sink; no unit is held in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from compiler.diagnostics.finding import Finding
from compiler.diagnostics.finding_codec import decode_findings
from compiler.pipeline.result_keeper import NoKeeper, Result
from compiler.pipeline.result_kinds import FINDINGS, RENDERED_DEPLOYMENT, RENDERED_MODEL, SHARED_UNITS
from compiler.pipeline.result_summaries import RenderSummary, render_summary
from compiler.pipeline.results import RenderedModel, RenderedUnits
from compiler.pipeline.session import Session, all_units
from compiler.pipeline.unit_selection import UnitsOfEnvironment, model_of_unit

if TYPE_CHECKING:
    from compiler.pipeline.rendered_model import ModelRenderer
    from compiler.pipeline.stages import UnitSink
    from compiler.plan.planning import UnitFilter
    from compiler.write.output_units import Unit


def render_fleet(
    session: Session, scope: UnitFilter, sink: UnitSink, on_unit: Callable[[str], object]
) -> Iterator[Finding]:
    """Render the units in scope; yields what is found while rendering, and which waivers, comments and policies had no effect."""
    yield from FleetRenderer(session, scope, sink, on_unit).render()


T = TypeVar("T")


class FleetRenderer:
    """Takes the results of models as they arrive. Kept results are read only if a file or a fact of theirs is needed."""

    def __init__(
        self,
        session: Session,
        scope: UnitFilter,
        sink: UnitSink,
        on_unit: Callable[[str], object] = lambda _unit: None,
    ) -> None:
        self._session, self._scope, self._sink, self._on_unit = session, scope, sink, on_unit
        self._prefix = f"{scope.environment}/" if isinstance(scope, UnitsOfEnvironment) else ""
        """The start of the names of results: those of one environment are kept in addition to those of all."""
        self._kind = RENDERED_DEPLOYMENT if self._prefix else RENDERED_MODEL
        self._keeper = session.keeper if self._prefix or scope is all_units else NoKeeper()
        self._findings: list[Finding] = []
        self._notices: dict[str, Finding] = {}
        self._plans: list[bytes] = []
        self._usages: dict[bytes, None] = {}
        """What shared files and findings about the fleet read of each model; most models have the same usages."""
        self._digest = hashlib.sha256()
        self._fleet_scope = ""

    def render(self) -> Iterator[Finding]:
        """Give all units in scope to the sink; yields the findings."""
        session = self._session
        names = list(session.portfolio.by_kind("Model"))
        for result in self._model_results(names):
            self._add_model(result)
        if not self._prefix:
            self._keeper.forget_others(self._kind, names)
        scope = self._fleet_scope = f"{session.checked_fleet.digest} {self._digest.hexdigest()}"
        for shared_result in self._shared_results():
            self._add_units(shared_result, render_summary(shared_result.summary), lambda rendered: rendered)
        yield from self._findings
        yield from self._notices.values()
        for unused in self._keeper.obtain(FINDINGS, [f"{self._prefix}unused"], scope, self._unused_findings):
            yield from unused.value

    def read_units(self, ids: Collection[str]) -> Iterator[Unit]:
        """Units by id that were rendered, to read files of theirs that the sink did not want."""
        names = sorted({model_of_unit(id_) for id_ in ids} - {""})
        for model_result in self._model_results(names):
            yield from (unit for unit in model_result.value.rendered.units if unit.id in ids)
        if all(map(model_of_unit, ids)):
            return
        for shared_result in self._shared_results():
            yield from (unit for unit in shared_result.value.units if unit.id in ids)

    def _model_results(self, names: Iterable[str]) -> Iterator[Result[RenderedModel]]:
        def render(key: str) -> RenderedModel:
            return self._renderer.render_model(key.removeprefix(self._prefix))

        return self._keeper.obtain(
            self._kind, [f"{self._prefix}{name}" for name in names], self._session.judging_scope, render
        )

    def _shared_results(self) -> Iterator[Result[RenderedUnits]]:
        """The units of environments, and those of the project, which alone may read the inventory."""
        yield from self._keeper.obtain(
            SHARED_UNITS, [f"{self._prefix}environments"], self._fleet_scope, self._render_environment_units
        )
        if self._scope("", ""):
            scope = f"{self._fleet_scope} {self._session.inventory_digest}"
            yield from self._keeper.obtain(SHARED_UNITS, ["project"], scope, self._render_project_units)

    @cached_property
    def _renderer(self) -> ModelRenderer:
        return model_renderer(self._session, self._scope)

    def _add_model(self, result: Result[RenderedModel]) -> None:
        """Take a model's units, and what shared files read of it."""
        summary = render_summary(result.summary)
        self._digest.update(f"{result.name}\0".encode() + summary.plan + summary.usage)
        self._plans.append(summary.plan)
        self._usages[summary.usage] = None
        self._add_units(result, summary, lambda model: model.rendered)

    def _add_units(self, result: Result[T], summary: RenderSummary, units_of: Callable[[T], RenderedUnits]) -> None:
        """Give the sink the units of a result; those of a kept one are read if the sink needs their files."""
        self._findings += decode_findings(summary.findings)
        notices = dict(zip(summary.notice_keys, decode_findings(summary.notices), strict=True))
        self._notices = {**notices, **self._notices}
        known_ids = {id_ for id_, digest in summary.units if result.is_kept and self._sink.add_unchanged(id_, digest)}
        for id_ in known_ids:
            self._on_unit(id_)
        if len(known_ids) < len(summary.units):
            for unit in units_of(result.value).units:
                if unit.id not in known_ids:
                    self._sink.add(unit)
                    self._on_unit(unit.id)

    def _render_environment_units(self, _: str) -> RenderedUnits:
        return self._renderer.render_environment_units(self._plans)

    def _render_project_units(self, _: str) -> RenderedUnits:
        return self._renderer.render_project_units(self._plans)

    def _unused_findings(self, _: str) -> tuple[Finding, ...]:
        return tuple(self._renderer.unused_findings(self._usages))


def model_renderer(session: Session, scope: UnitFilter) -> ModelRenderer:
    """Renders what is not kept; imported here, since a run that renders nothing needs nothing of it."""
    from compiler.pipeline.rendered_model import ModelRenderer  # noqa: PLC0415 - as the docstring says

    return ModelRenderer(session, scope)

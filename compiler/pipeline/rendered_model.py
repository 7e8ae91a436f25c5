"""The files of one model in all of its environments, and what stages about the fleet need to know of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.plan.planned_units import PlannedUnit
from compiler.plan.planning import PlannedModel, SharedNeeds, UnitFilter
from compiler.policy.policy_usage import PolicyUsage
from compiler.write.output_units import OutputFile, Unit

if TYPE_CHECKING:
    from compiler.pipeline.session import Session


@dataclass(frozen=True, slots=True)
class RenderedUnits:
    """Units with their files, and the findings about them; `notices` by key say what could not be validated."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]
    notices: Mapping[str, Finding]
    usage: PolicyUsage


@dataclass(frozen=True, slots=True)
class RenderedModel:
    """The rendered units of a model; `plan` has no units any more."""

    plan: PlannedModel
    rendered: RenderedUnits


def render_model(session: Session, name: str, scope: UnitFilter, needs: SharedNeeds) -> RenderedModel:
    """The units of a model in scope."""
    plan = session.plan_stage.units.plan_model(name, scope, needs)
    return RenderedModel(replace(plan, units=()), render_units(session, plan.units))


def render_units(session: Session, planned_units: Iterable[PlannedUnit]) -> RenderedUnits:
    """The units with their files."""
    units: list[Unit] = []
    findings: list[Finding] = []
    with session.render_stage.collecting() as notes:
        for planned_unit in planned_units:
            findings += planned_unit.findings
            files, render_findings = session.render_stage.render_unit(planned_unit)
            findings += render_findings
            outputs = (
                OutputFile(file.path, file.content, file.emitter, file.sources, commit_path=file.commit_path)
                for file in files
            )
            units.append(Unit(planned_unit.id, tuple(outputs)))
    return RenderedUnits(tuple(units), tuple(findings), dict(notes.notices), notes.evaluation.usage)

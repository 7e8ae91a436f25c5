"""The stages, in order: each is a function of the session that yields findings.

    session = Session(WorkTree(Path(".")))
    findings = check(session)
    result = build(session)       # result.units, result.findings

`CHECK_STAGES` lists what `check` validates; `build` renders the planned files after the same stages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.foundation.json_data import as_object
from compiler.pipeline.session import Session, all_units
from compiler.plan.context.adoption import object_collisions
from compiler.plan.matching.compatibility import emitter_setting_findings
from compiler.plan.planning import UnitFilter
from compiler.plan.records.approvals import approval_findings, classification_findings
from compiler.plan.records.missing_fields import ModelRecordStatus
from compiler.policy.baseline import EMPTY_BASELINE, Baseline, apply_baseline, is_policy_finding
from compiler.policy.policy_findings import merge_environments
from compiler.resolve.checks.fleet_checks import check_fleet
from compiler.resolve.resolved_model import ResolvedModel

if TYPE_CHECKING:
    from compiler.write.output_units import Unit

Stage = Callable[[Session], Iterator[Finding]]


def check_documents(session: Session) -> Iterator[Finding]:
    """Files, documents and their fields."""
    yield from session.portfolio.findings


def check_emitters(session: Session) -> Iterator[Finding]:
    """The folders of emitters, and what environments say that they can do."""
    yield from session.emitters.findings
    yield from session.capability_problems
    yield from emitter_setting_findings(session.fleet, session.emitters)
    for emitter in session.emitters.by_id.values():
        if not emitter.is_builtin:
            yield from session.conditions.compile_findings(emitter)


def check_models(session: Session) -> Iterator[Finding]:
    """Layers, references, and each model where it runs: whether its target can do what it asks for, and the policies."""

    def model_findings(model: ResolvedModel) -> Iterator[Finding]:
        return chain(
            _target_findings(session, model),
            session.policy_engine.evaluate(model),
            approval_findings(session.fleet, model, session.as_of),
        )

    yield from check_fleet(session.fleet, model_findings, session.models_in_scope)


def check_adoption(session: Session) -> Iterator[Finding]:
    """Live objects that two models would share."""
    yield from object_collisions(session.fleet)


def check_quotas(session: Session) -> Iterator[Finding]:
    """Quotas of namespaces against what their models can come to request."""
    yield from session.plan_stage.quota_findings(session.models_in_scope)


def check_code_owners(session: Session) -> Iterator[Finding]:
    """Who owns a file, and is nobody to the forge that is told so."""
    yield from session.plan_stage.code_owner_findings()


def check_policies(session: Session) -> Iterator[Finding]:
    """What the fleet breaks as a whole, once each model was judged, and what is wrong with policies and waivers."""
    yield from session.policy_engine.findings()


def check_decision_dates(session: Session) -> Iterator[Finding]:
    """What was decided on a day to come."""
    yield from classification_findings(session.portfolio, session.as_of)


def _target_findings(session: Session, model: ResolvedModel) -> Iterator[Finding]:
    """Nothing where what would be said follows from a mistake that was told: in an emitter, or in an Environment."""
    if model.environment is None:
        return
    target = as_object(model.data.get("deploy")).get("target")
    environment = model.environment.name
    if target in session.emitters.broken_ids or environment in {
        finding.subject.name for finding in session.capability_problems if finding.subject
    }:
        return
    yield from session.plan_stage.compatibility_findings(model)


def check_sources(
    session: Session,
    on_progress: Callable[[int, int], object] = lambda _done, _all: None,
    model_names: Container[str] | None = None,
) -> Iterator[Finding]:
    """What lies beside the specs, run; no part of `CHECK`, since it takes seconds. `on_run`: how many of how many are done.

    `only`: of these models.
    """
    from compiler.execution.source_tests.source_test_runner import run_source_tests  # noqa: PLC0415 - processes and engines, which no other stage needs

    yield from run_source_tests(session.fleet, on_progress=on_progress, only_models=model_names)


CHECK_STAGES: tuple[Stage, ...] = (
    check_documents,
    check_emitters,
    check_models,
    check_adoption,
    check_quotas,
    check_code_owners,
    check_policies,
    check_decision_dates,
)


def record_statuses(session: Session, models: Collection[str] = ()) -> Iterator[ModelRecordStatus | Finding]:
    """What records of these models have to say, of all where none is named, and what of it nobody has said."""
    blocking_findings = [
        finding for finding in chain(check_documents(session), check_emitters(session)) if finding.is_blocking
    ]
    yield from blocking_findings
    model_specs = session.portfolio.by_kind("Model")
    yield from session.plan_stage.record_statuses.model_statuses(
        (name for name in model_specs if name in set(models)) if models else model_specs
    )


def check(session: Session) -> tuple[Finding, ...]:
    """Everything that is wrong with a tree, short of rendering it, in order."""
    return sorted_unique(
        merge_environments(
            chain(_run_checks(session), session.policy_engine.unused_findings(includes_rendered=False)),
            _environments_lookup(session),
        )
    )


def _environments_lookup(session: Session) -> Callable[[str], Sequence[str | None]]:
    """Where a model runs; nowhere, where it is none that there is."""
    return lambda name: session.fleet.environments_of(name) if name in session.portfolio.by_kind("Model") else ()


def all_findings(_finding: Finding) -> bool:
    """What findings stop a build of the whole fleet."""
    return True


def _run_checks(session: Session) -> Iterator[Finding]:
    return chain.from_iterable(stage(session) for stage in CHECK_STAGES)


@dataclass(frozen=True)
class BuildResult:
    """What a build made, a unit of ownership at a time, and everything that was found."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]

    @property
    def can_write(self) -> bool:
        """Whether it may be written: nothing mandatory was found."""
        return not any(finding.is_blocking for finding in self.findings)


def build(
    session: Session,
    scope: UnitFilter = all_units,
    on_unit: Callable[[], object] = lambda: None,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> BuildResult:
    """Check, then render what the scope asks for; nothing is rendered of a fleet that does not hold together.

    `on_unit` is called after each unit, for those who show progress; `known`: findings of policies that do not count;
    `despite_policies`: render what policies refuse, too, for those who want all that policies find; `concerns`: findings that
    count, for those who want a part alone.
    """
    from compiler.write.output_units import OutputFile, Unit  # noqa: PLC0415 - a check writes nothing

    findings = list(_run_checks(session))
    result_findings = tuple(filter(include, sorted_unique(merge_environments(findings, _environments_lookup(session)))))
    if any(
        finding.is_blocking and not (ignore_policies and is_policy_finding(finding))
        for finding in apply_baseline(result_findings, baseline)
    ):
        return BuildResult(
            (),
            apply_baseline(
                sorted_unique([*result_findings, *session.policy_engine.unused_findings(includes_rendered=False)]),
                baseline,
            ),
        )
    units: list[Unit] = []
    for planned_unit in session.plan_units(scope):
        findings += planned_unit.findings
        files, render_findings = session.render_stage.render_unit(planned_unit)
        findings += render_findings
        outputs = (
            OutputFile(file.path, file.content, file.emitter, file.sources, commit_path=file.commit_path)
            for file in files
        )
        units.append(Unit(planned_unit.id, tuple(outputs)))
        on_unit()
    findings += session.render_stage.unchecked_findings()
    findings += session.policy_engine.unused_findings(
        includes_rendered=all(scope(*placement) for placement in session.fleet.deployments())
    )
    result_findings = tuple(filter(include, sorted_unique(merge_environments(findings, _environments_lookup(session)))))
    return BuildResult(tuple(units), apply_baseline(result_findings, baseline))

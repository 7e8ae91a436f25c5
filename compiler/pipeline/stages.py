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
from compiler.foundation.errors import HostError
from compiler.pipeline.session import Session, all_units
from compiler.plan.context.adoption import object_collisions
from compiler.plan.matching.compatibility import emitter_setting_findings
from compiler.plan.planning import UnitFilter
from compiler.plan.quotas import quota_findings
from compiler.plan.records.approvals import classification_findings
from compiler.plan.records.missing_fields import ModelRecordStatus
from compiler.plan.shared_routes import shared_route_findings
from compiler.policy.baseline import EMPTY_BASELINE, Baseline, apply_baseline, is_policy_finding
from compiler.policy.policy_findings import merge_environments
from compiler.resolve.checks.model_checks import check_cycles
from compiler.spec.finding_causes import without_repeated_warnings

if TYPE_CHECKING:
    from compiler.pipeline.rendered_model import RenderedUnits
    from compiler.plan.planning import PlannedModel
    from compiler.write.output_units import Unit

Stage = Callable[[Session], Iterator[Finding]]


def check_documents(session: Session) -> Iterator[Finding]:
    """Files, documents and their fields."""
    yield from session.portfolio.findings


def check_emitters(session: Session) -> Iterator[Finding]:
    """Emitter folders, their settings, and the capabilities of environments."""
    yield from session.emitters.findings
    yield from session.capability_problems
    yield from emitter_setting_findings(session.fleet, session.emitters)
    for emitter in session.emitters.by_id.values():
        if not emitter.is_builtin:
            yield from session.conditions.compile_findings(emitter)


def check_models(session: Session) -> Iterator[Finding]:
    """Layers and references; for each model in each environment its emitters, policies and approvals."""
    yield from session.shared_documents.findings
    for checked_model in session.checked_models:
        yield from checked_model.findings
    yield from check_cycles(
        session.fleet,
        {(item.model, item.environment): item.dependency_names for item in session.deployments},
    )


def check_objects(session: Session) -> Iterator[Finding]:
    """Objects and routes that two models would share in a cluster."""
    yield from object_collisions(session.fleet)
    yield from session.plan_stage.object_findings(session.models_in_scope)
    yield from shared_route_findings(session.fleet, session.deployments)


def check_quotas(session: Session) -> Iterator[Finding]:
    """Quotas of namespaces, against the maximum requests of their models."""
    yield from quota_findings(session.fleet, session.deployments, session.models_in_scope)


def check_code_owners(session: Session) -> Iterator[Finding]:
    """Teams that own files and have no handle, if a file of code owners is rendered; not where only findings about models are needed."""
    if session.models_in_scope is None:
        yield from session.plan_stage.code_owner_findings([model.facts for model in session.checked_models])


def check_policies(session: Session) -> Iterator[Finding]:
    """Policies on the fleet as a whole, and mistakes in policies and waivers; this stage runs after the models were evaluated."""
    yield from session.fleet_policies.findings
    yield from session.policy_engine.findings(session.fleet_policies.usage)


def check_decision_dates(session: Session) -> Iterator[Finding]:
    """Decisions with a date in the future."""
    yield from classification_findings(session.portfolio, session.as_of)


def check_sources(
    session: Session,
    on_progress: Callable[[int, int], object] = lambda _done, _all: None,
    model_names: Container[str] | None = None,
) -> Iterator[Finding]:
    """Runs the companion files of releases against their cases; not part of `CHECK_STAGES`, since it takes seconds.

    `on_progress` receives the number of finished runs and of all runs; `model_names` limits the models.
    """
    from compiler.execution.source_tests.source_test_runner import run_source_tests  # noqa: PLC0415 - processes and engines, which no other stage needs

    yield from run_source_tests(session.fleet, on_progress=on_progress, only_models=model_names)


def require_source_packages(session: Session, model_names: Container[str] | None = None) -> None:
    """Raise `HostError` if tests of releases need packages that are not installed."""
    from compiler.execution.source_tests import source_test_runner  # noqa: PLC0415 - as above

    packages = source_test_runner.missing_packages(session.fleet, model_names)
    if packages:
        names = ", ".join(packages)
        message = f"some tests did not run, because packages are not installed: {names}"
        raise HostError(message, help=source_test_runner.SOURCES_INSTALLATION)


CHECK_STAGES: tuple[Stage, ...] = (
    check_documents,
    check_emitters,
    check_models,
    check_objects,
    check_quotas,
    check_code_owners,
    check_policies,
    check_decision_dates,
)


def record_statuses(session: Session, models: Collection[str] = ()) -> Iterator[ModelRecordStatus | Finding]:
    """The required and the missing record fields of these models, or of all; blocking findings come first."""
    blocking_findings = [
        finding for finding in chain(check_documents(session), check_emitters(session)) if finding.is_blocking
    ]
    yield from blocking_findings
    model_specs = session.portfolio.by_kind("Model")
    yield from session.plan_stage.record_statuses.model_statuses(
        (name for name in model_specs if name in set(models)) if models else model_specs
    )


def check(session: Session) -> tuple[Finding, ...]:
    """The findings of all stages that need no rendering, sorted."""
    return sorted_unique(
        merge_environments(
            chain(
                _run_checks(session),
                session.policy_engine.unused_findings(session.policy_usage, includes_objects=False),
            ),
            _environments_lookup(session),
        )
    )


def _environments_lookup(session: Session) -> Callable[[str], Sequence[str | None]]:
    """The environments of a model by its name; none for an unknown name."""
    return lambda name: session.fleet.environments_of(name) if name in session.portfolio.by_kind("Model") else ()


def all_findings(_finding: Finding) -> bool:
    """The default of `include` in `build`: every finding counts."""
    return True


def _run_checks(session: Session) -> Iterator[Finding]:
    return without_repeated_warnings(chain.from_iterable(stage(session) for stage in CHECK_STAGES))


@dataclass(frozen=True)
class BuildResult:
    """The rendered units of a build, and its findings."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]

    @property
    def can_write(self) -> bool:
        """Whether the units may be written: no finding blocks."""
        return not any(finding.is_blocking for finding in self.findings)


def build(
    session: Session,
    scope: UnitFilter = all_units,
    on_unit: Callable[[str], object] = lambda _unit: None,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> BuildResult:
    """Check, then render the units in scope; nothing is rendered if a finding blocks.

    `on_unit` is called with the id of each rendered unit, to show progress. Findings in the `baseline` do not block. `ignore_policies`
    renders despite violations of policies, to find those of rendered objects, too. `include` selects the findings that count.
    """
    findings = list(_run_checks(session))
    result_findings = tuple(filter(include, sorted_unique(merge_environments(findings, _environments_lookup(session)))))
    if any(
        finding.is_blocking and not (ignore_policies and is_policy_finding(finding))
        for finding in apply_baseline(result_findings, baseline)
    ):
        return BuildResult(
            (),
            apply_baseline(
                sorted_unique(
                    [
                        *result_findings,
                        *session.policy_engine.unused_findings(session.policy_usage, includes_objects=False),
                    ]
                ),
                baseline,
            ),
        )
    units: list[Unit] = []
    notices: dict[str, Finding] = {}
    for rendered in _render(session, scope):
        findings += rendered.findings
        notices = {**rendered.notices, **notices}
        for unit in rendered.units:
            units.append(unit)
            on_unit(unit.id)
    findings += notices.values()
    findings += session.policy_engine.unused_findings(
        session.policy_usage, includes_objects=all(scope(*placement) for placement in session.fleet.deployments())
    )
    result_findings = tuple(filter(include, sorted_unique(merge_environments(findings, _environments_lookup(session)))))
    return BuildResult(tuple(units), apply_baseline(result_findings, baseline))


def _render(session: Session, scope: UnitFilter) -> Iterator[RenderedUnits]:
    """The units of each model, then those of environments and the project."""
    from compiler.pipeline.rendered_model import render_model, render_units  # noqa: PLC0415 - a check renders nothing

    planner = session.plan_stage.units
    needs = planner.shared_needs(scope)
    plans: list[PlannedModel] = []
    for name in session.portfolio.by_kind("Model"):
        model = render_model(session, name, scope, needs)
        plans.append(model.plan)
        yield model.rendered
    yield render_units(session, session.plan_shared_units(plans, scope))

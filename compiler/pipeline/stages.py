"""The stages, in order: each is a function of the session that yields findings.

    session = Session(WorkTree(Path(".")))
    findings = check(session)
    result = build(session)       # result.units, result.findings

`CHECK_STAGES` lists what `check` validates; `build` renders the planned files after the same stages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.foundation.errors import HostError
from compiler.pipeline.result_kinds import FINDINGS
from compiler.pipeline.session import Session, all_units
from compiler.policy.baseline import EMPTY_BASELINE, Baseline, apply_baseline, is_judgement
from compiler.policy.environment_merge import merge_environments
from compiler.spec.finding_causes import without_repeated_warnings

if TYPE_CHECKING:
    from compiler.plan.planning import UnitFilter
    from compiler.plan.records.missing_fields import ModelRecordStatus
    from compiler.write.output_units import Unit

Stage = Callable[[Session], Iterator[Finding]]


def check_documents(session: Session) -> Iterator[Finding]:
    """Files, documents and their fields."""
    yield from session.portfolio.findings


def check_emitters(session: Session) -> Iterator[Finding]:
    """Emitter folders, their settings, and the capabilities of environments."""
    [result] = session.keeper.obtain(FINDINGS, ["emitters"], "", lambda _: session.emitter_findings())
    yield from result.value


def check_models(session: Session) -> Iterator[Finding]:
    """Layers and references; for each model in each environment its emitters, policies and approvals."""
    yield from session.shared_documents.findings
    yield from session.checked_fleet.findings


def check_fleet(session: Session) -> Iterator[Finding]:
    """Dependency cycles, objects, routes and quotas of the fleet, owners of files, policies on the fleet, policies and waivers."""
    yield from session.fleet_checks.findings


def check_policy_changes(session: Session) -> Iterator[Finding]:
    """Policies that a change unbinds or loosens, and violations that this would hide."""
    yield from session.policy_change_findings()


def check_decision_dates(session: Session) -> Iterator[Finding]:
    """Decisions with a date in the future."""
    [result] = session.keeper.obtain(FINDINGS, ["decision dates"], "", lambda _: session.decision_date_findings())
    yield from result.value


def check_sources(
    session: Session,
    on_progress: Callable[[int, int], object] = lambda _done, _all: None,
    model_names: Container[str] | None = None,
) -> Iterator[Finding]:
    """Runs the companion files of releases against their cases; not part of `CHECK_STAGES`, since it takes seconds.

    `on_progress` receives the number of finished runs and of all runs; `model_names` limits the models.
    """
    yield from _source_test_runner().run_source_tests(session.fleet, on_progress=on_progress, only_models=model_names)


def require_source_packages(session: Session, model_names: Container[str] | None = None) -> None:
    """Raise `HostError` if tests of releases need packages that are not installed."""
    source_test_runner = _source_test_runner()
    packages = source_test_runner.missing_packages(session.fleet, model_names)
    if packages:
        names = ", ".join(packages)
        message = f"some tests did not run, because packages are not installed: {names}"
        raise HostError(message, help=source_test_runner.SOURCES_INSTALLATION)


def _source_test_runner() -> ModuleType:
    """Processes and engines, which no other stage needs."""
    from compiler.execution.source_tests import source_test_runner  # noqa: PLC0415 - as the docstring says

    return source_test_runner


CHECK_STAGES: tuple[Stage, ...] = (
    check_documents,
    check_emitters,
    check_models,
    check_fleet,
    check_policy_changes,
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
                session.fleet_checks.unused_findings,
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
    return without_repeated_warnings(chain.from_iterable(map(partial(_measured, session), CHECK_STAGES)))


def _measured(session: Session, stage: Stage) -> Sequence[Finding]:
    """The findings of a stage, and the time that it takes."""
    with session.timings.measure("stage", stage.__name__.replace("_", " ")):
        return tuple(stage(session))


@dataclass(frozen=True)
class BuildResult:
    """The rendered units of a build, and its findings."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]

    @property
    def can_write(self) -> bool:
        """Whether the units may be written: no finding blocks."""
        return not any(finding.is_blocking for finding in self.findings)


class UnitSink(Protocol):
    """Takes the units of a build as they are rendered."""

    def add(self, unit: Unit) -> object:
        """Take a unit."""
        ...

    def add_unchanged(self, unit: str, digest: str) -> bool:
        """Take a unit of an earlier run by its id and its digest; false if its files are needed."""
        ...


class UnitList:
    """Holds the units in memory."""

    def __init__(self) -> None:
        self.units: list[Unit] = []

    def add(self, unit: Unit) -> None:
        """Take a unit."""
        self.units.append(unit)

    def add_unchanged(self, _unit: str, _digest: str) -> bool:
        """The files are always needed."""
        return False


@dataclass(frozen=True)
class CheckedBuild:
    """A build whose checks are done. Findings in the `baseline` do not block; `include` selects the findings that count.

    `ignores_policies`: violations of policies and missing approvals do not block either, to find those of rendered objects, too.
    """

    session: Session
    check_findings: tuple[Finding, ...]
    baseline: Baseline
    ignores_policies: bool
    include: Callable[[Finding], bool]

    @property
    def is_blocked(self) -> bool:
        """Whether a finding prevents rendering."""
        return any(
            finding.is_blocking and not (self.ignores_policies and is_judgement(finding))
            for finding in apply_baseline(self._merged(self.check_findings), self.baseline)
        )

    def findings_without_rendering(self) -> tuple[Finding, ...]:
        """The findings of a build that ends here."""
        findings = sorted_unique((*self._merged(self.check_findings), *self.session.fleet_checks.unused_findings))
        return apply_baseline(findings, self.baseline)

    def render(
        self, scope: UnitFilter, sink: UnitSink, on_unit: Callable[[str], object] = lambda _unit: None
    ) -> tuple[Finding, ...]:
        """Render the units in scope into the sink; returns all findings. `on_unit` is called with the id of each unit."""
        from compiler.pipeline.rendered_fleet import render_fleet  # noqa: PLC0415 - a check renders nothing

        with self.session.timings.measure("stage", "render"):
            findings = [*self.check_findings, *render_fleet(self.session, scope, sink, on_unit)]
        return apply_baseline(self._merged(findings), self.baseline)

    def _merged(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        merged_findings = merge_environments(findings, _environments_lookup(self.session))
        return tuple(filter(self.include, sorted_unique(merged_findings)))


def check_for_build(
    session: Session,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> CheckedBuild:
    """Do the checks of a build."""
    return CheckedBuild(session, tuple(_run_checks(session)), baseline, ignore_policies, include)


def build(
    session: Session,
    scope: UnitFilter = all_units,
    on_unit: Callable[[str], object] = lambda _unit: None,
    baseline: Baseline = EMPTY_BASELINE,
    *,
    ignore_policies: bool = False,
    include: Callable[[Finding], bool] = all_findings,
) -> BuildResult:
    """Check, then render the units in scope, and hold them in memory; nothing is rendered if a finding blocks."""
    checked_build = check_for_build(session, baseline, ignore_policies=ignore_policies, include=include)
    if checked_build.is_blocked:
        return BuildResult((), checked_build.findings_without_rendering())
    sink = UnitList()
    findings = checked_build.render(scope, sink, on_unit)
    return BuildResult(tuple(sink.units), findings)

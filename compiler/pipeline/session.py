"""The stages in order: the library's front door.

    run = Run(WorkTree(Path(".")))
    findings = check(run)
    built = build(run)            # built.units, built.findings

A stage is a function of the run that yields findings; `CHECK` is the table of contents of what is judged, and a build
goes on from there to render what was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.foundation import resources
from compiler.foundation.json_data import as_object
from compiler.plan.context.adoption import object_collisions
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitters
from compiler.plan.emitters.emitter_loader import BUILTIN_PREFIX, load_emitters
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.matching.compatibility import CompatibilityChecker, capability_findings, emitter_setting_findings
from compiler.plan.matching.objections import compatibility_findings
from compiler.plan.planning import PlannedUnit, UnitFilter, code_owner_findings, plan_units
from compiler.plan.planning_services import PlanningServices
from compiler.plan.quotas import quota_findings
from compiler.plan.records.approvals import approval_findings, classification_findings
from compiler.plan.records.missing_fields import ModelRecordStatus, model_statuses
from compiler.policy.baseline import EMPTY_BASELINE, Baseline, apply_baseline, is_policy_finding
from compiler.policy.policy_definition import SHIPPED_PREFIX as SHIPPED_SCHEMAS
from compiler.policy.policy_engine import BaseRevision
from compiler.policy.policy_engine import PolicyEngine as PolicyJudge
from compiler.policy.policy_findings import merge_environments
from compiler.resolve.checks.fleet_checks import check_fleet
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import ParseFunction, parse
from compiler.spec.language import Language
from compiler.spec.portfolio import PROJECT_FILE, Portfolio, models_defined_only_in
from compiler.spec.spec_loader import load_portfolio

if TYPE_CHECKING:
    from compiler.foundation.provenance import ContextValue
    from compiler.inventory.row import Inventory
    from compiler.render.render_stage import RenderStage
    from compiler.write.output_units import Unit


_SHIPPED_PREFIXES: Mapping[str, Literal["schemas", "templates"]] = MappingProxyType(
    {BUILTIN_PREFIX: "templates", SHIPPED_SCHEMAS: "schemas"}
)

_NARROWING_LIMIT = 10


def all_units(_model: str, _environment: str) -> bool:
    """The scope of a run about the whole fleet."""
    return True


@dataclass(frozen=True)
class ChangeBase:
    """What a change began from: a tree, and its day."""

    tree: Tree
    day: date


class Session:
    """One tree, and what each stage makes of it; everything is made when it is first asked for."""

    def __init__(
        self,
        tree: Tree,
        as_of: date | None = None,
        change_base: ChangeBase | None = None,
        files: frozenset[str] = frozenset(),
        parse_yaml: ParseFunction = parse,
    ) -> None:
        """`as_of`: the day that policies are judged on, today (UTC) where it is left out; `since`: what a change began from.

        `files`: whose findings are wanted, those of all where there is none; of others, some may be missing. `read`: what
        reads the files of specs.
        """
        self.tree = tree
        self.files = files
        self.parse_yaml = parse_yaml
        self.as_of = as_of or datetime.now(UTC).date()
        self.change_base = change_base

    @cached_property
    def language(self) -> Language:
        """The published language."""
        return Language(resources.kind_schemas(), resources.type_schemas())

    @cached_property
    def portfolio(self) -> Portfolio:
        """Every document, checked alone."""
        return load_portfolio(self.tree, self.language, WorkTree(resources.shipped_folder("schemas")), self.parse_yaml)

    @cached_property
    def fleet(self) -> Fleet:
        """Every model where it runs, resolved on demand."""
        return Fleet(self.portfolio, self.language, self.tree)

    @cached_property
    def emitters(self) -> Emitters:
        """Every emitter, shipped and the project's own."""
        capabilities = parse(resources.read_shipped_text("capabilities.yaml"), "capabilities.yaml").documents[0].data
        return load_emitters(
            WorkTree(resources.shipped_folder("templates")),
            self.tree,
            self.portfolio.folder("templates"),
            resources.emitter_schema(),
            as_object(capabilities),
        )

    @cached_property
    def capability_problems(self) -> tuple[Finding, ...]:
        """What Environments say of their clusters that nobody understands."""
        return tuple(capability_findings(self.fleet, self.emitters))

    @cached_property
    def models_in_scope(self) -> frozenset[str] | None:
        """The models that findings in the files can be about; `None` for all, which is as quick where they are many.

        What is found of a model stands in its own file, or in one of another kind of document; only a policy on the fleet
        tells of a model what others make of it.
        """
        names = models_defined_only_in(self.portfolio, self.files) if self.files else None
        if names is None or len(names) > max(
            _NARROWING_LIMIT, len(self.portfolio.by_kind("Model")) // _NARROWING_LIMIT
        ):
            return None
        placements = ((name, environment) for name in names for environment in self.fleet.environments_of(name))
        return None if any(self._needs_other_models(*placement) for placement in placements) else names

    def _needs_other_models(self, name: str, environment: str | None) -> bool:
        model, _ = self.fleet.resolve(name, environment)
        return model is not None and self.policy_engine.library.has_fleet_policies(model)

    @cached_property
    def conditions(self) -> ConditionEvaluator:
        """The expressions of emitters."""
        return ConditionEvaluator(self.language, self.emitters)

    @cached_property
    def emitter_templates(self) -> EmitterTemplates:
        """The templates of emitters."""
        return EmitterTemplates()

    @cached_property
    def compatibility(self) -> CompatibilityChecker:
        """What targets can and cannot do."""
        return CompatibilityChecker(self.fleet, self.emitters, self.conditions)

    @cached_property
    def policy_engine(self) -> PolicyJudge:
        """Who breaks which policy."""
        policy_base = BaseRevision(self.change_base.day, self.is_changed) if self.change_base else None
        return PolicyJudge(self.fleet, WorkTree(resources.shipped_folder("schemas")), self.as_of, policy_base)

    def is_changed(self, model: str, environment: str | None) -> bool:
        """Whether a model is another in an environment than it was where the change began."""
        return _model_digests(self.fleet, model, environment) != _model_digests(self._base_fleet, model, environment)

    @cached_property
    def _base_fleet(self) -> Fleet | None:
        if self.change_base is None or not self.change_base.tree.has(PROJECT_FILE):
            return None
        return Session(self.change_base.tree, self.as_of).fleet

    @cached_property
    def render_stage(self) -> RenderStage:
        """Renders what is planned; the template engine is imported here and not before."""
        from compiler.render.render_stage import RenderStage  # noqa: PLC0415 - as the docstring says

        return RenderStage(self.tree, self.fleet, self.emitter_templates, self.policy_engine)

    @cached_property
    def planning_services(self) -> PlanningServices:
        """What template contexts are made from."""

        def inventory_value() -> ContextValue:
            from compiler.inventory.template_value import to_template_value  # noqa: PLC0415 - as the inventory below

            return to_template_value(self.inventory)

        return PlanningServices(self.fleet, self.emitters, self.conditions, self.emitter_templates, inventory_value)

    @cached_property
    def inventory(self) -> Inventory:
        """A row for each model, with what records lack; imported here, since no check of specs needs it."""
        from compiler.inventory.inventory_builder import build_inventory  # noqa: PLC0415 - as the docstring says
        from compiler.inventory.record_counts import count_record_fields  # noqa: PLC0415 - likewise

        return build_inventory(self.fleet, lambda placements: count_record_fields(self.planning_services, placements))

    def plan_units(self, scope: UnitFilter = all_units) -> Iterator[PlannedUnit]:
        """What there is to make."""
        return plan_units(self.planning_services, self.compatibility, scope)

    @property
    def summary(self) -> str:
        """How many models and environments there are, the unsound ones included."""
        broken_kinds = [kind for kind, _ in self.portfolio.broken_names]
        counts = (
            (kind, len(self.portfolio.by_kind(kind)) + broken_kinds.count(kind)) for kind in ("Model", "Environment")
        )
        return ", ".join(f"{count} {kind.lower()}{'' if count == 1 else 's'}" for kind, count in counts)

    def read_text(self, path: str) -> str | None:
        """The text of a file that a finding points into: of the project, or of a shipped template."""
        tree = self.tree
        for prefix, folder in _SHIPPED_PREFIXES.items():
            if path.startswith(prefix):
                tree, path = WorkTree(resources.shipped_folder(folder)), path.removeprefix(prefix)
        return tree.read(path).decode("utf-8", "replace") if tree.has(path) else None


def _model_digests(fleet: Fleet | None, name: str, environment: str | None) -> tuple[str, str] | None:
    if fleet is None or name not in fleet.portfolio.by_kind("Model"):
        return None
    model, _ = fleet.resolve(name, environment)
    return (model.runtime_digest, model.governance_digest) if model else None


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
    yield from quota_findings(session.planning_services, session.models_in_scope)


def check_code_owners(session: Session) -> Iterator[Finding]:
    """Who owns a file, and is nobody to the forge that is told so."""
    yield from code_owner_findings(session.planning_services)


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
    yield from compatibility_findings(session.planning_services, session.compatibility, model)


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
    yield from model_statuses(
        session.planning_services, (name for name in model_specs if name in set(models)) if models else model_specs
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

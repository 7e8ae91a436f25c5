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

from compiler.diagnostics.finding import Finding, in_order
from compiler.foundation import resources
from compiler.foundation.json_data import Json, Pointer, as_object
from compiler.plan.context.adoption import clashes
from compiler.plan.context.lazy_context import Context
from compiler.plan.emitters.conditions import Conditions
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.emitters.emitter_loader import SHIPPED
from compiler.plan.emitters.emitter_loader import load as load_emitters
from compiler.plan.matching.compatibility import Judge, capability_findings, setting_findings
from compiler.plan.matching.objections import objections
from compiler.plan.planning import PlannedUnit, Scope, owner_findings, plan
from compiler.plan.planning_services import Planner
from compiler.plan.quotas import quota_findings
from compiler.plan.records.approvals import claim_findings, class_findings
from compiler.plan.records.missing_fields import ModelStatus
from compiler.plan.records.missing_fields import status as told
from compiler.policy.baseline import NOTHING_KNOWN, Baseline, applied, can_be_known
from compiler.policy.policy_definition import SHIPPED as SHIPPED_SCHEMAS
from compiler.policy.policy_engine import Base
from compiler.policy.policy_engine import Judge as PolicyJudge
from compiler.policy.policy_findings import settled
from compiler.resolve.checks.fleet_checks import check as check_fleet
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import Parse, parse
from compiler.spec.language import Language
from compiler.spec.portfolio import PROJECT_FILE, Portfolio, models_alone
from compiler.spec.spec_loader import load

if TYPE_CHECKING:
    from compiler.foundation.provenance import Item
    from compiler.inventory.row import Inventory
    from compiler.render.render_stage import Producer
    from compiler.write.output_units import Unit


_SHIPPED: Mapping[str, Literal["schemas", "templates"]] = MappingProxyType(
    {SHIPPED: "templates", SHIPPED_SCHEMAS: "schemas"}
)

_FEW = 10


def everything(_model: str, _environment: str) -> bool:
    """The scope of a run about the whole fleet."""
    return True


@dataclass(frozen=True)
class Since:
    """What a change began from: a tree, and its day."""

    tree: Tree
    day: date


class Run:
    """One tree, and what each stage makes of it; everything is made when it is first asked for."""

    def __init__(
        self,
        tree: Tree,
        as_of: date | None = None,
        since: Since | None = None,
        files: frozenset[str] = frozenset(),
        read: Parse = parse,
    ) -> None:
        """`as_of`: the day that policies are judged on, today (UTC) where it is left out; `since`: what a change began from.

        `files`: whose findings are wanted, those of all where there is none; of others, some may be missing. `read`: what
        reads the files of specs.
        """
        self.tree = tree
        self.files = files
        self.read = read
        self.as_of = as_of or datetime.now(UTC).date()
        self.since = since

    @cached_property
    def language(self) -> Language:
        """The published language."""
        return Language(resources.kind_schemas(), resources.type_schemas())

    @cached_property
    def portfolio(self) -> Portfolio:
        """Every document, checked alone."""
        return load(self.tree, self.language, WorkTree(resources.shipped("schemas")), self.read)

    @cached_property
    def fleet(self) -> Fleet:
        """Every model where it runs, resolved on demand."""
        return Fleet(self.portfolio, self.language, self.tree)

    @cached_property
    def emitters(self) -> Emitters:
        """Every emitter, shipped and the project's own."""
        capabilities = parse(resources.shipped_text("capabilities.yaml"), "capabilities.yaml").documents[0].data
        return load_emitters(
            WorkTree(resources.shipped("templates")),
            self.tree,
            self.portfolio.folder("templates"),
            resources.emitter_schema(),
            as_object(capabilities),
        )

    @cached_property
    def incapable(self) -> tuple[Finding, ...]:
        """What Environments say of their clusters that nobody understands."""
        return tuple(capability_findings(self.fleet, self.emitters))

    @cached_property
    def concerned(self) -> frozenset[str] | None:
        """The models that findings in the files can be about; `None` for all, which is as quick where they are many.

        What is found of a model stands in its own file, or in one of another kind of document; only a policy on the fleet
        tells of a model what others make of it.
        """
        names = models_alone(self.portfolio, self.files) if self.files else None
        if names is None or len(names) > max(_FEW, len(self.portfolio.of("Model")) // _FEW):
            return None
        places = ((name, environment) for name in names for environment in self.fleet.places(name))
        return None if any(self._looks_further(*place) for place in places) else names

    def _looks_further(self, name: str, environment: str | None) -> bool:
        model, _ = self.fleet.resolve(name, environment)
        return model is not None and self.policies.library.looks_further(model)

    @cached_property
    def conditions(self) -> Conditions:
        """The expressions of emitters."""
        return Conditions(self.language, self.emitters)

    @cached_property
    def judge(self) -> Judge:
        """What targets can and cannot do."""
        return Judge(self.fleet, self.emitters, self.conditions)

    @cached_property
    def policies(self) -> PolicyJudge:
        """Who breaks which policy."""
        base = Base(self.since.day, self.touched) if self.since else None
        return PolicyJudge(self.fleet, WorkTree(resources.shipped("schemas")), self.as_of, base)

    def touched(self, model: str, environment: str | None) -> bool:
        """Whether a model is another in an environment than it was where the change began."""
        return _digests(self.fleet, model, environment) != _digests(self._before, model, environment)

    @cached_property
    def _before(self) -> Fleet | None:
        if self.since is None or not self.since.tree.has(PROJECT_FILE):
            return None
        return Run(self.since.tree, self.as_of).fleet

    @cached_property
    def producer(self) -> Producer:
        """Renders what is planned; the template engine is imported here and not before."""
        from compiler.render.render_stage import Producer  # noqa: PLC0415 - as the docstring says

        return Producer(self.tree, self.fleet, self.policies)

    @cached_property
    def planner(self) -> Planner:
        """What template contexts are made from."""

        def evaluate(emitter: Emitter, value: Json, context: Context, pointer: Pointer) -> Json | Finding:
            return self.producer.evaluate(emitter, value, context, pointer)

        def rows() -> Item:
            from compiler.inventory.template_value import seen_by_files  # noqa: PLC0415 - as the inventory below

            return seen_by_files(self.inventory)

        return Planner(self.fleet, self.emitters, self.conditions, evaluate, rows)

    @cached_property
    def inventory(self) -> Inventory:
        """A row for each model, with what records lack; imported here, since no check of specs needs it."""
        from compiler.inventory.inventory_builder import inventory  # noqa: PLC0415 - as the docstring says
        from compiler.inventory.record_counts import count  # noqa: PLC0415 - likewise

        return inventory(self.fleet, lambda seen: count(self.planner, seen))

    def planned(self, scope: Scope = everything) -> Iterator[PlannedUnit]:
        """What there is to make."""
        return plan(self.planner, self.judge, scope)

    @property
    def size(self) -> str:
        """How many models and environments there are, the unsound ones included."""
        broken = [kind for kind, _ in self.portfolio.broken]
        counts = ((kind, len(self.portfolio.of(kind)) + broken.count(kind)) for kind in ("Model", "Environment"))
        return ", ".join(f"{count} {kind.lower()}{'' if count == 1 else 's'}" for kind, count in counts)

    def text(self, path: str) -> str | None:
        """The text of a file that a finding points into: of the project, or of a shipped template."""
        tree = self.tree
        for begin, folder in _SHIPPED.items():
            if path.startswith(begin):
                tree, path = WorkTree(resources.shipped(folder)), path.removeprefix(begin)
        return tree.read(path).decode("utf-8", "replace") if tree.has(path) else None


def _digests(fleet: Fleet | None, name: str, environment: str | None) -> tuple[str, str] | None:
    if fleet is None or name not in fleet.portfolio.of("Model"):
        return None
    model, _ = fleet.resolve(name, environment)
    return (model.runtime_digest, model.governance_digest) if model else None


Stage = Callable[[Run], Iterator[Finding]]


def documents(run: Run) -> Iterator[Finding]:
    """Files, documents and their fields."""
    yield from run.portfolio.findings


def emitters(run: Run) -> Iterator[Finding]:
    """The folders of emitters, and what environments say that they can do."""
    yield from run.emitters.findings
    yield from run.incapable
    yield from setting_findings(run.fleet, run.emitters)
    for emitter in run.emitters.by_id.values():
        if not emitter.shipped:
            yield from run.conditions.mistakes(emitter)


def fleet(run: Run) -> Iterator[Finding]:
    """Layers, references, and each model where it runs: whether its target can do what it asks for, and the policies."""

    def also(model: ResolvedModel) -> Iterator[Finding]:
        return chain(_target(run, model), run.policies.judge(model), claim_findings(run.fleet, model, run.as_of))

    yield from check_fleet(run.fleet, also, run.concerned)


def adoption(run: Run) -> Iterator[Finding]:
    """Live objects that two models would share."""
    yield from clashes(run.fleet)


def quotas(run: Run) -> Iterator[Finding]:
    """Quotas of namespaces against what their models can come to request."""
    yield from quota_findings(run.planner, run.concerned)


def owners(run: Run) -> Iterator[Finding]:
    """Who owns a file, and is nobody to the forge that is told so."""
    yield from owner_findings(run.planner)


def policies(run: Run) -> Iterator[Finding]:
    """What the fleet breaks as a whole, once each model was judged, and what is wrong with policies and waivers."""
    yield from run.policies.findings()


def decisions(run: Run) -> Iterator[Finding]:
    """What was decided on a day to come."""
    yield from class_findings(run.portfolio, run.as_of)


def _target(run: Run, model: ResolvedModel) -> Iterator[Finding]:
    """Nothing where what would be said follows from a mistake that was told: in an emitter, or in an Environment."""
    if model.environment is None:
        return
    named = as_object(model.data.get("deploy")).get("target")
    environment = model.environment.name
    if named in run.emitters.broken or environment in {found.subject.name for found in run.incapable if found.subject}:
        return
    yield from objections(run.planner, run.judge, model)


def sources(
    run: Run,
    on_run: Callable[[int, int], object] = lambda _done, _all: None,
    only: Container[str] | None = None,
) -> Iterator[Finding]:
    """What lies beside the specs, run; no part of `CHECK`, since it takes seconds. `on_run`: how many of how many are done.

    `only`: of these models.
    """
    from compiler.execution.source_tests.source_test_runner import run_source_tests  # noqa: PLC0415 - processes and engines, which no other stage needs

    yield from run_source_tests(run.fleet, on_progress=on_run, only_models=only)


CHECK: tuple[Stage, ...] = (documents, emitters, fleet, adoption, quotas, owners, policies, decisions)


def status(run: Run, models: Collection[str] = ()) -> Iterator[ModelStatus | Finding]:
    """What records of these models have to say, of all where none is named, and what of it nobody has said."""
    wrong = [finding for finding in chain(documents(run), emitters(run)) if finding.mandatory]
    yield from wrong
    known = run.portfolio.of("Model")
    yield from told(run.planner, (name for name in known if name in set(models)) if models else known)


def check(run: Run) -> tuple[Finding, ...]:
    """Everything that is wrong with a tree, short of rendering it, in order."""
    return in_order(settled(chain(_checked(run), run.policies.unused(rendered=False)), _places(run)))


def _places(run: Run) -> Callable[[str], Sequence[str | None]]:
    """Where a model runs; nowhere, where it is none that there is."""
    return lambda name: run.fleet.places(name) if name in run.portfolio.of("Model") else ()


def of_all(_finding: Finding) -> bool:
    """What findings stop a build of the whole fleet."""
    return True


def _checked(run: Run) -> Iterator[Finding]:
    return chain.from_iterable(stage(run) for stage in CHECK)


@dataclass(frozen=True)
class Built:
    """What a build made, a unit of ownership at a time, and everything that was found."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it may be written: nothing mandatory was found."""
        return not any(finding.mandatory for finding in self.findings)


def build(
    run: Run,
    scope: Scope = everything,
    on_unit: Callable[[], object] = lambda: None,
    known: Baseline = NOTHING_KNOWN,
    *,
    despite_policies: bool = False,
    concerns: Callable[[Finding], bool] = of_all,
) -> Built:
    """Check, then render what the scope asks for; nothing is rendered of a fleet that does not hold together.

    `on_unit` is called after each unit, for those who show progress; `known`: findings of policies that do not count;
    `despite_policies`: render what policies refuse, too, for those who want all that policies find; `concerns`: findings that
    count, for those who want a part alone.
    """
    from compiler.write.output_units import OutputFile, Unit  # noqa: PLC0415 - a check writes nothing

    findings = list(_checked(run))
    told = tuple(filter(concerns, in_order(settled(findings, _places(run)))))
    if any(one.mandatory and not (despite_policies and can_be_known(one)) for one in applied(told, known)):
        return Built((), applied(in_order([*told, *run.policies.unused(rendered=False)]), known))
    units: list[Unit] = []
    for planned in run.planned(scope):
        findings += planned.findings
        files, found = run.producer.produce(planned)
        findings += found
        outputs = (OutputFile(file.path, file.content, file.emitter, file.sources, commit_path=file.place) for file in files)
        units.append(Unit(planned.id, tuple(outputs)))
        on_unit()
    findings += run.producer.unchecked()
    findings += run.policies.unused(rendered=all(scope(*place) for place in run.fleet.deployments()))
    told = tuple(filter(concerns, in_order(settled(findings, _places(run)))))
    return Built(tuple(units), applied(told, known))

"""The session: the facts of one tree, each computed when it is first read, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, cached_property
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from compiler.diagnostics.finding import Finding
from compiler.foundation import resources
from compiler.foundation.errors import UsageError
from compiler.foundation.secret_redaction import Redactor
from compiler.foundation.timings import Timings
from compiler.pipeline.change_base import (
    ChangeBase,
    evidence_checker,
    judging_scope,
    model_digests,
    restores_earlier_state,
)
from compiler.pipeline.checked_fleet import CheckedFleet
from compiler.pipeline.fingerprints import Fingerprints
from compiler.pipeline.result_keeper import NoKeeper, Result, ResultKeeper
from compiler.pipeline.result_kinds import CHECKED_MODEL, FLEET_CHECKS, NEEDS_FLEET, READS_INVENTORY, SHARED_DOCUMENTS
from compiler.pipeline.results import CheckedModel, FleetChecks
from compiler.pipeline.secret_collector import SecretCollector
from compiler.resolve.approval_evidence import EvidenceChecker
from compiler.resolve.checks.shared_document_checks import SharedDocumentChecks
from compiler.resolve.digests import digest
from compiler.resolve.field_setters import models_that_may_set
from compiler.resolve.fleet import Fleet
from compiler.source.document_reader import DocumentReader
from compiler.source.read_log import ReadLog, RecordedTree
from compiler.source.tree import Tree
from compiler.source.worktree import WorkTree
from compiler.spec.language import Language
from compiler.spec.portfolio import PROJECT_FILE, Portfolio, models_defined_only_in
from compiler.spec.recorded_specs import RecordedSpecs
from compiler.spec.spec_loader import Track, load_portfolio
from compiler.store.project_store import Store

if TYPE_CHECKING:
    from compiler.foundation.provenance import ContextValue
    from compiler.inventory.row import Inventory
    from compiler.pipeline.evaluators import Evaluators
    from compiler.pipeline.inventory_rows import InventoryRows
    from compiler.plan.emitters.conditions import ConditionEvaluator
    from compiler.plan.emitters.emitter import Emitters
    from compiler.plan.emitters.emitter_templates import EmitterTemplates
    from compiler.plan.model_facts import ModelFacts
    from compiler.plan.plan_stage import PlanStage
    from compiler.plan.planned_units import PlannedUnit
    from compiler.plan.planning import PlannedModel, UnitFilter
    from compiler.policy.fleet_evaluation import FleetResult
    from compiler.policy.policy_engine import PolicyEngine
    from compiler.render.render_stage import RenderStage


_SHIPPED_PREFIXES: Mapping[str, Literal["schemas", "templates"]] = MappingProxyType(
    {resources.SHIPPED_TEMPLATES: "templates", resources.SHIPPED_SCHEMAS: "schemas"}
)

_MAX_EARLIER_STATES = 20
"""How many states of a model's history are compared with a change that may be a rollback: each is read as a whole."""
_NARROWING_LIMIT = 10
"""Checking only the models in scope is faster for up to this many models, or one in this many of all models."""


def all_units(_model: str, _environment: str) -> bool:
    """The scope of the whole fleet."""
    return True


@cache
def _published_language() -> Language:
    """The published language, whose compiled schemas all sessions of the process share."""
    return Language(resources.kind_schemas(), resources.type_schemas())


class Session:
    """The facts of one tree."""

    def __init__(
        self,
        tree: Tree,
        as_of: date | None = None,
        change_base: ChangeBase | None = None,
        files: frozenset[str] = frozenset(),
        store: Store | None = None,
    ) -> None:
        """`as_of`: the date for policies and waivers, by default today in UTC.

        `change_base`: the base of a change; without it there is no change to compare. `files`: the files whose findings
        are needed, all if empty; findings in other files may be missing. `store`: what earlier runs stored.
        """
        self.tree = tree
        self.reads = ReadLog()
        self.keeper: ResultKeeper = NoKeeper()
        self.timings = Timings()
        self.files = files
        self.store = store or Store()
        self._secret_collector = SecretCollector()
        self._document_reader = DocumentReader(tree, self.store, self._secret_collector.add_parsed)
        self.as_of = as_of or datetime.now(UTC).date()
        self.change_base = change_base
        self.track_files: Track = iter
        """Gives the paths of the files of specs, which are read one by one, to show progress."""
        self.on_model_checked: Callable[[], object] = lambda: None
        """Called after each check of a model, to show progress."""

    @cached_property
    def language(self) -> Language:
        """The published language."""
        return _published_language()

    @cached_property
    def portfolio(self) -> Portfolio:
        """Every document, validated without the others."""
        shipped_schemas = WorkTree(resources.shipped_folder("schemas"))
        portfolio = load_portfolio(self.tree, self.language, shipped_schemas, self._document_reader, self.track_files)
        return replace(
            portfolio,
            specs={kind: RecordedSpecs(kind, specs, self.reads) for kind, specs in portfolio.specs.items()},
        )

    @cached_property
    def fleet(self) -> Fleet:
        """Every model in its environments, resolved on demand."""
        return Fleet(self.portfolio, self.language, RecordedTree(self.tree, self.reads), self.reads)

    @cached_property
    def _evaluators(self) -> Evaluators:
        """What computes results; imported here, since a run that reuses all results does not need it."""
        from compiler.pipeline.evaluators import Evaluators  # noqa: PLC0415 - as the docstring says

        return Evaluators(self)

    @cached_property
    def emitters(self) -> Emitters:
        """The shipped emitters and those of the project."""
        return self._evaluators.emitters()

    @cached_property
    def capability_problems(self) -> tuple[Finding, ...]:
        """Unknown capabilities of Environments."""
        return self._evaluators.capability_findings()

    def emitter_findings(self) -> tuple[Finding, ...]:
        """The findings about emitter folders, their settings, and the capabilities of environments."""
        return self._evaluators.emitter_findings()

    def policy_change_findings(self) -> tuple[Finding, ...]:
        """The findings about policies that a change unbinds or loosens."""
        return self._evaluators.policy_change_findings() if self.change_base else ()

    def decision_date_findings(self) -> tuple[Finding, ...]:
        """The findings about decisions with a date in the future."""
        return self._evaluators.decision_date_findings()

    @cached_property
    def models_in_scope(self) -> frozenset[str] | None:
        """The models that findings in `files` can be about; `None` for all: with many models in scope, checking all takes no longer.

        A finding about a model is located in the model's file, or in a document of another kind. Only policies on the fleet
        report one model's finding because of another model.
        """
        names = models_defined_only_in(self.portfolio, self.files) if self.files else None
        if names is None or len(names) > max(
            _NARROWING_LIMIT, len(self.portfolio.by_kind("Model")) // _NARROWING_LIMIT
        ):
            return None
        if self.fleet.may_have_cycles:
            return None  # which of several models in a cycle is reported depends on all models
        results = self.keeper.obtain(NEEDS_FLEET, sorted(names), "", self._needs_other_models)
        return None if any(result.value for result in results) else names

    def _needs_other_models(self, name: str) -> bool:
        """Whether a policy about the fleet binds the model."""
        models = (self.fleet.resolve(name, environment)[0] for environment in self.fleet.environments_of(name))
        return any(model is not None and self.policy_engine.library.has_fleet_policies(model) for model in models)

    @cached_property
    def shared_documents(self) -> SharedDocumentChecks:
        """The findings about documents that several models share."""
        [result] = self.keeper.obtain(
            SHARED_DOCUMENTS, ["documents"], "", lambda _: self._evaluators.check_shared_documents()
        )
        return result.value

    @cached_property
    def checked_fleet(self) -> CheckedFleet:
        """Every model in scope, checked; also the facts of other models that findings about these depend on."""
        names, all_names = self.models_in_scope, list(self.portfolio.by_kind("Model"))
        selected_names = all_names if names is None else sorted(names)
        results = self.keeper.obtain(CHECKED_MODEL, selected_names, self.check_scope, self.check_model)
        checked_fleet = CheckedFleet(chain(self._count_checked(results), self._facts_of_others(names)))
        if names is None:
            self.keeper.forget_others(CHECKED_MODEL, all_names)
            self.keeper.forget_others(NEEDS_FLEET, all_names)
        return checked_fleet

    def _facts_of_others(self, names: frozenset[str] | None) -> Iterator[Result[CheckedModel]]:
        """Models out of scope that findings about those in scope depend on, not checked, so that they are not kept."""
        if names is not None:
            other_names = sorted(models_that_may_set(self.portfolio, "expose") - names)
            yield from NoKeeper().obtain(CHECKED_MODEL, other_names, "", self._collect_facts)

    def _collect_facts(self, name: str) -> CheckedModel:
        return self._evaluators.collect_facts(name)

    @property
    def check_scope(self) -> str:
        """What the check of a model depends on besides look-ups and the date: documents that no model can use."""
        return f"{sorted(self.shared_documents.broken_documents)} {self.judging_scope}"

    def check_model(self, name: str) -> CheckedModel:
        """The check of one model."""
        with self.timings.measure("model", name):
            return self._evaluators.check_model(name)

    @cached_property
    def fleet_checks(self) -> FleetChecks:
        """The checks of the fleet as a whole."""
        scope = f"{self.checked_fleet.digest} {sorted(self.files)} {self.judging_scope}"
        name = "files" if self.files else "fleet"  # a check of files does not replace the result of the fleet
        [result] = self.keeper.obtain(FLEET_CHECKS, [name], scope, lambda _: self._evaluators.check_fleet())
        return result.value

    @cached_property
    def fleet_policies(self) -> FleetResult:
        """The findings of policies about the fleet, and the usage of all policies before objects are rendered."""
        return self.policy_engine.evaluate_fleet(self.checked_fleet.usage)

    def _count_checked(self, results: Iterator[Result[CheckedModel]]) -> Iterator[Result[CheckedModel]]:
        for result in results:
            self.on_model_checked()
            yield result

    @cached_property
    def conditions(self) -> ConditionEvaluator:
        """The compiled CEL expressions of emitters."""
        return self._evaluators.conditions()

    @cached_property
    def emitter_templates(self) -> EmitterTemplates:
        """The compiled templates of emitters."""
        return self._evaluators.emitter_templates()

    @cached_property
    def policy_engine(self) -> PolicyEngine:
        """Evaluates policies."""
        return self._evaluators.policy_engine()

    def fingerprints(self) -> Fingerprints:
        """The fingerprints of what results are computed from."""
        return Fingerprints(self.tree, self.fleet, self._document_reader.blob_id, self._change_of)

    def save_documents(self) -> None:
        """Put the files that were parsed into the store, except for those that hold a secret."""
        self._document_reader.save(self.redactor())

    def redactor(self, paths: Iterable[str] = ()) -> Redactor:
        """Masks the secrets that policies detected so far, values with the name of a secret, and whatever has the form of a credential.

        `paths`: files to show lines of, in addition to those that were parsed so far.
        """
        for path in {PROJECT_FILE, *paths}:
            if not self._document_reader.holds_no_secret(path) and self.tree.has(path):
                self._secret_collector.add(self.tree.read(path), path)
        detected_secrets = self.policy_engine.detected_secrets if "policy_engine" in vars(self) else ()
        checked_secrets = self.checked_fleet.new_secrets if "checked_fleet" in vars(self) else ()
        return Redactor((*detected_secrets, *checked_secrets, *self._secret_collector.secrets()))

    @cached_property
    def evidence(self) -> EvidenceChecker:
        """Who judges approvals and waivers, and what proves approvals."""
        return evidence_checker(self.tree, self.fleet, self.base_fleet, self.change_base)

    @cached_property
    def judging_scope(self) -> str:
        """What results depend on besides the change: who judges it."""
        return judging_scope(self.evidence)

    def is_changed(self, model: str, environment: str | None) -> bool:
        """Whether a digest of the model in an environment differs from that in the base of the change."""
        return model_digests(self.fleet, model, environment) != model_digests(self.base_fleet, model, environment)

    def is_restored(self, model: str, environment: str | None) -> bool:
        """Whether the change makes a model run what ran before, and changes nothing else of it: a rollback."""
        base, path = self.change_base, self.portfolio.by_kind("Model")[model].document.path
        states = islice(base.history(path), _MAX_EARLIER_STATES) if base else ()
        earlier_fleets = (_readable_fleet(tree, self.store) for tree in states)
        return restores_earlier_state(self.fleet, self.base_fleet, earlier_fleets, model, environment)

    def _change_of(self, model: str, environment: str | None) -> str:
        """The base, and whether the model changed since; empty without a base."""
        base = self.change_base
        return f"{base.tree.label} {base.day} {self.is_changed(model, environment)}" if base else ""

    @cached_property
    def base_fleet(self) -> Fleet | None:
        """The fleet of the base of the change; `None` if there is none."""
        if self.change_base is None or not self.change_base.tree.has(PROJECT_FILE):
            return None
        return Session(self.change_base.tree, self.as_of, store=self.store).fleet

    @cached_property
    def render_stage(self) -> RenderStage:
        """Renders planned units; imported here, since a check renders nothing."""
        from compiler.render.render_stage import RenderStage  # noqa: PLC0415 - as the docstring says

        return RenderStage(self.fleet.tree, self.fleet, self.emitter_templates, self.policy_engine, self.timings)

    @cached_property
    def plan_stage(self) -> PlanStage:
        """Plans which files are rendered."""
        return self._evaluators.plan_stage()

    @property
    def inventory(self) -> Inventory:
        """One row per model."""
        return self._inventory_rows.inventory

    @cached_property
    def _inventory_rows(self) -> InventoryRows:
        """The rows of the inventory; imported here, since no check needs them."""
        from compiler.pipeline.inventory_rows import InventoryRows  # noqa: PLC0415 - as the docstring says

        return InventoryRows(self)

    def plan_units(self, scope: UnitFilter = all_units) -> Iterator[PlannedUnit]:
        """The units in scope; the inventory is built first, if a file of the project reads it."""
        planner = self.plan_stage.units
        needs = planner.shared_needs(scope)
        planned_models: list[PlannedModel] = []
        for name in self.portfolio.by_kind("Model"):
            planned_model = planner.plan_model(name, scope, needs)
            yield from planned_model.units
            planned_models.append(self.render_stage.plan_with_objects(name, planned_model, needs))
        yield from self.plan_shared_units(planned_models, scope)

    def plan_shared_units(
        self, planned_models: Iterable[PlannedModel], scope: UnitFilter, *, holds_rows: bool = True
    ) -> Iterator[PlannedUnit]:
        """The units of environments and of the project; `holds_rows`: with an inventory whose rows are in memory."""
        inventory = self._inventory_value(holds_rows=holds_rows) if scope("", "") else None
        planner, values = self.plan_stage.units, self.render_stage.object_context.values
        yield from planner.plan_shared_units(lambda: self._all_facts, planned_models, scope, inventory, values)

    @cached_property
    def _all_facts(self) -> Sequence[ModelFacts]:
        """The facts of all models; those of checked models are known already."""
        if "checked_fleet" in vars(self) and self.models_in_scope is None:
            return self.checked_fleet.models
        return [self.plan_stage.model_facts(name) for name in self.portfolio.by_kind("Model")]

    def _inventory_value(self, *, holds_rows: bool) -> ContextValue | None:
        if not self._reads_inventory:
            return None
        return self._inventory_rows.template_value if holds_rows else self._inventory_rows.rows_value

    @cached_property
    def _reads_inventory(self) -> bool:
        [result] = self.keeper.obtain(READS_INVENTORY, ["all"], "", lambda _: self.plan_stage.reads_inventory)
        return result.value

    @property
    def inventory_digest(self) -> str:
        """A digest of the rows of all models, if a file of the project reads the inventory."""
        rows = self._inventory_rows.results if self._reads_inventory else ()
        return digest([f"{row.name} {row.summary.hex()}" for row in rows])

    @property
    def summary(self) -> str:
        """The number of models and environments, including those with findings."""
        broken_kinds = [kind for kind, _ in self.portfolio.broken_names]
        counts = (
            (kind, len(self.portfolio.by_kind(kind)) + broken_kinds.count(kind)) for kind in ("Model", "Environment")
        )
        return ", ".join(f"{count} {kind.lower()}{'' if count == 1 else 's'}" for kind, count in counts)

    def read_text(self, path: str) -> str | None:
        """The text of a file that a finding is located in: of the project, or a shipped one."""
        tree = self.tree
        for prefix, folder in _SHIPPED_PREFIXES.items():
            if path.startswith(prefix):
                tree, path = WorkTree(resources.shipped_folder(folder)), path.removeprefix(prefix)
        return tree.read(path).decode("utf-8", "replace") if tree.has(path) else None


def _readable_fleet(tree: Tree, store: Store) -> Fleet | None:
    """The fleet of a state of the project; `None` if there was none, or it cannot be read."""
    try:
        return Session(tree, store=store).fleet if tree.has(PROJECT_FILE) else None
    except UsageError:
        return None

"""Makes what evaluates models, and computes results. A run that reuses all results does not import it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.foundation import resources
from compiler.foundation.json_data import Object
from compiler.pipeline.checked_model import check_one_model
from compiler.pipeline.fleet_findings import check_fleet
from compiler.pipeline.policy_judgement import policy_change_findings
from compiler.pipeline.results import CheckedModel, FleetChecks
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitters
from compiler.plan.emitters.emitter_loader import load_builtin_emitters, load_emitters
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.matching.compatibility import capability_findings, emitter_setting_findings
from compiler.plan.plan_stage import PlanStage
from compiler.policy.policy_context import BaseRevision
from compiler.policy.policy_engine import PolicyEngine
from compiler.policy.policy_usage import PolicyUsage
from compiler.resolve.approvals import classification_findings
from compiler.resolve.checks.fleet_checks import check_shared_documents
from compiler.resolve.checks.shared_document_checks import SharedDocumentChecks
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import parse

if TYPE_CHECKING:
    from compiler.pipeline.session import Session


class Evaluators:
    """Makes what evaluates models for a session, which holds one of each, and computes the session's results."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def emitters(self) -> Emitters:
        """The shipped emitters and those of the project."""
        session = self._session
        folder = session.portfolio.folder("templates")
        schema, capabilities = resources.emitter_schema(), _shipped_capabilities()
        return load_emitters(_builtin_emitters(), session.tree, folder, schema, capabilities)

    def conditions(self) -> ConditionEvaluator:
        """The compiled CEL expressions of emitters."""
        return ConditionEvaluator(self._session.language, self._session.emitters)

    def emitter_templates(self) -> EmitterTemplates:
        """The compiled templates of emitters."""
        return EmitterTemplates()

    def plan_stage(self) -> PlanStage:
        """Plans which files are rendered."""
        session = self._session
        return PlanStage(session.fleet, session.emitters, session.conditions, session.emitter_templates)

    def policy_engine(self) -> PolicyEngine:
        """Evaluates policies."""
        session = self._session
        return PolicyEngine(
            session.fleet, _shipped_schemas(), session.as_of, self._base_revision(), timings=session.timings
        )

    def _base_revision(self) -> BaseRevision | None:
        session, change = self._session, self._session.change_base
        if change is None:
            return None
        return BaseRevision(
            change.day, session.is_changed, session.is_restored, change.day_of_last_change, session.evidence.authority
        )

    def policy_change_findings(self) -> tuple[Finding, ...]:
        """The findings about a change of policies."""
        base_fleet = self._session.base_fleet
        return tuple(policy_change_findings(self._session, base_fleet, self._base_revision(), _shipped_schemas()))

    def check_model(self, name: str) -> CheckedModel:
        """The check of one model."""
        return check_one_model(self._session, name)

    def collect_facts(self, name: str) -> CheckedModel:
        """The facts of a model that is not checked."""
        return CheckedModel(self._session.plan_stage.model_facts(name), (), PolicyUsage.EMPTY)

    def check_fleet(self) -> FleetChecks:
        """The checks of the fleet."""
        return check_fleet(self._session)

    def check_shared_documents(self) -> SharedDocumentChecks:
        """The checks of documents that several models share."""
        return check_shared_documents(self._session.fleet)

    def capability_findings(self) -> tuple[Finding, ...]:
        """Unknown capabilities of Environments."""
        return tuple(capability_findings(self._session.fleet, self._session.emitters))

    def emitter_findings(self) -> tuple[Finding, ...]:
        """The findings about emitter folders, their settings, and the capabilities of environments."""
        session = self._session
        setting_findings = emitter_setting_findings(session.fleet, session.emitters)
        findings = [*session.emitters.findings, *session.capability_problems, *setting_findings]
        for emitter in session.emitters.by_id.values():
            if not emitter.is_builtin:
                findings += session.conditions.compile_findings(emitter)
        return tuple(findings)

    def decision_date_findings(self) -> tuple[Finding, ...]:
        """Decisions with a date in the future."""
        return tuple(classification_findings(self._session.portfolio, self._session.as_of))


@cache
def _builtin_emitters() -> Emitters:
    """The shipped emitters, which all sessions of the process share."""
    templates = WorkTree(resources.shipped_folder("templates"))
    return load_builtin_emitters(templates, resources.emitter_schema(), _shipped_capabilities())


@cache
def _shipped_capabilities() -> Object:
    text = resources.read_shipped_text("capabilities.yaml")
    return parse(text, "capabilities.yaml").documents[0].data


def _shipped_schemas() -> WorkTree:
    return WorkTree(resources.shipped_folder("schemas"))

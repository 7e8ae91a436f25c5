"""The check of one model in all of its environments: what it finds, and what stages about the fleet need to know of the model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.pipeline.results import CheckedModel
from compiler.resolve.approval_rules import RequiredApprovals, required_approval_findings
from compiler.resolve.approvals import approval_findings
from compiler.resolve.checks.fleet_checks import check_model_document
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.read_log import CHANGE

if TYPE_CHECKING:
    from compiler.pipeline.session import Session


def check_one_model(session: Session, name: str) -> CheckedModel:
    """Layers and references of a model; in each environment its emitters, policies and approvals."""
    evaluation = session.policy_engine.start_evaluation()

    def deployment_findings(model: ResolvedModel) -> Iterator[Finding]:
        return chain(
            _target_findings(session, model),
            evaluation.evaluate(model),
            approval_findings(session.fleet, session.evidence.authority, model, session.as_of),
            _required_approvals(session, model),
        )

    findings = tuple(check_model_document(session.fleet, name, deployment_findings, session.shared_documents))
    return CheckedModel(session.plan_stage.model_facts(name), findings, evaluation.usage)


def _required_approvals(session: Session, model: ResolvedModel) -> Iterator[Finding]:
    """The findings about approvals that the project's rules require."""
    environment = model.environment.name if model.environment else None

    def is_changed() -> bool:
        session.fleet.reads.add(CHANGE, f"{environment or ''}/{model.name}")
        return session.is_changed(model.name, environment) and not session.is_restored(model.name, environment)

    base = _base_state(session, model)
    required = RequiredApprovals(session.fleet, session.evidence.authority, model, session.evidence, base)
    base_day = session.change_base.day if session.change_base else None
    yield from required_approval_findings(required, session.as_of, base_day, is_changed)


def _base_state(session: Session, model: ResolvedModel) -> tuple[Fleet, ResolvedModel] | None:
    """The base and the model there; `None` without rules to judge by, or if the model does not run there."""
    fleet, environment = session.base_fleet, model.environment
    if fleet is None or environment is None or not session.evidence.authority.rules:
        return None
    session.fleet.reads.add(CHANGE, f"{environment.name}/{model.name}")
    base = fleet.model(model.name, environment.name)
    return None if base is None else (fleet, base)


def _target_findings(session: Session, model: ResolvedModel) -> Iterator[Finding]:
    """The findings of emitters; none where they would follow from a mistake that another stage reports."""
    if model.environment is None:
        return
    target = model.data.get("deploy", {}).get("target")
    environment = model.environment.name
    if target in session.emitters.broken_ids or environment in {
        finding.subject.name for finding in session.capability_problems if finding.subject
    }:
        return
    yield from session.plan_stage.compatibility_findings(model)

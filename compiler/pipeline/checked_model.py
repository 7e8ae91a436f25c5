"""The check of one model in all of its environments: what it finds, and what stages about the fleet need to know of the model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding
from compiler.pipeline.results import CheckedModel
from compiler.resolve.approval_rules import RequiredApprovals, required_approval_findings, unproven_approval_findings
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

    findings = check_model_document(session.fleet, name, deployment_findings, session.shared_documents)
    all_findings = (*findings, *_unproven_approvals(session, name))
    return CheckedModel(session.plan_stage.model_facts(name), all_findings, evaluation.usage)


def _unproven_approvals(session: Session, name: str) -> Iterator[Finding]:
    """The findings about approvals without evidence for environments in which the model does not run yet."""
    fleet = session.fleet
    if session.base_fleet is None or not session.evidence.authority.rules:
        return
    approvals = fleet.portfolio.by_kind("Model")[name].data.get("approvals") or ()
    deployed = fleet.environments_of(name)
    for environment in dict.fromkeys(approval["environment"] for approval in approvals):
        if environment not in deployed and environment in fleet.portfolio.by_kind("Environment"):
            model = fleet.resolve(name, environment)[0]
            yield from unproven_approval_findings(_requirements(session, model), session.as_of) if model else ()


def _required_approvals(session: Session, model: ResolvedModel) -> Iterator[Finding]:
    """The findings about approvals that the project's rules require."""
    environment = model.environment.name if model.environment else None

    def is_changed() -> bool:
        session.fleet.reads.add(CHANGE, f"{environment or ''}/{model.name}")
        return session.is_changed(model.name, environment) and not session.is_restored(model.name, environment)

    required = _requirements(session, model)
    base_day = session.change_base.day if session.change_base else None
    yield from required_approval_findings(required, session.as_of, base_day, is_changed)
    yield from unproven_approval_findings(required, session.as_of)


def _requirements(session: Session, model: ResolvedModel) -> RequiredApprovals:
    base = _base_state(session, model)
    return RequiredApprovals(session.fleet, session.evidence.authority, model, session.evidence, base)


def _base_state(session: Session, model: ResolvedModel) -> tuple[Fleet, ResolvedModel] | None:
    """The base and the model there, deployed or not; `None` without rules to judge by, or if there is no such model."""
    fleet, environment = session.base_fleet, model.environment
    if fleet is None or environment is None or not session.evidence.authority.rules:
        return None
    session.fleet.reads.add(CHANGE, f"{environment.name}/{model.name}")
    if model.name not in fleet.portfolio.by_kind("Model") or environment.name not in fleet.portfolio.by_kind(
        "Environment"
    ):
        return None
    base = fleet.resolve(model.name, environment.name)[0]
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

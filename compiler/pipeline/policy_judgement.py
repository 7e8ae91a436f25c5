"""What a change does to the policies that judge it: coverage that it removes, and violations that it would hide by doing so.

The policies of the base judge a change, in addition to its own: a change that unbinds or loosens a policy cannot at the same time add a
violation of it. What violated the policy before is no violation of the change, so that a wrong policy can be repaired.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.policy.baseline import is_policy_finding
from compiler.policy.bindings_override import with_bindings_of
from compiler.policy.policy_comparison import PolicyChange, PolicySide, compare_policies, have_equal_policies
from compiler.policy.policy_context import BaseRevision
from compiler.policy.policy_engine import PolicyEngine
from compiler.policy.policy_library import PolicyLibrary
from compiler.report.policy_change_text import grouped_changes, headline
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree
from compiler.spec.portfolio import Portfolio

if TYPE_CHECKING:
    from compiler.pipeline.session import Session

_MAX_NAMES = 8


def policy_change_findings(
    session: Session, base_fleet: Fleet | None, base: BaseRevision | None, shipped_tree: Tree
) -> Iterator[Finding]:
    """Findings about the policies of a change; none without a base, or with the same policies."""
    if base is None or base_fleet is None or have_equal_policies(base_fleet.portfolio, session.portfolio):
        return
    fleet = Fleet(with_bindings_of(session.portfolio, base_fleet.portfolio), session.language, session.tree)
    base_side = PolicySide(base_fleet.portfolio, PolicyLibrary(base_fleet.portfolio, shipped_tree), fleet)
    head_side = PolicySide(session.portfolio, PolicyLibrary(session.portfolio, shipped_tree), session.fleet)
    yield from _loss_findings(session, compare_policies(base_side, head_side).losses)
    yield from _hidden_violations(session, fleet, base_fleet, base, shipped_tree)


def _loss_findings(session: Session, losses: Iterable[PolicyChange]) -> Iterator[Finding]:
    """One warning for each kind of loss in each file."""
    for kind, changes in grouped_changes(losses):
        for location, group in groupby(changes, key=lambda change: change.location):
            neighbours = tuple(group)
            names = [f"{change.name} ({change.detail})" if change.detail else change.name for change in neighbours]
            more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
            message = f"{headline(kind, neighbours)}: {', '.join(names[:_MAX_NAMES])}{more}"
            project = session.portfolio.project
            yield Finding(
                codes.POLICY_COVERAGE_LOST,
                message,
                location,
                Subject("Project", project.name, None, ("policies", kind.value, location.path)),
                codes.POLICY_COVERAGE_LOST.remedy,
            )


def _hidden_violations(
    session: Session, fleet: Fleet, base_fleet: Fleet, base: BaseRevision, shipped_tree: Tree
) -> Iterator[Finding]:
    """New violations of the base's policies that the change's own policies do not report."""
    portfolio = _with_waivers_of(base_fleet.portfolio, session.portfolio)
    violations = _violations(PolicyEngine(fleet, shipped_tree, session.as_of, base, portfolio), fleet)
    reported = {_identity(finding) for finding in session.checked_fleet.findings if finding.is_blocking}
    hidden = {identity: finding for identity, finding in violations.items() if identity not in reported}
    if not hidden:
        return
    names = {finding.subject.name for finding in hidden.values() if finding.subject}
    engine = PolicyEngine(base_fleet, shipped_tree, session.as_of, None, base_fleet.portfolio)
    known = _violations(engine, base_fleet, names)
    note = Note(f"the policies of {base.authority.revision} judge the change that unbinds or loosens them")
    yield from (replace(finding, notes=(*finding.notes, note)) for key, finding in hidden.items() if key not in known)


def _with_waivers_of(policies: Portfolio, waivers: Portfolio) -> Portfolio:
    """The policies of one revision with the waivers of another, which the Teams and the terms of the former judge."""
    return replace(policies, specs={**policies.specs, "Waiver": waivers.by_kind("Waiver")})


def _violations(
    engine: PolicyEngine, fleet: Fleet, names: Iterable[str] | None = None
) -> Mapping[tuple[str, str], Finding]:
    """The blocking violations of models in each of their environments, and of the fleet."""
    evaluation = engine.start_evaluation()
    findings: list[Finding] = []
    models = fleet.portfolio.by_kind("Model")
    for name in models if names is None else models.keys() & set(names):
        for environment in fleet.environments_of(name):
            model = fleet.resolve(name, environment)[0]
            if model is not None:
                findings += evaluation.evaluate(model)
    findings += engine.evaluate_fleet(evaluation.usage).findings if names is None else ()
    blocking = (finding for finding in findings if finding.is_blocking and is_policy_finding(finding))
    return {_identity(finding): finding for finding in blocking}


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.code.id, finding.fingerprint

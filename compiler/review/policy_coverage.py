"""Whether a policy still applies to the model of a finding: a finding that is gone may not be fixed."""

from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session
from compiler.policy.baseline import is_policy_finding
from compiler.resolve.match_selectors import matches_policy


def is_unbound(session: Session, finding: Finding) -> bool:
    """Whether the policy of a finding of another state applies to the model in none of its environments."""
    subject = finding.subject
    if not is_policy_finding(finding) or subject is None or subject.name not in session.portfolio.by_kind("Model"):
        return False
    return not any(
        _applies(session, finding.code.id, subject.name, environment)
        for environment in session.fleet.environments_of(subject.name)
    )


def _applies(session: Session, policy_id: str, name: str, environment: str | None) -> bool:
    model, _ = session.fleet.resolve(name, environment)
    if model is None:
        return True  # the errors of the model are reported
    use_case = session.fleet.find("UseCase", model.data["useCase"]) if "useCase" in model.data else None
    environment_data = model.environment.data if model.environment else None
    return any(
        policy.id == policy_id
        and matches_policy(policy.match, model.data, environment_data, use_case.data if use_case else None)
        for policy in session.policy_engine.library.bound_policies(model)
    )

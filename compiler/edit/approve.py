"""Records an approval of what an environment runs, or will run once a release is promoted to it."""

from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.edit.deployment_state import DeploymentState, load_deployment_state
from compiler.edit.edit_session import EditOutcome, EditResult, EditSession, not_editable_findings
from compiler.edit.promote import remove_canary
from compiler.edit.yaml_edit import NotEditableError
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Object, plain_data
from compiler.foundation.suggestions import closest_match
from compiler.pipeline.session import Session
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import environment_approvals
from compiler.resolve.approver_roles import member_help, missing_role_help, missing_role_message
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import release_contents


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, in which role, and what."""

    team: str
    role: str
    is_approved: bool
    ticket: str | None = None
    expires: str | None = None
    approver: str | None = None
    """The person of the team who decides."""


def approve(session: Session, name: str, environment: str, version: str | None, decision: Decision) -> EditOutcome:
    """The edit that records a decision about what the environment runs after a release is promoted to it.

    Without a version: about what it runs now. The digests are those of the model after the promotion, so that the approval can be
    merged before it, and stays pending until then.
    """
    if decision.expires is not None and decision.expires < session.as_of.isoformat():
        raise UsageError(
            f"the approval would expire on {decision.expires}, before its date", help="give a later --expires"
        )
    _require_role(session.fleet, decision)
    _require_member(session.fleet, decision)
    state = load_deployment_state(session.fleet, name, environment)
    try:
        model = _approved_model(session, state, version)
        return _record(session, state, model, decision)
    except NotEditableError as error:
        return not_editable_findings(error, state.spec)


def _require_role(fleet: Fleet, decision: Decision) -> None:
    """Raise `UsageError` unless the team exists and has the role."""
    team = fleet.find("Team", decision.team)
    if team is None:
        suggestion = closest_match(decision.team, fleet.portfolio.by_kind("Team"))
        help_ = f"did you mean `{suggestion}`?" if suggestion else "give the name of a Team document"
        raise UsageError(f"there is no Team `{decision.team}`", help=help_)
    roles = team.data.get("approvalRoles", ())
    if decision.role not in roles:
        help_ = missing_role_help(ApprovalAuthority.of(fleet.portfolio), decision.team, decision.role)
        raise UsageError(missing_role_message(decision.team, decision.role, roles), help=help_)


def _require_member(fleet: Fleet, decision: Decision) -> None:
    """Raise `UsageError` unless the approver, if one is named, is a member of the team."""
    names = [member["name"] for member in ApprovalAuthority.of(fleet.portfolio).members_of(decision.team)]
    if decision.approver is not None and decision.approver not in names:
        message = f"`{decision.approver}` is not a member of the team `{decision.team}`"
        help_ = member_help(ApprovalAuthority.of(fleet.portfolio), decision.team, decision.approver, names)
        raise UsageError(message, help=help_)


def _approved_model(session: Session, state: DeploymentState, version: str | None) -> ResolvedModel:
    """The model as the environment runs it after the promotion; raises `UsageError` if it cannot run there."""
    name, environment = state.spec.name, state.environment.name
    if state.is_listed and state.current is None:
        raise UsageError(f"{name} has errors in {environment}", help="run `modelyard check` to see them")
    if version is None or (state.current and state.current.release and state.current.release.version == version):
        if state.current is None:
            raise UsageError(f"{name} is not deployed in {environment}", help="give --release")
        return state.current
    versions = list(release_contents(state.spec.data))
    if version not in versions:
        suggestion = closest_match(version, versions)
        help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(versions)}"
        raise UsageError(f"there is no release `{version}` of {name}", help=help_)
    model = promoted_model(session, name, environment, version)
    if model is None:
        raise UsageError(
            f"{name} {version} cannot run in {environment}", help="run `modelyard promote --diff` to see why"
        )
    return model


def promoted_model(session: Session, name: str, environment: str, version: str | None) -> ResolvedModel | None:
    """The model in an environment after a release is promoted to it; without a version, and where it runs already, the present model.

    `None` if the model cannot run there. Raises `NotEditableError` if only a person can edit the spec.
    """
    model = session.fleet.model(name, environment)
    if version is None or (model is not None and model.release is not None and model.release.version == version):
        return model
    if name not in session.portfolio.by_kind("Model") or environment not in session.portfolio.by_kind("Environment"):
        return None
    state = load_deployment_state(session.fleet, name, environment)
    edits = EditSession(session)
    edits.set_value(state.spec, ("environments", environment, "release"), version)
    remove_canary(edits, state)
    return edits.preview().fleet.model(name, environment)


def _record(session: Session, state: DeploymentState, model: ResolvedModel, decision: Decision) -> EditOutcome:
    verb = "Approve" if decision.is_approved else "Reject"
    release = model.release.version if model.release else ""
    summary = f"{verb} {model.name} {release} in {state.environment.name} as {decision.role}"
    entry: dict[str, Json] = {
        "environment": state.environment.name,
        "release": release,
        "role": decision.role,
        "team": decision.team,
        "approver": decision.approver,
        "decision": "approved" if decision.is_approved else "rejected",
        "date": session.as_of.isoformat(),
        "runtimeDigest": model.runtime_digest,
        "governanceDigest": model.governance_digest,
        "ticket": decision.ticket,
        "expires": decision.expires,
    }
    element = {key: value for key, value in entry.items() if value}
    if _is_decided(session, model, element):
        return EditResult(f"{decision.team} already recorded this decision about {model.name} {release}", {})
    edits = EditSession(session)
    edits.append_element(state.spec, "approvals", element, after_key="governance")
    # a rejection makes the model fail, and so does an approval until its signature is written
    return edits.finish(summary, allowed_codes=(codes.APPROVAL_REQUIRED.id,), records_decision=True)


def _is_decided(session: Session, model: ResolvedModel, element: Object) -> bool:
    """Whether the last decision of the approver in the role is the same, about the same content, and not dated in the future."""
    decisions = [
        plain_data(known)
        for _, known in environment_approvals(model)
        if (known["team"], known["role"], known.get("approver"))
        == (element["team"], element["role"], element.get("approver"))
        and known["date"] <= session.as_of.isoformat()
    ]
    keys = ("decision", "runtimeDigest", "governanceDigest", "expires")
    return bool(decisions) and all(decisions[-1].get(key) == element.get(key) for key in keys)

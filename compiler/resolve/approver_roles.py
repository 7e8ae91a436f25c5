"""Roles in which teams approve: what to do about an approval by a team without the role, or by a person of another team."""

from collections.abc import Iterable, Sequence

from compiler.foundation.suggestions import closest_match, quote_list
from compiler.resolve.approval_authority import ApprovalAuthority


def missing_role_message(team: str, role: str, team_roles: Sequence[str]) -> str:
    """The team and the role that it lacks, with the roles that it has."""
    return f"the team `{team}` has no role `{role}`; its roles: {quote_list(team_roles, conjunction='and') or 'none'}"


def missing_role_help(authority: ApprovalAuthority, team: str, role: str) -> str:
    """Which teams have the role, and how to give it to this one."""
    approvers = authority.teams_with((role,))
    grant = f"list `{role}` under `approvalRoles` of the Team `{team}`{_first(authority)}"
    return f"{_approval_request(approvers)}, or {grant}" if approvers else f"no team has the role: {grant}"


def member_help(authority: ApprovalAuthority, team: str, approver: str, names: Sequence[str]) -> str:
    """Which members the team has, and how to add one."""
    suggestion = closest_match(approver, names)
    question = f"did you mean `{suggestion}`? Otherwise " if suggestion else ""
    return f"{question}list the person under `members` of the Team `{team}`{_first(authority)}"


def approvers_help(authority: ApprovalAuthority, roles: Iterable[str]) -> str:
    """Which teams may approve in one of the roles, as an instruction."""
    role_names = tuple(roles)
    approvers = authority.teams_with(role_names)
    if approvers:
        return _approval_request(approvers)
    return f"no team has the role {quote_list(role_names)}: list it under `approvalRoles` of the Team that may approve{_first(authority)}"


def _approval_request(teams: Sequence[str]) -> str:
    return f"get the approval of {quote_list(teams)}, which {'has' if len(teams) == 1 else 'have'} the role"


def _first(authority: ApprovalAuthority) -> str:
    """A change is judged by the Teams of its base, so that a change of them has to be merged before."""
    return f", and merge that into {authority.revision} first" if authority.revision else ""

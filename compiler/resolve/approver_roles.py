"""Roles in which teams approve: what to do about an approval by a team without the role."""

from collections.abc import Iterable, Sequence

from compiler.foundation.suggestions import quote_list
from compiler.spec.portfolio import Portfolio


def missing_role_message(team: str, role: str, team_roles: Sequence[str]) -> str:
    """The team and the role that it lacks, with the roles that it has."""
    return f"the team `{team}` has no role `{role}`; its roles: {quote_list(team_roles, conjunction='and') or 'none'}"


def missing_role_help(portfolio: Portfolio, team: str, role: str) -> str:
    """Which teams have the role, and how to give it to this one."""
    approvers = _teams_with((role,), portfolio)
    grant = f"list `{role}` under `approvalRoles` of the Team `{team}`"
    return f"{_approval_request(approvers)}, or {grant}" if approvers else f"no team has the role: {grant}"


def approvers_help(portfolio: Portfolio, roles: Iterable[str]) -> str:
    """Which teams may approve in one of the roles, as an instruction."""
    role_names = tuple(roles)
    approvers = _teams_with(role_names, portfolio)
    if approvers:
        return _approval_request(approvers)
    return f"no team has the role {quote_list(role_names)}: list it under `approvalRoles` of the Team that may approve"


def _teams_with(roles: Sequence[str], portfolio: Portfolio) -> list[str]:
    return [
        name
        for name, team in portfolio.by_kind("Team").items()
        if not set(roles).isdisjoint(team.data.get("approvalRoles", ()))
    ]


def _approval_request(teams: Sequence[str]) -> str:
    return f"get the approval of {quote_list(teams)}, which {'has' if len(teams) == 1 else 'have'} the role"

"""Names in the project's settings of approvals that nothing has: they would silently have no effect, or could never be satisfied."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Pointer
from compiler.foundation.suggestions import closest_match, quote_list
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES


def check_approval_settings(fleet: Fleet) -> Iterator[Finding]:
    """Roles that no Team has, and unknown environments and stages."""
    settings = fleet.portfolio.project.data.get("approvals", {})
    roles: list[tuple[Pointer, str]] = [(("roles", role), role) for role in settings.get("roles", {})]
    environments: list[tuple[Pointer, str]] = [
        (("roles", role, "bindsIn", name), name)
        for role, entry in settings.get("roles", {}).items()
        for name in entry.get("bindsIn", {})
    ]
    for index, rule in enumerate(settings.get("rules", ())):
        roles += [(("rules", index, "roles", position), role) for position, role in enumerate(rule["roles"])]
        names = enumerate(rule.get("environments", ()))
        environments += [(("rules", index, "environments", position), name) for position, name in names]
    yield from _role_findings(fleet, roles)
    known_environments = (*fleet.portfolio.by_kind("Environment"), *ALL_STAGES)
    for pointer, name in environments:
        if name not in known_environments and not fleet.portfolio.may_have_document("Environment", name):
            yield _finding(fleet, pointer, name, "there is no Environment or stage", known_environments)


def _role_findings(fleet: Fleet, roles: Sequence[tuple[Pointer, str]]) -> Iterator[Finding]:
    if not roles or fleet.portfolio.has_broken("Team"):
        return
    teams = fleet.portfolio.by_kind("Team").values()
    known_roles = sorted({role for team in teams for role in team.data.get("approvalRoles", ())})
    for pointer, role in roles:
        if role not in known_roles:
            yield _finding(fleet, pointer, role, "no Team has the role", known_roles)


def _finding(fleet: Fleet, pointer: Pointer, name: str, message: str, known_names: Sequence[str]) -> Finding:
    project, full_pointer = fleet.portfolio.project, ("approvals", *pointer)
    suggestion = closest_match(name, known_names)
    choice = f"use {quote_list(known_names)}" if known_names else "list it under `approvalRoles` of a Team"
    location = project.document.key_location(full_pointer)
    return Finding(
        codes.MATCHES_NOTHING,
        f"{message} `{name}`",
        location,
        Subject("Project", project.name, None, full_pointer),
        f"did you mean `{suggestion}`?" if suggestion else choice,
    )

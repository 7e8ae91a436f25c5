"""Who may approve in which role, and what an approval binds: the Teams and the project's settings of one revision."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from compiler.foundation import resources
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.yaml_parse import parse
from compiler.spec.data_types import ApprovalRoleData, ApprovalRuleData, ApprovalSettingsData, TeamData, TeamMemberData
from compiler.spec.portfolio import Portfolio, TeamSpec

BoundDigests = Literal["runtime", "governance", "both"]

_ROLES_FILE = "approval-roles.yaml"


@dataclass(frozen=True, slots=True)
class ApprovalAuthority:
    """The Teams and the approval settings of one revision."""

    teams: Mapping[str, TeamSpec]
    settings: ApprovalSettingsData
    revision: str = ""
    """The name of the base of a change, whose Teams and settings these are; empty for the revision itself."""

    @classmethod
    def of(cls, portfolio: Portfolio, revision: str = "") -> "ApprovalAuthority":
        """Those of a project."""
        return cls(portfolio.by_kind("Team"), portfolio.project.data.get("approvals", {}), revision)

    @property
    def rules(self) -> tuple[ApprovalRuleData, ...]:
        """The approvals that models must have."""
        return tuple(self.settings.get("rules", ()))

    def team(self, name: str) -> TeamData | None:
        """A team by name."""
        spec = self.teams.get(name)
        return spec.data if spec else None

    def roles_of(self, team: str) -> tuple[str, ...]:
        """The roles in which a team may approve; none for an unknown team."""
        data = self.team(team)
        return tuple(data.get("approvalRoles", ())) if data else ()

    def members_of(self, team: str) -> tuple[TeamMemberData, ...]:
        """The members of a team; none for an unknown team."""
        data = self.team(team)
        return tuple(data.get("members", ())) if data else ()

    def teams_with(self, roles: Collection[str]) -> list[str]:
        """The teams that may approve in one of the roles."""
        return [
            name for name, spec in self.teams.items() if not set(roles).isdisjoint(spec.data.get("approvalRoles", ()))
        ]

    def bound_digests(self, role: str, model: ResolvedModel) -> BoundDigests:
        """What an approval of a model in a role binds: by environment, else by stage, else by tier, else in general."""
        entry: ApprovalRoleData = self.settings.get("roles", {}).get(role) or shipped_roles().get(role) or {}
        by_environment = entry.get("bindsIn", {})
        for key in (model.environment.name, model.environment.data["stage"]) if model.environment else ():
            if key in by_environment:
                return by_environment[key]
        tier = model.data.get("governance", {}).get("risk", {}).get("tier")
        by_tier = entry.get("bindsAt", {})
        return by_tier[tier] if tier is not None and tier in by_tier else entry.get("binds", "both")


@lru_cache(maxsize=1)
def shipped_roles() -> Mapping[str, ApprovalRoleData]:
    """What approvals bind by default, by role."""
    document = parse(resources.read_shipped_text(_ROLES_FILE), _ROLES_FILE).documents[0]
    return cast("Mapping[str, ApprovalRoleData]", document.data)

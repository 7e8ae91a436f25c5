"""An approval without the role says who may approve, and how to give the role to the team."""

import pytest

from compiler.foundation.resources import kind_schemas, type_schemas
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approver_roles import approvers_help, missing_role_help, missing_role_message
from compiler.source.memory_tree import MemoryTree
from compiler.spec.language import Language
from compiler.spec.spec_loader import load_portfolio

PROJECT = b"apiVersion: modelyard/v1\nkind: Project\nname: shop\nenvironments: []\n"
TEAM = "---\napiVersion: modelyard/v1\nkind: Team\nname: {name}\napprovalRoles: [{roles}]\n"


def authority_of(**roles_by_team: str) -> ApprovalAuthority:
    teams = "".join(TEAM.format(name=name, roles=roles) for name, roles in roles_by_team.items())
    tree = MemoryTree({"modelyard.yaml": PROJECT, "models/teams.yaml": teams.encode()})
    return ApprovalAuthority.of(load_portfolio(tree, Language(kind_schemas(), type_schemas())))


@pytest.mark.parametrize(
    ("roles_by_team", "expected"),
    [
        ({"board": "model-risk"}, "get the approval of `board`, which has the role"),
        ({"audit": "model-risk", "board": "model-risk"}, "get the approval of `audit` or `board`, which have the role"),
    ],
)
def test_a_role_that_teams_have_names_them(roles_by_team, expected) -> None:
    authority = authority_of(pricing="owner", **roles_by_team)
    assert approvers_help(authority, ["model-risk"]) == expected
    grant = "list `model-risk` under `approvalRoles` of the Team `pricing`"
    assert missing_role_help(authority, "pricing", "model-risk") == f"{expected}, or {grant}"


def test_a_role_that_no_team_has_must_be_given_first() -> None:
    authority = authority_of(pricing="owner")
    assert approvers_help(authority, ["board", "model-risk"]) == (
        "no team has the role `board` or `model-risk`: list it under `approvalRoles` of the Team that may approve"
    )
    assert missing_role_help(authority, "pricing", "board").startswith("no team has the role: list `board` under")


def test_the_message_lists_the_roles_of_the_team() -> None:
    assert missing_role_message("pricing", "board", ["owner", "user"]) == (
        "the team `pricing` has no role `board`; its roles: `owner` and `user`"
    )
    assert missing_role_message("pricing", "board", []).endswith("its roles: none")

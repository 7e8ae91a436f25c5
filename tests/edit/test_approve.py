"""An approval names what an environment will run, is pending until then, and is invalid once that changes."""

from dataclasses import replace
from datetime import date

import pytest

from compiler.edit.approve import Decision, approve
from compiler.edit.edit_session import EditResult
from compiler.edit.promote import promote
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import check_approvals
from compiler.source.overlay_tree import OverlayTree

from .conftest import edit_of

TEAM = "apiVersion: modelyard/v1\nkind: Team\nname: risk\napprovalRoles: [model-risk]\n"
PLACES = "  dev: {release: 3.0.0}\n  prod-us: {release: 1.0.0}   # to the end"
DECISION = Decision("risk", "model-risk", is_approved=True)


@pytest.fixture
def project(fleet):
    """The fleet with a team that may approve."""

    def make(places: str = PLACES) -> Session:
        return fleet(places, risk=TEAM)

    return make


def applied(session: Session, result, changes: tuple[str, str] | None = None, as_of: date | None = None) -> Session:
    assert isinstance(result, EditResult), result
    files = {
        path: content.replace(*map(str.encode, changes)) if changes else content
        for path, content in result.files.items()
    }
    return Session(OverlayTree(session.tree, files), as_of or session.as_of)


def state(session: Session) -> list[tuple[bool, str | None]]:
    model = session.fleet.model("refunds", "prod-us")
    return [
        (approval.reason_on(session.as_of) is None, approval.reason_on(session.as_of))
        for approval in check_approvals(ApprovalAuthority.of(session.portfolio), model)
    ]


def test_an_approval_of_what_runs_is_valid_at_once_and_keeps_the_layout(project) -> None:
    run = project()
    result = approve(run, "refunds", "prod-us", None, DECISION)
    model = run.fleet.model("refunds", "prod-us")
    assert edit_of(run, result) == [
        "+approvals:",
        "+  - environment: prod-us",
        "+    release: 1.0.0",
        "+    role: model-risk",
        "+    team: risk",
        "+    decision: approved",
        f'+    date: "{run.as_of.isoformat()}"',
        f"+    runtimeDigest: {model.runtime_digest}",
        f"+    governanceDigest: {model.governance_digest}",
    ]
    assert state(applied(run, result)) == [(True, None)]


def test_an_approval_of_a_release_is_pending_until_the_promotion_and_valid_after_it(project) -> None:
    run = project()
    pending = applied(run, approve(run, "refunds", "prod-us", "2.0.0", DECISION))
    assert state(pending) == [(False, "it is for release 2.0.0, and 1.0.0 runs")]
    promoted = applied(pending, promote(pending, "refunds", "prod-us", "2.0.0", None))
    assert state(promoted) == [(True, None)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            ("s3://a/1", "s3://a/9"),
            "the deployment has changed since (the runtime digest differs)",
        ),
        (
            ("Refunds or not", "Refunds"),
            "the governance of the model has changed since (the governance digest differs)",
        ),
    ],
)
def test_a_change_of_what_was_approved_makes_it_invalid(project, change, reason) -> None:
    run = project()
    assert state(applied(run, approve(run, "refunds", "prod-us", None, DECISION), change)) == [(False, reason)]


def test_a_rejection_and_an_expiry_are_recorded(project) -> None:
    run = project()
    rejection = Decision("risk", "model-risk", is_approved=False, ticket="RISK-7", expires="2099-12-31")
    lines = edit_of(run, approve(run, "refunds", "prod-us", None, rejection))
    assert {"+    decision: rejected", "+    ticket: RISK-7", '+    expires: "2099-12-31"'} <= set(lines)


def test_a_rejection_of_what_runs_is_recorded_although_a_policy_fails_then(project) -> None:
    """Otherwise nobody could record it."""
    run = project()
    policies = {"modelyard.yaml": run.tree.read("modelyard.yaml") + b"policies: [baseline/no-rejection-applies]\n"}
    bound = Session(OverlayTree(run.tree, policies))
    rejection = Decision("risk", "model-risk", is_approved=False)
    rejected = applied(bound, approve(bound, "refunds", "prod-us", None, rejection))
    assert "baseline/no-rejection-applies" in {finding.code.id for finding in check(rejected)}


def test_the_same_decision_is_recorded_once(project) -> None:
    run = project()
    approved = applied(run, approve(run, "refunds", "prod-us", None, DECISION))
    assert approve(approved, "refunds", "prod-us", None, DECISION).files == {}


def test_a_decision_that_was_revised_is_recorded_again(project) -> None:
    run = project()
    rejection = Decision("risk", "model-risk", is_approved=False)
    for decision in (rejection, DECISION, rejection):
        run = applied(run, approve(run, "refunds", "prod-us", None, decision))
    entries = run.portfolio.by_kind("Model")["refunds"].data["approvals"]
    assert [entry["decision"] for entry in entries] == ["rejected", "approved", "rejected"]


@pytest.mark.parametrize(
    ("environment", "version", "decision", "message"),
    [
        ("prod-us", "9.0.0", DECISION, "there is no release `9.0.0` of refunds"),
        ("prod-eu", None, DECISION, "refunds is not deployed in prod-eu"),
        (
            "prod-us",
            None,
            Decision("risk", "model-risk", is_approved=True, expires="2020-01-01"),
            "would expire on 2020-01-01",
        ),
        ("prod-us", None, Decision("rsk", "model-risk", is_approved=True), "there is no Team `rsk`"),
        ("prod-us", None, Decision("risk", "owner", is_approved=True), "the team `risk` has no role `owner`"),
    ],
)
def test_what_nobody_can_approve_is_refused(project, environment, version, decision, message) -> None:
    with pytest.raises(UsageError, match=message):
        approve(project(), "refunds", environment, version, decision)


def test_an_approval_can_precede_the_first_deployment(project) -> None:
    run = project()
    result = approve(run, "refunds", "prod-eu", "2.0.0", DECISION)
    assert "+    environment: prod-eu" not in edit_of(run, result)
    assert "+  - environment: prod-eu" in edit_of(run, result)


RULES = "approvals: {rules: [{environments: [prod-us], roles: [model-risk], evidence: EVIDENCE}]}"


@pytest.mark.parametrize("evidence", ["claim", "signature"])
def test_a_rejection_and_a_renewal_are_recorded_where_a_rule_demands_the_approval(project, evidence) -> None:
    run = project()
    settings = run.tree.read("modelyard.yaml") + RULES.replace("EVIDENCE", evidence).encode()
    session_with_rule = Session(OverlayTree(run.tree, {"modelyard.yaml": settings}), run.as_of)
    approved = applied(session_with_rule, approve(session_with_rule, "refunds", "prod-us", None, DECISION))
    for decision in (replace(DECISION, is_approved=False), replace(DECISION, expires="2999-12-31")):
        assert approve(approved, "refunds", "prod-us", None, decision).files

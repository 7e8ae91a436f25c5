"""What rules read of the state of governance on a day."""

from datetime import date

import pytest

from compiler.pipeline.session import Session
from compiler.policy.status_variables import ModelStatus, status_variable_pointer
from compiler.resolve.approval_authority import ApprovalAuthority

MODEL_PATH = "models/refunds.yaml"
NEW_YEAR = date(2027, 1, 1)
WAIVER = """apiVersion: modelyard/v1
kind: Waiver
name: once
policies: [rule]
models: {names: [refunds]}
environments: [prod]
reason: The other shop moves in spring.
ticket: SHOP-12
approvedBy: [{team: risk, role: model-risk}]
validFrom: "2026-12-01"
expires: "2027-06-30"
"""


@pytest.fixture
def status(tree):
    """A variable of the model in prod, after an addition to its spec."""

    def read(name: str, addition: str = "", as_of: date = NEW_YEAR, environment: str = "prod", **files: str):
        text = tree().read(MODEL_PATH).decode().replace("governance: {", f"governance: {{{addition}") + files.pop(
            "more", ""
        )
        session = Session(tree(models__refunds=text, **files), as_of)
        model = session.fleet.model("refunds", environment)
        waivers = tuple(session.fleet.portfolio.by_kind("Waiver").values())
        authority = ApprovalAuthority.of(session.portfolio)
        return ModelStatus(session.fleet, model, model.release, waivers, as_of, authority).value(name)

    return read


def approval(status, **changes: str) -> str:
    digests = status("digests")
    fields = {
        "environment": "prod", "role": "model-risk", "team": "risk", "decision": "approved", "date": "2026-12-01",
        "expires": "2027-12-01", "runtimeDigest": digests["runtime"], "governanceDigest": digests["governance"],
    }  # fmt: skip
    entry = ", ".join(f'{key}: "{value}"' for key, value in {**fields, **changes}.items())
    return f"approvals: [{{{entry}}}]\n"


def test_the_day_is_text_that_compares_like_dates(status) -> None:
    assert status("today") == "2027-01-01"


def test_an_approval_of_what_runs_by_a_team_with_the_role_is_valid(status) -> None:
    [entry] = status("approvals", more=approval(status))
    assert entry["valid"] is True
    assert "invalidReason" not in entry
    assert "environment" not in entry


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"runtimeDigest": "sha256:" + "0" * 64}, "the deployment has changed since (the runtime digest differs)"),
        (
            {"governanceDigest": "sha256:" + "0" * 64},
            "the governance of the model has changed since (the governance digest differs)",
        ),
        ({"role": "owner"}, "the team does not have the role"),
        ({"expires": "2026-12-31"}, "it expired on 2026-12-31"),
        ({"date": "2027-01-02"}, "it is dated 2027-01-02, in the future"),
    ],
)
def test_an_approval_that_does_not_count_says_why(status, change, reason) -> None:
    [entry] = status("approvals", more=approval(status, **change))
    assert (entry["valid"], entry["invalidReason"]) == (False, reason)


def test_an_approval_is_valid_through_its_last_day_and_for_its_environment_alone(status) -> None:
    assert status("approvals", more=approval(status, expires="2027-01-01"))[0]["valid"]
    assert status("approvals", more=approval(status, environment="dev")) == []


VALIDATION = 'validation: {validatedBy: %s, date: "2026-01-01", conclusion: approved, next: "%s", findings: [%s]}, '


@pytest.mark.parametrize(
    ("team", "next_day", "independent", "overdue"),
    [("risk", "2027-01-01", True, False), ("pricing", "2027-01-01", False, False), ("risk", "2026-12-31", True, True)],
)
def test_a_validation_is_independent_of_the_owner_and_due_on_its_day(
    status, team, next_day, independent, overdue
) -> None:
    [entry] = status("validations", VALIDATION % (team, next_day, ""))
    assert (entry["independent"], entry["overdue"], entry["openFindings"]) == (independent, overdue, 0)


def test_the_team_that_developed_the_model_does_not_validate_it(status) -> None:
    [entry] = status("validations", "developer: risk, " + VALIDATION % ("risk", "2027-01-01", ""))
    assert entry["independent"] is False


def test_open_findings_of_a_validation_are_counted_and_those_past_their_due_date(status) -> None:
    findings = ", ".join(
        f"{{title: t{index}, severity: low, status: {state}{due}}}"
        for index, (state, due) in enumerate(
            [
                ("open", ""),
                ("open", ', due: "2026-12-31"'),
                ("open", ', due: "2027-01-01"'),
                ("resolved", ', due: "2026-01-01"'),
            ]
        )
    )
    [entry] = status("validations", VALIDATION % ("risk", "2027-01-01", findings))
    assert (entry["openFindings"], entry["overdueFindings"]) == (3, 1)


def test_no_validation_is_an_empty_list(status) -> None:
    assert status("validations") == []


def test_evidence_expires_after_its_last_day(status) -> None:
    evidence = ", ".join(
        f'{{control: "X:{day}", uri: "s3://evidence/{day}", validUntil: "{day}"}}'
        for day in ("2026-12-31", "2027-01-01")
    )
    assert [entry["expired"] for entry in status("evidence", f"evidence: [{evidence}], ")] == [True, False]


@pytest.mark.parametrize(
    ("day", "active"), [("2026-11-30", False), ("2026-12-01", True), ("2027-06-30", True), ("2027-07-01", False)]
)
def test_a_waiver_is_active_from_its_first_to_its_last_day(status, day, active) -> None:
    [entry] = status("waivers", as_of=date.fromisoformat(day), models__waiver=WAIVER)
    assert (entry["name"], entry["active"]) == ("once", active)


def test_a_waiver_of_another_environment_is_not_listed(status) -> None:
    assert status("waivers", environment="dev", models__waiver=WAIVER) == []


USER = """apiVersion: modelyard/v1
kind: Model
name: basket
type: heuristic
owner: pricing
summary: Sums a basket
lifecycle: deprecated
retirement: {date: "2027-03-31"}
version: 1.0.0
source: {image: shop.example/basket, digest: "sha256:%s", port: 80, health: /ready}
uses: [{model: refunds, env: REFUNDS_URL}]
deploy: {target: kubernetes}
environments: {prod: {}}
"""


def test_dependents_carry_their_lifecycle_and_their_retirement(status) -> None:
    user = USER % ("1" * 64)
    assert status("dependents", models__basket=user) == [
        {"name": "basket", "owner": "pricing", "lifecycle": "deprecated", "retirement": {"date": "2027-03-31"}}
    ]
    assert status("dependents", models__basket=user, environment="dev") == []


@pytest.mark.parametrize(
    ("name", "pointer", "field"),
    [
        ("validations", (0, "overdue"), ("governance", "validation", "next")),
        ("validations", (0, "conclusion"), ("governance", "validation", "conclusion")),
        ("evidence", (1, "expired"), ("governance", "evidence", 1, "validUntil")),
        ("evidence", (2, "expired"), ("useCase",)),
        ("evidence", (), ("governance", "evidence")),
        ("today", (), ()),
    ],
)
def test_a_computed_value_is_reported_at_the_field_that_decides_it(tree, name, pointer, field) -> None:
    evidence = "evidence: [{control: 'EU-AI-Act:Art.9', uri: 'https://a.example/1'}, {control: 'EU-AI-Act:Art.10', uri: 'https://a.example/2'}]"
    text = tree().read("models/refunds.yaml").decode().replace("governance: {", f"governance: {{{evidence}, ")
    model = Session(tree(models__refunds=text), NEW_YEAR).fleet.model("refunds", "prod")
    assert status_variable_pointer(model, name, pointer) == field

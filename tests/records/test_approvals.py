"""Records of approvals: Statements about the two digests that run, in which what was agreed to of another content counts for nothing."""

import json
from datetime import date
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check, record_statuses
from compiler.plan.records.missing_fields import ModelRecordStatus

from .conftest import DIGEST, documents, set_field, tree

NAME = "approvals.statements.jsonl"


def digests(found: list[dict[str, Any]], environment: str = "prod") -> dict[str, str]:
    model, _ = Session(tree(found)).fleet.resolve("scorer", environment)
    return {"runtimeDigest": model.runtime_digest, "governanceDigest": model.governance_digest}


def approval(**fields: str) -> dict[str, str]:
    return {
        "environment": "prod",
        "role": "model-risk",
        "team": "risk",
        "decision": "approved",
        "date": "2026-09-02",
        **fields,
    }


def statements(records) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in records[NAME].splitlines()]
    for one in found:
        Statement.copy_from_pb(ParseDict(one, statement_pb2.Statement())).validate()
    return {one["predicate"]["environment"]: one for one in found}


def approved_statements(make_records, *approvals: dict[str, str], **changes: Any):
    found = documents()
    set_field(found, "Model", "scorer", "approvals", list(approvals))
    for path, value in changes.items():
        set_field(found, "Model", "scorer", path.replace("__", "/"), value)
    return statements(make_records(found))


def test_each_environment_has_a_statement_about_what_runs_there(make_records) -> None:
    found = documents()
    statements = approved_statements(make_records, approval(**digests(found)))
    assert set(statements) == {"dev", "prod"}
    for environment, one in statements.items():
        known = digests(found, environment)
        assert {subject["name"]: f"sha256:{subject['digest']['sha256']}" for subject in one["subject"]} == {
            f"bank/Model/scorer/{environment}/runtime": known["runtimeDigest"],
            f"bank/Model/scorer/{environment}/governance": known["governanceDigest"],
        }  # fmt: skip


def test_an_approval_of_what_runs_counts_with_its_role(make_records) -> None:
    statements = approved_statements(
        make_records, approval(**digests(documents()), ticket="RISK-1", expires="2027-01-01")
    )["prod"]["predicate"]
    [claim] = statements["claims"]
    assert (claim["status"], statements["approvedBy"], statements["rejectedBy"]) == ("valid", ["model-risk"], [])
    assert (claim["ticket"], claim["expires"]) == ("RISK-1", "2027-01-01")
    assert (statements["release"], statements["canary"]) == ("1.0.0", "2.0.0")


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"runtime__port": 8081}, "runtimeMatches"),
        ({"environments__prod__canary__weight": "20%"}, "runtimeMatches"),
        ({"governance__intendedUse": "Anything."}, "governanceMatches"),
        ({"owner": "risk", "lifecycle": "deprecated"}, "governanceMatches"),
    ],
)
def test_an_approval_of_another_content_is_invalid_and_says_why(change, check, make_records) -> None:
    predicate = approved_statements(make_records, approval(**digests(documents())), **change)["prod"]["predicate"]
    [claim] = predicate["claims"]
    assert (claim["status"], predicate["approvedBy"]) == ("invalid", [])
    assert [name for name, holds in claim["checks"].items() if not holds] == [check]


def test_an_approval_in_a_role_that_the_team_does_not_hold_is_invalid(make_records) -> None:
    predicate = approved_statements(make_records, approval(**digests(documents()), role="board"))["prod"]["predicate"]
    assert [(one["status"], one["checks"]["hasRole"]) for one in predicate["claims"]] == [("invalid", False)]


def test_a_rejection_counts_as_one(make_records) -> None:
    predicate = approved_statements(make_records, approval(**digests(documents()), decision="rejected"))["prod"][
        "predicate"
    ]
    assert (predicate["approvedBy"], predicate["rejectedBy"]) == ([], ["model-risk"])


def test_an_approval_is_for_its_environment_alone(make_records) -> None:
    statements = approved_statements(make_records, approval(**digests(documents())))
    assert (len(statements["prod"]["predicate"]["claims"]), statements["dev"]["predicate"]["claims"]) == (1, [])


def test_its_end_is_data_and_judged_on_no_day(make_records) -> None:
    predicate = approved_statements(
        make_records, approval(**digests(documents()), date="2000-12-31", expires="2000-12-31")
    )["prod"]["predicate"]
    assert predicate["claims"][0]["status"] == "valid"


def found_of(*approvals: dict[str, str], as_of: date = date(2026, 11, 27), regime: dict[str, str] | None = None):
    found = documents()
    set_field(found, "Model", "scorer", "approvals", list(approvals))
    set_field(found, "UseCase", "lending", "classification/dora", regime)
    return [one for one in check(Session(tree(found), as_of)) if one.code.id in {"MY314", "MY315", "MY316"}]


def test_one_that_ends_before_it_begins_is_a_mistake_and_invalid_without_a_clock(make_records) -> None:
    approval_fields = approval(**digests(documents()), expires="2026-09-01")
    [finding] = found_of(approval_fields)
    assert (finding.code.id, finding.is_blocking, finding.subject.pointer) == (
        "MY315",
        True,
        ("approvals", 0, "expires"),
    )
    [claim] = approved_statements(make_records, approval_fields)["prod"]["predicate"]["claims"]
    assert (claim["status"], claim["checks"]["hasValidDates"]) == ("invalid", False)
    assert found_of({**approval_fields, "expires": "2026-09-02"}) == []


def test_an_approval_with_a_date_after_as_of_is_reported() -> None:
    future_approval = approval(**digests(documents()), date="2036-09-02")
    [finding] = found_of(future_approval)
    assert (finding.code.id, finding.is_blocking, finding.subject.pointer) == ("MY316", False, ("approvals", 0, "date"))
    assert "2036-09-02" in finding.message
    assert found_of(future_approval, as_of=date(2036, 9, 2)) == []


def test_a_class_that_was_decided_on_a_day_to_come_is_reported_too() -> None:
    future_class = {"value": "critical", "date": "2036-01-01"}
    [finding] = found_of(regime=future_class)
    assert (finding.code.id, finding.subject.pointer) == ("MY316", ("classification", "dora", "date"))
    assert found_of(regime=future_class, as_of=date(2036, 1, 1)) == []


def test_one_by_a_team_without_the_role_is_reported_at_the_role() -> None:
    [finding] = found_of(approval(**digests(documents()), role="board"))
    assert (finding.code.id, finding.is_blocking, finding.subject.pointer) == ("MY314", False, ("approvals", 0, "role"))
    assert "the team `risk` has no role `board`; its roles: `model-risk`" in finding.message
    assert finding.help == "no team has the role: list `board` under `approvalRoles` of the Team `risk`"
    assert found_of(approval(**digests(documents()))) == []


@pytest.mark.parametrize(
    ("more", "is_missing"),
    [
        ({}, False),
        ({"decision": "rejected"}, True),
        ({"role": "board"}, True),
        ({"runtimeDigest": DIGEST}, True),
        ({"governanceDigest": DIGEST}, True),
        ({"expires": "2026-09-01"}, True),
        ({"environment": "dev"}, True),
    ],
)
def test_who_agreed_is_missing_where_no_approval_counts(more, is_missing) -> None:
    found = documents()
    set_field(found, "Model", "scorer", "approvals", [approval(**{**digests(found), **more})])
    [model_status] = [
        one for one in record_statuses(Session(tree(found)), ["scorer"]) if isinstance(one, ModelRecordStatus)
    ]
    [record] = [one for one in model_status.records if one.id == "approval-record"]
    assert [fact.field for fact in record.missing_fields] == (["approvals"] if is_missing else [])


def test_cards_say_what_an_approval_names_that_is_another_now(make_records) -> None:
    found = documents()
    approval_entry = approval(**digests(found))
    set_field(found, "Model", "scorer", "approvals", [approval_entry])
    set_field(found, "Model", "scorer", "governance/limitations", ["Not above 90000"])
    records = make_records(found)
    for card in (records["MODEL_CARD.md"], records["model-card.html"]):
        assert "the governance of the model has changed since (the governance digest differs)" in card
        assert "other rules" not in card


def test_an_approval_changes_neither_digest(make_records) -> None:
    found = documents()
    before = digests(found)
    set_field(found, "Model", "scorer", "approvals", [approval(**before)])
    assert digests(found) == before


def test_an_approval_for_an_environment_that_is_none_is_a_mistake(make_records) -> None:
    project_documents = documents()
    set_field(
        project_documents,
        "Model",
        "scorer",
        "approvals",
        [approval(runtimeDigest=DIGEST, governanceDigest=DIGEST, environment="pord")],
    )
    messages = [finding.message for finding in check(Session(tree(project_documents))) if finding.is_blocking]
    assert any("pord" in message for message in messages)


def test_a_model_of_a_high_tier_has_a_record_without_any_approval(full, make_records) -> None:
    assert [one["predicate"]["claims"] for one in statements(full).values()] == [[], []]
    found = documents()
    set_field(found, "Model", "scorer", "governance/risk/tier", "low")
    assert NAME not in make_records(found).names


@pytest.mark.parametrize(
    "invalid_record",
    [
        lambda one: one["subject"].pop(),
        lambda one: one["predicate"].pop("claims"),
        lambda one: one["predicate"]["claims"][0].update(status="invalid"),
        lambda one: one["predicate"]["claims"][0]["checks"].update(runtimeMatches=False),
        lambda one: one["predicate"]["claims"][0].update(decision="maybe"),
        lambda one: one["predicate"]["claims"][0].pop("approved"),
        lambda one: one.update(predicateType="urn:modelyard:v1:build"),
    ],
)
def test_the_schema_refuses_a_record_that_contradicts_itself(invalid_record, make_records) -> None:
    own_schema = Validator(
        json.loads((shipped_folder("templates") / "records/approval-record/approvals.schema.json").read_text("utf-8"))
    )
    one = approved_statements(make_records, approval(**digests(documents())))["prod"]
    assert own_schema.violations([one]) == ()
    invalid_record(one)
    assert own_schema.violations([one])

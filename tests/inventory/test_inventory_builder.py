"""A row tells of a model what specs say, joined; no field follows the day on which it is read."""

from datetime import date

import pytest

from compiler.inventory import row_parts
from compiler.inventory.row import ExcludedDocument
from compiler.pipeline.session import Session
from compiler.report import model_details


@pytest.fixture(scope="module")
def refunds(shop):
    return shop.inventory.by_name["refunds"]


def test_every_model_has_a_row_those_that_run_nowhere_too(shop) -> None:
    rows = {row.name: (row.lifecycle, len(row.environments)) for row in shop.inventory.models}
    assert rows == {
        "old": ("retired", 0), "refunds": ("production", 2), "rough": ("production", 2), "scores": ("deprecated", 2),
        "wished": ("proposed", 0),
    }  # fmt: skip
    assert shop.inventory.excluded_documents == ()


def test_a_row_says_who_it_is_and_who_answers_for_it(refunds) -> None:
    assert (refunds.id, refunds.path, refunds.line) == ("shop/Model/refunds", "models/refunds.yaml", 1)
    assert (refunds.owner, refunds.contacts) == (
        "pricing",
        row_parts.Contacts("pricing@shop.example", "#pricing", "pricing-1"),
    )
    assert (refunds.task, refunds.labels, refunds.previous_names) == (
        "tabular-classification",
        {"portfolio": "money"},
        ("moneyback",),
    )
    assert (refunds.tier, refunds.materiality, refunds.complexity) == ("high", "medium", "low")
    assert (refunds.intended_use, refunds.out_of_scope, refunds.limitations) == (
        "Refunds up to 100.",
        ("Vouchers",),
        ("New customers",),
    )


def test_a_row_says_what_it_serves_and_the_class_by_regime(refunds) -> None:
    assert refunds.use_case.name == "refunding"
    assert refunds.use_case.classification == (
        row_parts.Classification(
            "eu-ai-act",
            "high-risk",
            "Annex III",
            "provider",
            "checkers",
            date(2026, 1, 5),
            "high-risk",
            "Annex III lists the purpose",
        ),
        row_parts.Classification("house", "b", None, None, None, None),
    )


def test_a_row_says_what_runs_where_with_both_digests(shop, refunds) -> None:
    dev, prod = refunds.environments
    assert (dev.environment, dev.release, dev.canary, dev.suspended) == ("dev", "2.0.0", None, False)
    assert (prod.environment, prod.stage, prod.cluster, prod.namespace, prod.target) == (
        "prod",
        "prod",
        "prod-1",
        "prod-ns",
        "plain",
    )
    assert (prod.release, prod.canary, prod.suspended) == ("1.0.0", row_parts.Canary("2.0.0", "10%"), True)
    model, _ = shop.fleet.resolve("refunds", "prod")
    assert (prod.runtime_digest, prod.governance_digest) == (model.runtime_digest, model.governance_digest)
    assert prod.release_digest == model.release.digest
    assert dev.runtime_digest != prod.runtime_digest


def test_a_row_says_on_what_data_the_model_rests(refunds) -> None:
    assert refunds.datasets == (
        row_parts.UsedDataset("clicks", ("evaluation",), "internal", (), None),
        row_parts.UsedDataset("orders", ("training", "evaluation"), "restricted", ("email",), "30d"),
        row_parts.UsedDataset("prices", ("used",), None, (), None),
    )


def test_a_row_says_whom_the_model_asks_and_who_asks_it(shop, refunds) -> None:
    both = ("dev", "prod")
    assert refunds.dependencies == (row_parts.DependencyUse("scores", "model", "^1", None, None, None, both),)
    scores, rough = shop.inventory.by_name["scores"], shop.inventory.by_name["rough"]
    assert scores.dependencies == (row_parts.DependencyUse("rough", "callers", None, None, None, None, both),)
    assert (scores.dependents, rough.dependents) == (("refunds",), ("scores",))


def test_a_row_says_what_was_bought(shop) -> None:
    vendor = row_parts.Vendor("1.2.0", "Example Scores", "Score", "7", "C-7", date(2027, 1, 31))
    assert shop.inventory.by_name["scores"].vendors == (vendor,)
    assert shop.inventory.by_name["scores"].retirement == row_parts.Retirement(date(2027, 2, 28), "rough")


def test_the_next_review_is_the_last_and_the_time_between(shop, refunds) -> None:
    assert refunds.review == row_parts.Review("180d", date(2026, 6, 1), date(2026, 11, 28))
    assert shop.inventory.by_name["scores"].review == row_parts.Review("365d", None, None), (
        "the last review has no date"
    )


@pytest.mark.parametrize(
    ("interval", "next_date"),
    [("1d", date(2026, 6, 2)), ("36h", date(2026, 6, 2)), ("2w", date(2026, 6, 15)), ("36500d", date(2126, 5, 8))],
)
def test_a_review_falls_on_a_day_that_there_is(interval, next_date, fleet) -> None:
    run = fleet(("interval: 180d", f"interval: {interval}"))
    assert run.inventory.by_name["refunds"].review.next == next_date


def test_a_row_says_what_was_found_out(refunds) -> None:
    assert refunds.validation == row_parts.Validation(
        "checkers", date(2026, 5, 1), "conditional", date(2027, 5, 1), "https://shop.example/r"
    )
    assert refunds.evidence == (
        row_parts.Evidence("EU-AI-Act:Art.9", "https://shop.example/e", date(2026, 3, 1), date(2026, 11, 15)),
        row_parts.Evidence("EU-AI-Act:Art.10", "https://shop.example/f", None, None),
    )


def test_a_row_says_what_the_model_was_let_off(shop, refunds) -> None:
    assert refunds.waivers == (
        row_parts.Waiver(
            "not-yet-priced", ("priced",), (), ("prod",), date(2026, 2, 1), date(2026, 12, 31), "The price list comes next year.", "SHOP-1"
        ),
    )  # fmt: skip
    assert shop.inventory.by_name["rough"].waivers == ()


def test_the_escape_hatch_stands_in_the_row(refunds) -> None:
    assert refunds.patches == (row_parts.Patch("Note", "refunds", "No field for it.", ("dev", "prod")),)


def test_what_nothing_watches_stands_in_the_row(refunds) -> None:
    assert refunds.unmeasured == (
        row_parts.UnmeasuredObjective("latency", "the server has no histogram", ("dev", "prod")),
    )
    assert refunds.signals == (
        row_parts.Signal("dataDrift", "ticket", "retrain", measured=False),
        row_parts.Signal("cost", "page", None, measured=True),
    )
    assert refunds.sla == row_parts.Sla("99.5%", {"p99": "250ms"}, {}, None, "30d")


def test_missing_facts_are_counted_by_regime_where_a_record_is_made(shop, refunds, fleet) -> None:
    assert refunds.record_fields == (
        row_parts.RecordCounts("eu-ai-act", 5, 3),
    )  # the use, oversight, and a licence of each dataset
    assert shop.inventory.by_name["rough"].record_fields == (), "it serves no use case, so that no record is made of it"
    assert shop.inventory.by_name["wished"].record_fields == (), "nor does it"
    edited_fleet = fleet(
        ("  intendedUse: Refunds up to 100.", "  intendedUse: Refunds up to 100.\n  humanOversight: A person can.")
    )
    assert edited_fleet.inventory.by_name["refunds"].record_fields == (row_parts.RecordCounts("eu-ai-act", 5, 2),)
    used = fleet(("summary: What we would like to have.", "summary: What we would like to have.\nuseCase: refunding"))
    assert used.inventory.by_name["wished"].record_fields == (row_parts.RecordCounts("eu-ai-act", 2, 2),), (
        "records begin before a model runs"
    )


def approval(digests: tuple[str, str], **more: str) -> str:
    fields = {
        "environment": "prod",
        "role": "risk",
        "team": "pricing",
        "decision": "approved",
        "date": '"2026-07-01"',
    } | more
    lines = [f"{key}: {value}" for key, value in fields.items()]
    return f"approvals:\n  - {{{', '.join(lines)}, runtimeDigest: '{digests[0]}', governanceDigest: '{digests[1]}'}}\n"


def test_an_approval_holds_for_the_content_that_it_names_and_no_other(refunds, fleet) -> None:
    place = refunds.environments[1]
    digests = (place.runtime_digest, place.governance_digest)
    approval_text = approval(digests, expires='"2026-12-15"', ticket="SHOP-2")
    run = fleet(("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{approval_text}"))
    expected = row_parts.Approval(
        "prod",
        "risk",
        "pricing",
        "approved",
        date(2026, 7, 1),
        date(2026, 12, 15),
        "SHOP-2",
        valid=True,
        invalid_reason=None,
    )
    assert run.inventory.by_name["refunds"].approvals == (expected,)
    for old, new in (("s3://a/1", "s3://b/1"), ("Refunds up to 100.", "Refunds up to 200.")):
        edited = fleet(("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{approval_text}"), (old, new))
        assert [one.valid for one in edited.inventory.by_name["refunds"].approvals] == [False]


@pytest.mark.parametrize(
    ("more", "because"),
    [
        ({"role": "board"}, "the team does not have the role"),
        ({"team": "checkers"}, "the team does not have the role"),
        ({"expires": '"2026-06-30"'}, "it expires before its date"),
    ],
)
def test_an_invalid_approval_is_void_with_its_reason(more, because, refunds, fleet) -> None:
    place = refunds.environments[1]
    approval_text = approval((place.runtime_digest, place.governance_digest), **more)
    row = fleet(("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{approval_text}")).inventory.by_name[
        "refunds"
    ]
    assert [(one.valid, one.invalid_reason) for one in row.approvals] == [(False, because)]
    shown = " ".join(model_details.render_text(row, date(2026, 8, 1), colour=False).split())
    assert f"; invalid: {because}" in shown


def test_an_approval_of_another_content_names_the_digest_that_differs(refunds, fleet) -> None:
    place = refunds.environments[1]
    approval_entry = approval((place.runtime_digest, place.governance_digest))
    for old, new, digest in (
        ("s3://a/1", "s3://b/1", "runtime"),
        ("Refunds up to 100.", "Refunds up to 200.", "governance"),
    ):
        edited = fleet(("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{approval_entry}"), (old, new))
        [one] = edited.inventory.by_name["refunds"].approvals
        assert f"({digest} digest differs)" in str(one.invalid_reason).replace("the ", "")


def test_a_waiver_and_an_approval_are_part_of_no_digest(refunds, fleet) -> None:
    place = refunds.environments[1]
    approval_text = approval((place.runtime_digest, place.governance_digest))
    run = fleet(
        ("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{approval_text}"),
        ('expires: "2026-12-31"', 'expires: "2027-12-31"'),
    )
    assert run.inventory.by_name["refunds"].environments == refunds.environments


def test_an_invalid_document_is_listed_as_excluded_without_a_row(fleet) -> None:
    run = fleet(("release: 1.0.0", "release: 9.0.0"))
    assert "refunds" not in run.inventory.by_name
    assert run.inventory.excluded_documents == (ExcludedDocument("Model", "refunds"),)
    unread = fleet(models__bad="apiVersion: modelyard/v1\nkind: Model\nname: lost\nsummary: [")
    assert ExcludedDocument("", "lost") in unread.inventory.excluded_documents
    layered = fleet(models___defaults="apiVersion: modelyard/v1\nkind: Defaults\nonwer: x\n")
    assert {one.name for one in layered.inventory.excluded_documents if one.kind == "Model"} == {
        "old",
        "refunds",
        "rough",
        "scores",
        "wished",
    }


def test_a_row_is_the_same_on_every_day(fleet) -> None:
    run = fleet()
    other = Session(run.tree, date(2031, 1, 1))
    assert other.inventory.models == run.inventory.models

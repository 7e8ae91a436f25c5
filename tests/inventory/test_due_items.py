"""Each expiry is reported once, by date, at its line, with a key that stays until it is renewed."""

from datetime import date, timedelta

import pytest

from compiler.foundation.json_data import value_at
from compiler.inventory.due_items import due_items, window_end

TODAY = date(2026, 11, 20)
LAST = date(2027, 12, 31)


def items(run, as_of: date = TODAY, last: date = LAST, *, undated: bool = False):
    return due_items(run.fleet, run.inventory, as_of, last, include_undated=undated)


def line_of(run, one) -> str:
    return run.tree.read(one.path).decode().splitlines()[one.line - 1]


def summaries(found):
    return [(str(one.due), one.state, one.subject) for one in found]


def test_everything_that_lapses_is_reported_by_day(shop) -> None:
    assert summaries(items(shop)) == [
        ("2026-11-15", "overdue", "Evidence for EU-AI-Act:Art.9 of refunds"),
        ("2026-11-28", "due", "Review of refunds"),
        ("2026-12-31", "due", "Waiver not-yet-priced"),
        ("2027-01-31", "due", "Contract C-7 of scores"),
        ("2027-02-28", "due", "Retirement of scores"),
        ("2027-05-01", "due", "Validation of refunds"),
    ]


@pytest.mark.parametrize(("span", "count"), [(0, 1), (7, 1), (8, 2), (41, 3), (10_000, 6)])
def test_only_what_lapses_within_the_span_is_reported_and_all_that_did(span, count, shop) -> None:
    assert len(items(shop, last=window_end(TODAY, timedelta(days=span)))) == count


def test_a_span_ends_with_the_days_that_there_are() -> None:
    assert window_end(TODAY, timedelta(days=9_999_999)) == date.max


@pytest.mark.parametrize(("day", "state", "days"), [(28, "due", 0), (29, "overdue", -1), (27, "due", 1)])
def test_the_last_day_still_counts(day, state, days, shop) -> None:
    (review,) = [one for one in items(shop, date(2026, 11, day)) if one.kind == "review"]
    assert (review.state, review.days) == (state, days)


def test_each_stands_at_the_line_that_says_it(shop) -> None:
    expected_fields = {
        "evidence": "2026-11-15", "review": "2026-06-01", "waiver": "2026-12-31", "contract": "2027-01-31", "retirement": "2027-02-28",
        "validation": "2027-05-01",
    }  # fmt: skip
    for item in items(shop):
        line = shop.tree.read(item.path).decode().splitlines()[item.line - 1]
        assert line[item.column - 1 :].startswith(f'"{expected_fields[item.kind]}"'), item
        kind, name = item.object.split("/")[1:]
        data = shop.portfolio.by_kind(kind)[name].data
        assert (
            value_at(data, tuple(int(part) if part.isdigit() else part for part in item.pointer[1:].split("/")))
            == expected_fields[item.kind]
        )


def test_each_names_its_models_and_their_owners(shop) -> None:
    by_kind = {one.kind: (one.models, one.owners, one.object) for one in items(shop)}
    assert by_kind["contract"] == (("scores",), ("checkers",), "shop/Model/scores")
    assert by_kind["waiver"] == (("refunds",), ("pricing",), "shop/Waiver/not-yet-priced")


def test_a_layer_that_says_the_day_is_where_to_edit_it(fleet) -> None:
    run = fleet(
        ('review: {interval: 180d, last: "2026-06-01"}', "review: {interval: 180d}"),
        models___defaults='apiVersion: modelyard/v1\nkind: Defaults\ngovernance: {review: {interval: 90d, last: "2026-11-01"}}\n',
    )
    (review,) = [one for one in items(run) if one.kind == "review" and one.models == ("refunds",)]
    assert (review.path, review.line, str(review.due)) == ("models/_defaults.yaml", 3, "2027-04-30")


def test_a_review_without_a_last_one_has_no_day_and_is_reported_on_request(shop) -> None:
    assert not any(one.state == "undated" for one in items(shop))
    *_, last = items(shop, undated=True)
    assert (last.subject, last.due, last.days, last.models) == ("Review of scores", None, None, ("scores",))
    assert line_of(shop, last) == "governance: {review: {interval: 365d}, risk: {tier: medium}}"


def test_of_a_retired_model_nothing_is_due(fleet) -> None:
    assert not any("old" in one.models for one in items(fleet(), undated=True))
    alive = fleet(("lifecycle: retired", "lifecycle: proposed"))
    assert {one.kind for one in items(alive) if one.models == ("old",)} == {"review", "retirement"}


def test_a_key_is_the_same_until_the_thing_is_renewed(shop, fleet) -> None:
    items_by_key = {item.key: item for item in items(shop)}
    assert len(items_by_key) == len(items(shop)), "no two things share one"
    moved_fleet = fleet(
        (
            "apiVersion: modelyard/v1\nkind: Model\nname: refunds",
            "# moved\n\napiVersion: modelyard/v1\nkind: Model\nname: refunds",
        )
    )
    assert [item.key for item in items(moved_fleet)] == list(items_by_key), "lines do not count"
    assert [item.line for item in items(moved_fleet)] != [item.line for item in items_by_key.values()]
    assert {item.key for item in items(shop, date(2028, 1, 1))} == set(items_by_key), "nor does the day"
    handed_over = fleet(("name: refunds\ntype: ml\nowner: pricing", "name: refunds\ntype: ml\nowner: checkers"))
    assert {item.key for item in items(handed_over)} == set(items_by_key), "nor who has to do it"
    renewed = fleet(('last: "2026-06-01"', 'last: "2026-11-19"'))
    (old,) = items_by_key.keys() - {item.key for item in items(renewed)}
    (new,) = {item.key for item in items(renewed)} - items_by_key.keys()
    assert items_by_key[old].kind == "review" == next(item.kind for item in items(renewed) if item.key == new)


def test_a_title_does_not_change_from_day_to_day(shop) -> None:
    assert {one.title for one in items(shop)} == {one.title for one in items(shop, date(2028, 1, 1))}
    assert items(shop)[1].title == "Review of refunds: 2026-11-28"


APPROVAL = (
    "  - {{environment: {env}, role: {role}, team: pricing, decision: {decision}, date: '{date}', {more}"
    "runtimeDigest: '{run}', governanceDigest: '{gov}'}}\n"
)


def fleet_with_approvals(fleet, *approvals: dict[str, str]):
    rows = fleet().inventory.by_name["refunds"].environments
    digests = {place.environment: (place.runtime_digest, place.governance_digest) for place in rows}
    lines = []
    for one in approvals:
        fields = {"env": "prod", "role": "risk", "decision": "approved", "date": "2026-07-01", "more": ""} | one
        fields["run"], fields["gov"] = (
            digests[fields["env"]] if "run" not in one else (one["run"], digests[fields["env"]][1])
        )
        lines.append(APPROVAL.format(**fields))
    return fleet(("previousNames: [moneyback]\n", "previousNames: [moneyback]\napprovals:\n" + "".join(lines)))


def ends(day: str) -> dict[str, str]:
    return {"more": f"expires: '{day}', "}


def approvals_in(run):
    found = [one for one in items(run) if one.kind == "approval"]
    assert all(f"expires: '{one.due}'" in line_of(run, one) for one in found)
    return [(one.subject, str(one.due), one.environments, one.pointer) for one in found]


def test_an_approval_that_ends_is_reported_with_its_environment_and_role(fleet) -> None:
    run = fleet_with_approvals(fleet, {"env": "dev"} | ends("2026-12-03"), ends("2026-12-02"))
    assert approvals_in(run) == [
        ("Approval of refunds in prod as risk", "2026-12-02", ("prod",), "/approvals/1/expires"),
        ("Approval of refunds in dev as risk", "2026-12-03", ("dev",), "/approvals/0/expires"),
    ]


@pytest.mark.parametrize(
    "other_approval",
    [{}, ends("2028-01-01"), {"decision": "rejected"} | ends("2027-06-01")],
    ids=["without an end", "with a later end", "that was refused"],
)
def test_of_several_approvals_the_one_that_counts_longest_is_reported(other_approval, fleet) -> None:
    found = approvals_in(fleet_with_approvals(fleet, ends("2026-12-02"), other_approval))
    assert [day for _, day, *_ in found] == (["2026-12-02"] if "decision" in other_approval else [])


def test_an_approval_of_other_content_ends_nothing(fleet) -> None:
    assert approvals_in(fleet_with_approvals(fleet, {"run": "sha256:" + "f" * 64} | ends("2026-12-02"))) == []


def test_a_contract_that_several_releases_name_is_reported_once(fleet) -> None:
    releases = """releases:
  1.2.0: &one
    source:
      provider: Example Scores
      product: Score
      contract: {id: C-7, expires: "2027-01-31"}
      endpoint: {host: api.scores.example}
      fallback: {model: rough}
  1.3.0: *one
"""
    text = fleet().tree.read("models/scores.yaml").decode()
    begin, end = text.index("version: 1.2.0"), text.index("deploy:")
    everywhere = (
        "successor: rough}\nenvironments: {dev: {}, prod: {}}",
        "successor: rough}\nenvironments: {dev: {release: 1.2.0}, prod: {release: 1.3.0}}",
    )
    run = fleet((text[begin:end], releases), everywhere)
    assert [one.subject for one in items(run) if one.kind == "contract"] == ["Contract C-7 of scores"]

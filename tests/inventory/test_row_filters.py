"""Filters narrow: words of one kind are alternatives, different kinds must all hold."""

from datetime import date

import pytest

from compiler.inventory.columns import (
    COLUMNS,
    DEFAULT_COLUMNS,
    WIDE_COLUMNS,
    column_titles,
    row_cells,
    sort_rows,
    table_rows,
)
from compiler.inventory.row_filters import InventoryFilter, filter_rows


def names(shop, **words) -> list[str]:
    return [row.name for row in filter_rows(shop.inventory.models, InventoryFilter(**words))]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, ["old", "refunds", "rough", "scores", "wished"]),
        ({"owners": ("checkers",)}, ["old", "scores"]),
        ({"owners": ("checkers", "pricing")}, ["old", "refunds", "rough", "scores", "wished"]),
        ({"tiers": ("high", "critical")}, ["refunds", "wished"]),
        ({"types": ("vendor", "rules")}, ["old", "scores"]),
        ({"lifecycles": ("proposed",)}, ["wished"]),
        ({"regimes": ("eu-ai-act",)}, ["refunds"]),
        ({"regimes": ("eu-ai-act=high-risk",)}, ["refunds"]),
        ({"regimes": ("eu-ai-act=minimal-risk",)}, []),
        ({"environments": ("prod",)}, ["refunds", "rough", "scores"]),
        ({"due_before": date(2026, 11, 15)}, []),
        ({"due_before": date(2026, 11, 16)}, ["refunds"]),
        ({"due_before": date(2027, 2, 1)}, ["refunds", "scores"]),
        ({"missing": True}, ["refunds"]),
        ({"missing": True, "regimes": ("house",)}, []),
        ({"owners": ("checkers",), "lifecycles": ("deprecated",)}, ["scores"]),
        ({"owners": ("checkers",), "tiers": ("high",)}, []),
    ],
    ids=str,
)
def test_filters_narrow(words, expected, shop) -> None:
    assert names(shop, **words) == expected


def test_past_dates_of_a_retired_model_are_not_due(shop) -> None:
    assert "old" not in names(shop, due_before=date(2027, 2, 1)), "its retirement lies in the past, and that is well"


def test_where_environments_are_named_rows_show_those_alone(shop) -> None:
    rows = {row.name: row for row in filter_rows(shop.inventory.models, InventoryFilter(environments=("dev",)))}
    assert [one.environment for one in rows["refunds"].environments] == ["dev"]
    assert row_cells(rows["refunds"], ["environment", "release"]) == ["dev", "2.0.0"]


def test_cells_are_text_and_empty_for_fields_that_are_not_set(shop) -> None:
    refunds = shop.inventory.by_name["refunds"]
    values = dict(zip(COLUMNS, row_cells(refunds, COLUMNS), strict=True))
    assert (values["release"], values["environments"]) == (
        "1.0.0 + 2.0.0 (10%) (stopped)",
        "dev 2.0.0; prod 1.0.0 + 2.0.0 (10%) (stopped)",
    )
    assert (values["classification"], values["sla"]) == ("eu-ai-act: high-risk; house: b", "99.5%, p99 250ms")
    assert (values["datasets"], values["sensitive"]) == ("clicks (internal); orders (restricted); prices (?)", "yes")
    assert (values["waivers"], values["patches"]) == ("not-yet-priced (until 2026-12-31)", "Note: No field for it.")
    assert (values["unmeasured"], values["missing-fields"]) == (
        "latency: the server has no histogram",
        "eu-ai-act: 3 of 5",
    )
    assert (values["review"], values["last-review"]) == ("2026-11-28", "2026-06-01")
    assert (values["last-validation"], values["validation"]) == ("2026-05-01 conditional", "2027-05-01")
    scores = dict(zip(COLUMNS, row_cells(shop.inventory.by_name["scores"], COLUMNS), strict=True))
    assert (scores["vendor"], scores["contract"], scores["dependencies"]) == (
        "Example Scores, Score",
        "C-7 (2027-01-31)",
        "rough (by callers)",
    )
    assert (scores["dependents"], scores["retirement"], scores["review"]) == ("refunds", "2027-02-28", "")
    wished = dict(zip(COLUMNS, row_cells(shop.inventory.by_name["wished"], COLUMNS), strict=True))
    filled_columns = {"model", "type", "owner", "lifecycle", "tier", "summary", "path", "id"}
    assert {name for name, cell in wished.items() if cell} == filled_columns


def test_every_column_says_something_of_some_model(shop, fleet) -> None:
    approvals = fleet().inventory.by_name["refunds"].environments[1]
    text = (
        "approvals: [{environment: prod, role: risk, team: pricing, decision: approved, date: '2026-07-01', "
        f"runtimeDigest: '{approvals.runtime_digest}', governanceDigest: '{approvals.governance_digest}'}}]\n"
    )
    rows = fleet(("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{text}")).inventory.models
    assert [name for name, column in COLUMNS.items() if not any(map(column.cell, rows))] == []


def test_what_is_shown_by_default_is_known() -> None:
    assert {*DEFAULT_COLUMNS, *WIDE_COLUMNS} <= COLUMNS.keys()
    assert column_titles(["review", "model"]) == ["next review", "model"]


@pytest.mark.parametrize(
    ("sort_column", "expected"),
    [
        (["model"], ["old", "refunds", "rough", "scores", "wished"]),
        (["-model"], ["wished", "scores", "rough", "refunds", "old"]),
        (["tier"], ["scores", "refunds", "wished", "old", "rough"]),
        (["-tier"], ["wished", "refunds", "scores", "old", "rough"]),
        (["lifecycle"], ["wished", "refunds", "rough", "scores", "old"]),
        (["owner", "-model"], ["scores", "old", "wished", "rough", "refunds"]),
    ],
    ids=str,
)
def test_rows_are_sorted_by_the_meaning_of_columns_with_empty_cells_last(sort_column, expected, shop) -> None:
    assert [row.name for row in sort_rows(shop.inventory.models, sort_column)] == expected


def test_a_table_is_names_of_columns_and_a_line_a_row(shop) -> None:
    assert table_rows(shop.inventory.models[:1], ["model", "type"]) == [["model", "type"], ["old", "rules"]]

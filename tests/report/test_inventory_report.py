"""Rows for a terminal: what stands out, what is cut, and what is never cut."""

from dataclasses import replace
from datetime import date

import pytest

from compiler.inventory.columns import DEFAULT_COLUMNS
from compiler.inventory.due_items import due_items
from compiler.pipeline.session import Session
from compiler.report import due_report, inventory_report, model_details
from compiler.report.text_table import render_table
from compiler.source.memory_tree import MemoryTree

HEAD = "apiVersion: modelyard/v1\n"
FILES = {
    "modelyard.yaml": f"{HEAD}kind: Project\nname: shop\nenvironments: [dev]\n",
    "models/base.yaml": f"""{HEAD}kind: Environment
name: dev
stage: dev
namespace: dev
---
{HEAD}kind: Team
name: risk
---
{HEAD}kind: Model
name: refunds
type: ml
owner: risk
summary: Says who gets money back.
lifecycle: proposed
governance: {{risk: {{tier: high}}, review: {{interval: 30d, last: "2026-10-01"}}}}
""",
}


@pytest.fixture(scope="module")
def run() -> Session:
    return Session(MemoryTree({path: text.encode() for path, text in FILES.items()}))


@pytest.mark.parametrize(("day", "stands_out"), [(date(2026, 10, 31), False), (date(2026, 11, 1), True)])
def test_a_review_whose_day_is_over_stands_out(day, stands_out, run) -> None:
    table = inventory_report.render_text(run.inventory.models, DEFAULT_COLUMNS, day, None, colour=True)
    assert ("\x1b[1;31m2026-10-31" in table) is stands_out
    assert "\x1b[1;33mhigh" in table
    assert ("overdue: review" in model_details.render_text(run.inventory.models[0], day, colour=True)) is stands_out
    assert "\x1b" not in inventory_report.render_text(run.inventory.models, DEFAULT_COLUMNS, day, None, colour=False)


def test_what_has_lapsed_stands_out_among_what_is_due(run) -> None:
    def report_text(day: date) -> str:
        items = due_items(run.fleet, run.inventory, day, date(2027, 1, 1), include_undated=False)
        return due_report.render_text(due_report.DueReport(run.inventory, items, day, date(2027, 1, 1), colour=True))

    assert "\x1b[1;31m2026-10-31  1 day ago" in report_text(date(2026, 11, 1))
    assert "\x1b[1m2026-10-31  today" in report_text(date(2026, 10, 31))
    assert "\x1b[1m2026-10-31  in 1 day" in report_text(date(2026, 10, 30))


def test_a_table_is_as_wide_as_it_may_be() -> None:
    head, rows = ("name", "what", "day"), [("a" * 20, "b" * 90, "2026-10-31")]
    wide = render_table(head, rows, None, lambda _row, _column, text: text)
    assert wide == f"{'name':20}  {'what':90}  day\n{'a' * 20}  {'b' * 90}  2026-10-31\n"
    narrow = render_table(head, rows, 60, lambda _row, _column, text: text).splitlines()
    assert narrow[1] == f"{'a' * 20}  {'b' * 25}…  2026-10-31"
    assert max(map(len, narrow)) == 60


def test_the_name_is_cut_last_and_days_never_are() -> None:
    (_, line) = render_table(
        ("name", "what", "day"), [("a" * 63, "b" * 90, "2026-10-31")], 60, lambda _row, _column, text: text
    ).splitlines()
    assert line == f"{'a' * 34}…  {'b' * 10}…  2026-10-31"
    (_, line) = render_table(
        ("name", "what", "day"), [("a" * 63, "b" * 90, "2026-10-31")], 30, lambda _row, _column, text: text
    ).splitlines()
    assert line == f"{'a' * 23}…  {'b' * 10}…  2026-10-31", "narrower than can be read it does not become"


def test_a_letter_that_takes_two_cells_counts_two() -> None:
    (_, line) = render_table(("name", "what"), [("a", "日本語" * 5)], 20, lambda _row, _column, text: text).splitlines()
    assert line == "a     日本語日本語…"


def test_nothing_in_a_row_steers_a_terminal(run) -> None:
    row = replace(run.inventory.models[0], summary="\x1b[2J\x00", owner="a\nb", labels={"x": "\x9b"})
    for report_text in (
        model_details.render_text(row, date.min, colour=False),
        inventory_report.render_text([row], ("owner", "summary"), date.min, None, colour=False),
    ):
        assert not {"\x1b", "\x00", "\x9b"} & set(report_text)
        assert "a\nb" not in report_text

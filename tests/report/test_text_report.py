"""Text for a terminal: lines of its width, broken between words; notices without a remedy are counted."""

import re
from dataclasses import replace

import pytest

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.report import text_report
from compiler.report.line_wrap import wrap_line
from compiler.report.report_formats import Report

SHIPPED = Location("modelyard:templates/targets/kserve/emitter.yaml", 3, 1, 3, 5)
NOTICES = tuple(Finding(codes.NO_OUTPUT_SCHEMA, f"kind {number} was not checked", SHIPPED) for number in (1, 2, 3))
ERROR = Finding(
    codes.MISSING_KEY,
    "deploy.resources: `memory` is missing, which every replica of a model requests from its node",
    Location("models/churn.yaml", 2, 3, 2, 9),
    help="add `memory: 512Mi` (the memory of one replica); to see what other models request, run `modelyard inventory`",
)
TEXT = "deploy:\n  target: kserve   # a comment that is so long that no narrow terminal shows all of it on one line\n"


def report_of(*findings: Finding, **settings: object) -> Report:
    return replace(Report(findings, lambda _path: TEXT), **settings)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(width) -> None:
    wide, narrow = (text_report.render(report_of(ERROR, width=columns)) for columns in (None, width))
    assert max(map(len, narrow.splitlines())) <= width < max(map(len, wide.splitlines()))
    words = set(re.findall(r"\S+", f"{ERROR.message} {ERROR.help}"))
    assert words <= set(re.findall(r"\S+", narrow))


@pytest.mark.parametrize("width", [70, None])
def test_colours_change_no_line(width) -> None:
    plain, coloured = (text_report.render(report_of(ERROR, width=width, colour=colour)) for colour in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_file_gets_lines_of_any_length() -> None:
    assert wrap_line("help: ", "word " * 50, None) == [f"help: {'word ' * 50}"]
    assert wrap_line("help: ", "word " * 50, 10) == [f"help: {'word ' * 50}"], "a terminal of ten columns shows nothing"


def test_notices_about_shipped_files_are_counted_unless_verbose() -> None:
    text = text_report.render(report_of(*NOTICES, ERROR))
    assert "info[MY503 no-output-schema]: 3 notices; `modelyard build --verbose` shows each" in text
    assert "was not checked" not in text
    assert "error[MY102" in text
    verbose = text_report.render(report_of(*NOTICES, ERROR, verbose=True))
    assert all(notice.message in verbose for notice in NOTICES)
    assert NOTICES[0].message in text_report.render(report_of(NOTICES[0])), "one is as short as its number"


def test_a_notice_about_a_file_of_the_project_is_shown() -> None:
    own = tuple(replace(notice, location=Location("templates/x/emitter.yaml", 1, 1, 1, 2)) for notice in NOTICES)
    assert all(notice.message in text_report.render(report_of(*own)) for notice in own)


def test_no_line_of_a_file_in_another_encoding_is_shown() -> None:
    report = Report((replace(ERROR, location=Location("models/churn.yaml", 1, 1, 1, 2)),), lambda _path: "a\0b\0c\0\n")
    text = text_report.render(report)
    assert "models/churn.yaml:1:1" in text
    assert "|" not in text


POLICY_CODE = replace(
    codes.MISSING_KEY, id="limits/has-owner", name="has-owner", why="Someone must answer.", controls=("SR-26-2:roles",),
    docs="https://bank.example/limits", owner="model-risk", waiver="approved by model-risk, for at most 30 days",
)  # fmt: skip


def test_the_first_finding_of_a_policy_says_what_the_policy_is_for_and_who_may_waive_it() -> None:
    text = text_report.render(report_of(*(replace(ERROR, code=POLICY_CODE, message=name) for name in ("one", "two"))))
    first, second, *_ = text.split("\n\n")
    expected = (
        "reason: Someone must answer.",
        "owner: model-risk",
        "controls: SR-26-2:roles",
        "docs: https://bank.example/limits",
        "waiver: approved by model-risk, for at most 30 days; `modelyard explain limits/has-owner` prints one to complete",
    )
    assert all(f"  = {line}\n" in f"{first}\n" for line in expected)
    assert not any(line in second for line in expected)


def test_a_policy_that_nobody_may_waive_offers_no_waiver() -> None:
    text = text_report.render(report_of(replace(ERROR, code=replace(POLICY_CODE, waiver="not allowed"))))
    assert "  = waiver: not allowed\n" in text

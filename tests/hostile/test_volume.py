"""The work of a check and of its reports grows in proportion to the mistakes: calls of functions are counted, not seconds."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.report import REPORTERS, Report
from compiler.source.memory_tree import MemoryTree

PROJECT = b"apiVersion: modelyard/v1\nkind: Project\nname: bank\n"
HEAD = "apiVersion: modelyard/v1\nkind: Model\nname: {}\ntype: ml\nowner: team\nsummary: Scores.\n"
Portfolio = Callable[[int], dict[str, str]]


def in_one_model(line: str, parent: str = "") -> Portfolio:
    return lambda count: {
        "models/scores.yaml": HEAD.format("scores") + parent + "".join(line.format(number) for number in range(count))
    }


PORTFOLIOS: dict[str, Portfolio] = {
    "unknown keys": in_one_model("key{}: 1\n"),
    "unknown keys of a part": in_one_model("    key{}: 1\n", "deploy:\n  resources:\n"),
    "parts with an unknown key": in_one_model(
        "  env{0}: {{deploy: {{resources: {{key{0}: 1}}}}}}\n", "environments:\n"
    ),
    "missing keys": in_one_model("  - {{reason: for {}}}\n", "uses:\n"),
    "duplicate keys": in_one_model("key{0}: 1\nkey{0}: 2\n"),
    "models with a mistake": lambda count: {
        f"models/scores{number}.yaml": HEAD.format(f"scores{number}") + "key: 1\n" for number in range(count)
    },
}


def findings_and_reports(files: dict[str, str]) -> int:
    session = Session(MemoryTree({"modelyard.yaml": PROJECT, **{path: text.encode() for path, text in files.items()}}))
    findings = tuple(check(session))
    report = Report(findings, session.read_text, session.summary)
    assert all(render(report) for render in REPORTERS.values())
    return len(findings)


def count_calls(files: dict[str, str]) -> int:
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        findings_and_reports(files)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("portfolio", PORTFOLIOS.values(), ids=PORTFOLIOS)
def test_twice_the_mistakes_take_twice_the_calls(portfolio) -> None:
    findings_and_reports(portfolio(1))  # what is computed once per process
    base, single, double = (count_calls(portfolio(count)) for count in (2, 14, 26))
    assert double - single < 1.2 * (single - base)


def test_a_file_with_too_many_mistakes_has_a_limited_number_of_findings() -> None:
    files = PORTFOLIOS["unknown keys"](1100)
    assert findings_and_reports(files) < 1010

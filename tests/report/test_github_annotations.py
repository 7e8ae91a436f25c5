"""Workflow commands, read back as the runner of GitHub Actions reads them."""

import pytest

from compiler.diagnostics.finding import Location


def unescape(text: str, *, is_property: bool) -> str:
    marks = {"%0D": "\r", "%0A": "\n"} | ({"%3A": ":", "%2C": ","} if is_property else {}) | {"%25": "%"}
    for mark, character in marks.items():
        text = text.replace(mark, character)
    return text


@pytest.fixture
def commands(render_report):
    def make(*findings, **options):
        result = []
        for line in render_report("github", *findings, **options).split("\n"):
            if line.startswith("::"):
                head, _, data = line[2:].partition("::")
                kind, _, rest = head.partition(" ")
                pairs = (pair.split("=", 1) for pair in rest.split(","))
                properties = {name: unescape(value, is_property=True) for name, value in pairs}
                result.append((kind, properties, unescape(data, is_property=False)))
        return result

    return make


def test_an_annotation_says_where_and_what(commands, finding) -> None:
    [(kind, properties, data)] = commands(finding())
    assert (kind, data) == ("error", "there is no Team `riks`")
    assert properties == {
        "file": "models/scorer.yaml", "line": "4", "endLine": "4", "col": "8", "endColumn": "12", "title": "MY999 made-up",
    }  # fmt: skip


def test_severities_are_githubs(commands, finding) -> None:
    found = [finding(severity=one) for one in ("critical", "high", "medium", "low", "info")]
    assert [kind for kind, _, _ in commands(*found)] == ["error", "error", "warning", "notice", "notice"]


def test_nothing_in_a_text_ends_a_command_or_begins_another(commands, finding) -> None:
    nasty = "100%\r\n::error::x,y:z%0A"
    [(_, properties, data)] = commands(finding(nasty, location=Location(f"a,b:{nasty}", 1, 1, 1, 2)))
    assert data == nasty
    assert properties["file"] == f"a,b:{nasty}"


def test_columns_stand_only_where_a_finding_lies_in_one_line(commands, finding) -> None:
    [(_, properties, _)] = commands(finding(location=Location("a.yaml", 1, 5, 3, 2)))
    assert properties.keys() == {"file", "line", "endLine", "title"}


def test_no_more_than_github_shows_and_the_rest_is_counted(commands, finding) -> None:
    found = [finding(f"{n}", severity=one) for one in ("info", "low", "medium", "high", "critical") for n in range(12)]
    workflow_commands = commands(*found)
    kinds = [kind for kind, _, _ in workflow_commands]
    assert {kind: kinds.count(kind) for kind in kinds} == {"error": 10, "warning": 10, "notice": 10}
    assert all(properties["title"].startswith("MY900") for kind, properties, _ in workflow_commands if kind == "error")
    assert workflow_commands[-1][1] == {"title": "Modelyard"}
    assert "60 errors" in workflow_commands[-1][2]
    assert "31 of these have no annotation" in workflow_commands[-1][2]


def test_ten_of_a_kind_need_no_counting(commands, finding, render_report) -> None:
    found = [finding(f"{n}") for n in range(10)]
    assert len(commands(*found)) == 10
    assert render_report("github", *found).splitlines()[-1] == "10 errors in 1 model, 1 environment"


def test_what_is_answered_for_is_not_annotated(commands, waived_finding, baseline_finding) -> None:
    assert commands(waived_finding, baseline_finding) == []


def test_a_finding_without_a_file_names_none(commands, finding) -> None:
    assert commands(finding(location=None))[0][1].keys() == {"title"}


def test_no_character_controls_the_terminal_that_shows_the_log(render_report, finding) -> None:
    assert "unknown key `\\u001b[2J`" in render_report("github", finding("unknown key `\x1b[2J`"))

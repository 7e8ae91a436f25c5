"""GitLab Code Quality: the table of its documentation as a schema, and fingerprints that no finding shares."""

import jsonschema
import pytest

from compiler.diagnostics.finding import Location

SCHEMA = {  # docs.gitlab.com, "Code Quality", "Code Quality report format"
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./|/)."},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}


@pytest.fixture
def issues(read):
    def make(*findings, **report_fields):
        made = read("gitlab", *findings, **report_fields)
        jsonschema.Draft202012Validator(SCHEMA).validate(made)
        return made

    return make


def test_nothing_found_is_an_empty_list(issues) -> None:
    assert issues() == []


def test_severities_are_gitlabs(issues, finding) -> None:
    made = issues(*(finding(severity=one) for one in ("critical", "high", "medium", "low", "info")))
    assert [one["severity"] for one in made] == ["blocker", "critical", "major", "minor", "info"]


def test_findings_that_share_a_fingerprint_are_all_shown(issues, finding) -> None:
    found = [finding(f"{n}", location=Location("models/scorer.yaml", n, 1, n, 2)) for n in (1, 2, 3)]
    assert len({one.fingerprint for one in found}) == 1
    assert len({one["fingerprint"] for one in issues(*found)}) == 3


def test_a_fingerprint_survives_moved_lines_and_other_words(issues, finding) -> None:
    moved = finding("other words", location=Location("models/scorer.yaml", 40, 1, 40, 2))
    assert issues(finding())[0]["fingerprint"] == issues(moved)[0]["fingerprint"] == finding().fingerprint


def test_what_is_answered_for_is_no_issue(issues, waived_finding, baseline_finding) -> None:
    assert issues(waived_finding, baseline_finding) == []


def test_a_path_is_relative_without_a_dot(issues, finding) -> None:
    made = issues(finding(location=Location("./models/a.yaml", 1, 1, 1, 2)), finding(location=None))
    assert [one["location"]["path"] for one in made] == ["models/a.yaml", "modelyard.yaml"]

"""The diagnostic format of reviewdog: its schema, bytes for columns, and suggestions that one click applies."""

import json
from dataclasses import replace

import jsonschema
import pytest

from compiler.diagnostics.finding import Fix, Location, Note

SOME_LOCATION = Location("models/scorer.yaml", 2, 4, 2, 8)
WIDE = {"models/scorer.yaml": "a: 1\nb: '𐐀é' # x\r\n"}
RANGE = {"start": {"line": 2, "column": 4}, "end": {"line": 2, "column": 12}}


def test_a_result_satisfies_the_official_schema(external_schemas, read, finding, safe_fix, policy) -> None:
    file = external_schemas / "reviewdog" / "DiagnosticResult.json"
    if not file.is_file():
        pytest.skip(
            "the schemas hold no reviewdog/DiagnosticResult.json: take it from reviewdog's proto/rdf/jsonschema"
        )
    schema = json.loads(file.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    note = Note("the Team is here", Location("models/teams.yaml", 2, 7, 2, 11))
    for findings in ([], [finding(fix=safe_fix, notes=(note,)), finding(code=policy), finding(location=None)]):
        validator.validate(read("rdjson", *findings))


def test_a_result_holds_only_what_the_format_describes(read, finding, safe_fix, policy) -> None:
    note = Note("the Team is here", Location("models/teams.yaml", 2, 7, 2, 11))
    made = read("rdjson", finding(fix=safe_fix, notes=(note,), code=policy))
    (one,) = made["diagnostics"]
    assert made.keys() == {"source", "diagnostics"}
    assert one.keys() == {"message", "location", "severity", "code", "suggestions", "related_locations"}
    assert one["code"] == {"value": "baseline/owner-has-contacts", "url": "https://example.org/policies/owner"}
    assert one["related_locations"][0]["location"]["path"] == "models/teams.yaml"


def test_nothing_found_is_a_result_without_diagnostics(read) -> None:
    assert read("rdjson") == {"source": {"name": "modelyard"}, "diagnostics": []}


def test_severities_are_reviewdogs(read, finding) -> None:
    made = read("rdjson", *(finding(severity=one) for one in ("critical", "high", "medium", "low", "info")))
    assert [one["severity"] for one in made["diagnostics"]] == ["ERROR", "ERROR", "WARNING", "INFO", "INFO"]


def test_columns_count_bytes_of_utf8_and_the_end_is_exclusive(read, finding) -> None:
    (one,) = read("rdjson", finding(location=SOME_LOCATION, fix=Fix(SOME_LOCATION, "c")), texts=WIDE)["diagnostics"]
    assert one["location"]["range"] == RANGE
    assert one["suggestions"] == [{"range": RANGE, "text": "c"}]


def test_without_the_text_there_are_lines_alone(read, finding, safe_fix) -> None:
    (one,) = read("rdjson", finding(fix=safe_fix), texts={})["diagnostics"]
    assert one["location"]["range"] == {"start": {"line": 4}, "end": {"line": 4}}
    assert "suggestions" not in one


def test_what_one_click_applies_is_safe_and_edits_the_file_of_the_finding(read, finding, safe_fix) -> None:
    unsafe = replace(safe_fix, safe=False)
    elsewhere = replace(safe_fix, location=Location("models/teams.yaml", 4, 8, 4, 12))
    texts = {"models/scorer.yaml": "a\n" * 5, "models/teams.yaml": "a\n" * 5}
    made = read("rdjson", finding(fix=unsafe), finding(fix=elsewhere), texts=texts)["diagnostics"]
    assert not any("suggestions" in one for one in made)
    assert made[0]["message"].endswith("Write risk")


def test_what_is_answered_for_is_no_comment(read, waived_finding, baseline_finding) -> None:
    assert read("rdjson", waived_finding, baseline_finding)["diagnostics"] == []

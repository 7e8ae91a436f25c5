"""SARIF as GitHub code scanning takes it: the official schema, GitHub's stricter rules, and the traps that others fell into."""

import json
from dataclasses import replace

import jsonschema
import pytest

from compiler.diagnostics.finding import Fix, Location, Note, Subject
from compiler.report.line_fingerprints import line_hashes
from compiler.report.sarif_report import MAX_RESULTS

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 1024}},
}
GITHUB = {  # docs.github.com, "SARIF support for code scanning"
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {"minItems": 1, "maxItems": 20, "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "run": {
            "required": ["tool", "results"],
            "properties": {
                "tool": {
                    "properties": {
                        "driver": {
                            "required": ["name", "rules"],
                            "properties": {"rules": {"items": {"$ref": "#/$defs/rule"}}},
                        }
                    }
                },
                "results": {"maxItems": 25_000, "items": {"$ref": "#/$defs/result"}},
            },
        },
        "rule": {
            "required": ["id", "shortDescription", "fullDescription", "help"],
            "properties": {
                "name": {"maxLength": 255},
                "shortDescription": TEXT,
                "fullDescription": TEXT,
                "help": TEXT,
                "properties": {"properties": {"tags": {"maxItems": 20, "items": {"type": "string"}}}},
            },
        },
        "result": {
            "required": ["ruleId", "message", "locations"],
            "not": {"required": ["suppressions"]},
            "properties": {
                "level": {"enum": ["none", "note", "warning", "error"]},
                "locations": {"minItems": 1, "items": {"$ref": "#/$defs/location"}},
                "partialFingerprints": {"propertyNames": {"const": "primaryLocationLineHash"}},
            },
        },
        "location": {
            "required": ["physicalLocation"],
            "properties": {
                "physicalLocation": {
                    "required": ["artifactLocation", "region"],
                    "properties": {
                        "artifactLocation": {
                            "properties": {"uri": {"pattern": "^[A-Za-z0-9_.~%-][A-Za-z0-9_.~%/-]*$"}}
                        },
                        "region": {"required": ["startLine", "startColumn", "endLine", "endColumn"]},
                    },
                }
            },
        },
    },
}


@pytest.fixture
def run(read):
    def make(*findings, **report_fields):
        log = read("sarif", *findings, **report_fields)
        jsonschema.Draft202012Validator(GITHUB).validate(log)
        return log["runs"][0]

    return make


def region(result) -> tuple[int, ...]:
    at = result["locations"][0]["physicalLocation"]["region"]
    return at["startLine"], at["startColumn"], at["endLine"], at["endColumn"]


@pytest.fixture
def all_kinds(finding, waived_finding, baseline_finding, policy, safe_fix):
    note = Note("the Team is here", Location("models/teams.yaml", 2, 7, 2, 11))
    place = Location("models/ü b#%.yaml", 3, 1, 3, 4)
    return [
        finding(help="name another", fix=safe_fix, notes=(note,)), finding(code=policy, location=place), finding(location=None),
        waived_finding, baseline_finding,
    ]  # fmt: skip


def test_a_log_satisfies_the_official_schema(external_schemas, read, all_kinds) -> None:
    schema = json.loads((external_schemas / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for findings in ([], all_kinds):
        log = read("sarif", *findings)
        validator.validate(log)
        assert log["$schema"] == schema["id"]


def test_a_log_satisfies_what_github_asks_for(run, all_kinds) -> None:
    assert len(run(*all_kinds)["results"]) == 3


def test_nothing_found_is_a_run_without_results(run) -> None:
    assert run()["results"] == []
    assert run()["tool"]["driver"]["rules"] == []


def test_what_is_answered_for_opens_no_alert_and_is_counted(run, waived_finding, baseline_finding) -> None:
    made = run(waived_finding, baseline_finding)
    assert made["results"] == []
    assert made["properties"] == {"waived": 1, "baseline": 1}


def test_severity_is_the_level_and_enforcement_is_not(run, finding) -> None:
    severities = ("critical", "high", "medium", "low", "info")
    made = run(*(finding(severity=one, mandatory=one == "info") for one in severities))
    assert [one["level"] for one in made["results"]] == ["error", "error", "warning", "note", "note"]
    assert made["results"][-1]["properties"]["enforcement"] == "mandatory"


def test_each_result_points_at_its_rule(run, finding, policy) -> None:
    made = run(finding(), finding(code=policy), finding("again"))
    rules = made["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["MY999", "baseline/owner-has-contacts"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in made["results"])


def test_a_policy_brings_its_controls_as_tags_and_its_page(run, finding, policy) -> None:
    (rule,) = run(finding(code=policy))["tool"]["driver"]["rules"]
    assert rule["properties"]["tags"] == ["EU-AI-Act:Art.14", "NIST-AI-RMF:MANAGE-2.4"]
    assert rule["helpUri"] == "https://example.org/policies/owner"


def test_long_texts_of_a_rule_and_many_tags_are_cut_where_github_stops(run, finding, policy) -> None:
    controls = tuple(f"C:{n}" for n in range(30))
    verbose = replace(policy, summary="s" * 2000, why="w" * 2000, remedy="r" * 2000, controls=controls)
    (rule,) = run(finding(code=verbose))["tool"]["driver"]["rules"]
    assert len(rule["fullDescription"]["text"]) == 1024
    assert rule["properties"]["tags"] == list(controls[:20])


def test_a_rule_without_texts_has_some_all_the_same(run, finding, policy) -> None:
    run(finding(code=replace(policy, summary="", why="", remedy="", docs=None)))


def test_the_end_is_exclusive_and_columns_count_units_of_utf16(run, finding) -> None:
    text = {"models/scorer.yaml": "a: 1\nb: '𐐀é' # x\n"}
    made = run(finding(location=Location("models/scorer.yaml", 2, 4, 2, 8)), texts=text)
    assert made["columnKind"] == "utf16CodeUnits"
    assert region(made["results"][0]) == (2, 4, 2, 9)


def test_an_end_before_its_start_is_the_start(run, finding) -> None:
    assert region(run(finding(location=Location("models/scorer.yaml", 3, 5)))["results"][0]) == (3, 5, 3, 5)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("models/a b.yaml", "models/a%20b.yaml"),
        ("models/ü#1?.yaml", "models/%C3%BC%231%3F.yaml"),
        ("models/100%.yaml", "models/100%25.yaml"),
        ("models/\udce9.yaml", "models/%E9.yaml"),
        ("c:\\x.yaml", "c%3A%5Cx.yaml"),
    ],
)
def test_a_uri_is_relative_and_encoded(path, uri, run, finding) -> None:
    (result,) = run(finding(location=Location(path, 1, 1, 1, 2)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_the_one_partial_fingerprint_is_what_github_computes_itself(run, finding) -> None:
    text = {"models/scorer.yaml": " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"}
    (result,) = run(finding(location=Location("models/scorer.yaml", 2, 1, 2, 2)), texts=text)["results"]
    assert result["partialFingerprints"] == {"primaryLocationLineHash": "fb7c023a8b9ccb3f:1"}


def test_no_partial_fingerprint_is_made_up_for_a_file_that_cannot_be_read(run, finding) -> None:
    (result,) = run(finding(), texts={})["results"]
    assert "partialFingerprints" not in result


@pytest.mark.parametrize(
    ("text", "hashes"),  # what GitHub's action is tested with
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        ("x\r\ny\r\n", [*line_hashes("x\ny\n", range(9)).values()]),
    ],
)
def test_a_line_is_known_by_the_hash_that_github_gives_it(text, hashes) -> None:
    assert [*line_hashes(text, range(9)).values()] == hashes


def test_equal_lines_are_counted_as_github_counts_them() -> None:
    made = line_hashes("Lorem ipsum dolor sit amet.\n" * 10, {1, 6, 7, 10})
    assert made == {1: "a7f2ff13bc495cf2:1", 6: "a7f2ff13bc495cf2:6", 7: "a7f2ff1481e87703:1", 10: "cc97dc7b1d7d8f7b:1"}


def test_a_line_that_places_count_otherwise_has_no_hash() -> None:
    assert line_hashes("a\rb\n", {1, 2}) == {}


def test_more_than_github_shows_keeps_the_worst_and_says_how_many_were_left_out(run, finding) -> None:
    mild = [finding(f"{n}", severity="info", mandatory=False) for n in range(MAX_RESULTS)]
    grave = [finding(f"grave {n}", severity="critical") for n in range(3)]
    made = run(*mild, *grave)
    assert len(made["results"]) == MAX_RESULTS
    assert sum(one["level"] == "error" for one in made["results"]) == 3
    (note,) = made["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 results omitted")


def test_as_many_as_github_shows_are_all_there(run, finding) -> None:
    made = run(*(finding(f"{n}") for n in range(MAX_RESULTS)))
    assert len(made["results"]) == MAX_RESULTS
    assert made["invocations"][0]["toolExecutionNotifications"] == []


def test_two_projects_of_a_checkout_do_not_close_each_others_alerts(run) -> None:
    assert run()["automationDetails"]["id"] == "modelyard/"
    assert run(project_folder="ml/fraud")["automationDetails"]["id"] == "modelyard/ml/fraud/"


def test_notes_are_related_locations_and_safe_fixes_are_fixes(run, finding, safe_fix) -> None:
    note = Note("the Team is here", Location("models/teams.yaml", 2, 7, 2, 11))
    (result,) = run(finding(notes=(note, Note("no place")), fix=safe_fix))["results"]
    assert [one["message"]["text"] for one in result["relatedLocations"]] == ["the Team is here"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "risk"}
    (unsafe,) = run(finding(fix=replace(safe_fix, safe=False)))["results"]
    assert "fixes" not in unsafe
    assert unsafe["message"]["text"].endswith("Write risk")


def test_a_fix_that_only_removes_says_so(run, finding) -> None:
    (result,) = run(finding(fix=Fix(Location("models/scorer.yaml", 4, 1, 5, 1), "")))["results"]
    assert result["fixes"][0]["description"]["text"] == "Remove it"


def test_a_result_keeps_the_fingerprint_of_the_finding(run, finding) -> None:
    one = finding(subject=Subject("Model", "scorer", "prod", ("owner",)))
    (result,) = run(one)["results"]
    assert result["fingerprints"] == {"modelyard/v1": one.fingerprint}
    assert result["properties"]["environment"] == "prod"


def test_nothing_that_a_spec_says_becomes_a_link(run, finding) -> None:
    (result,) = run(finding("see [the docs](https://evil.example) at secrets[1].key"))["results"]
    assert result["message"]["text"].startswith(r"see \[the docs](https://evil.example) at secrets[1].key")

"""What holds of every format."""

import json
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from compiler.diagnostics.finding import Location, Status, sorted_unique
from compiler.foundation.resources import SHIPPED_TEMPLATES
from compiler.report import REPORTERS, Report
from compiler.report.forge_locations import BUILTIN_PREFIX

READ = {
    "json": json.loads, "sarif": json.loads, "gitlab": json.loads, "rdjson": json.loads, "junit": fromstring,
}  # fmt: skip
NASTY = "a\x00\x08\x1b[31m\x85\u202e\ufffe\ud800 `b`|\r\n::error::<script>&amp;]]>%0A,:%"


@pytest.fixture
def many(finding, waived_finding, baseline_finding) -> tuple:
    places = [Location("models/scorer.yaml", line, 1, line, 3) for line in (1, 3, 4)]
    return sorted_unique(
        [*(finding(f"{n}", location=place) for n, place in enumerate(places)), waived_finding, baseline_finding]
    )


@pytest.mark.parametrize("format_", REPORTERS)
def test_the_same_findings_are_the_same_text(format_, render_report, many) -> None:
    assert render_report(format_, *many) == render_report(format_, *many)
    assert render_report(format_, *many).endswith("\n")


@pytest.mark.parametrize("format_", REPORTERS)
def test_nothing_found_is_a_report_too(format_, render_report) -> None:
    report_text = render_report(format_)
    assert report_text.strip()
    READ.get(format_, str)(report_text)


@pytest.mark.parametrize("format_", REPORTERS)
def test_no_report_begins_with_a_byte_order_mark(format_, render_report, many) -> None:
    assert not render_report(format_, *many).startswith("\ufeff")


@pytest.mark.parametrize("format_", READ)
def test_hostile_text_leaves_a_document_that_is_read_back(format_, render_report, finding) -> None:
    nasty = finding(NASTY, help=NASTY, status_reason=NASTY, location=Location(f"models/{NASTY}.yaml", 1, 1, 1, 2))
    for status in Status:
        READ[format_](render_report(format_, replace(nasty, status=status)))


@pytest.mark.parametrize(
    "format_", [one for one in REPORTERS if one != "json"]
)  # the stream writes an escape there, which JSON knows
def test_every_report_can_be_written_as_utf8(format_, render_report, finding) -> None:
    nasty = finding("fine", help="é 𐐀 名", location=Location("models/\udce9.yaml", 1, 1, 1, 2))
    render_report(format_, nasty).encode("utf-8")


@pytest.mark.parametrize("format_", REPORTERS)
@pytest.mark.parametrize(
    "place",
    [
        None,
        Location("gone.yaml", 99, 99),
        Location(f"{SHIPPED_TEMPLATES}a.yaml", 3, 1, 3, 2),
        Location("models/scorer.yaml", 99, 7),
    ],
)
def test_an_unreadable_location_breaks_no_format(format_, place, render_report, finding) -> None:
    READ.get(format_, str)(render_report(format_, finding(location=place)))


def test_the_templates_that_come_along_are_outside() -> None:
    assert SHIPPED_TEMPLATES.startswith(BUILTIN_PREFIX)


@pytest.mark.parametrize("format_", ["sarif", "gitlab", "rdjson", "junit"])
def test_what_lies_in_no_checkout_is_reported_at_the_project_file(format_, render_report, finding) -> None:
    report_text = render_report(
        format_, finding(location=Location(f"{SHIPPED_TEMPLATES}a.yaml", 3, 1, 3, 2)), project_folder="ml/fraud"
    )
    assert '"ml/fraud/modelyard.yaml"' in report_text
    assert f"(in {SHIPPED_TEMPLATES}a.yaml:3)" in report_text


@pytest.mark.parametrize("format_", ["sarif", "gitlab", "rdjson", "junit", "github", "markdown"])
def test_a_project_in_a_folder_of_its_checkout_names_files_from_the_root(format_, render_report, finding) -> None:
    assert "ml/fraud/models/scorer.yaml" in render_report(format_, finding(), project_folder="ml/fraud")
    assert "./" not in render_report(format_, finding(), project_folder="")


def test_only_open_mandatory_findings_decide_the_exit_code(report, finding, waived_finding, baseline_finding) -> None:
    assert report(waived_finding, baseline_finding).exit_code == 0
    assert report(finding(mandatory=False)).exit_code == 0
    assert report(finding(), waived_finding).exit_code == 1


@pytest.mark.parametrize("format_", ["text", "github", "markdown"])
def test_what_is_not_open_is_counted(format_, render_report, waived_finding, baseline_finding, finding) -> None:
    assert "1 waived, 1 in the baseline" in render_report(format_, waived_finding, baseline_finding, finding())
    assert "1 waived, 1 in the baseline" in render_report(format_, waived_finding, baseline_finding)


def test_the_text_shows_no_paragraph_for_what_is_waived(render_report, waived_finding, finding) -> None:
    assert "error" not in render_report("text", waived_finding)
    assert render_report("text", waived_finding, finding("another")).count("error[") == 1


def test_json_says_why_a_finding_is_not_open(read, waived_finding, baseline_finding, finding, policy) -> None:
    body = read("json", waived_finding, baseline_finding, finding(code=policy))
    assert body["summary"] == {"findings": 3, "mandatory": 0, "advisory": 1, "waived": 1, "baseline": 1}
    assert [one["status"] for one in body["findings"]] == ["waived", "baseline", "open"]
    assert [one["statusReason"] for one in body["findings"]] == ["the team moves in May (RISK-7)", None, None]
    assert body["findings"][2]["controls"] == ["EU-AI-Act:Art.14", "NIST-AI-RMF:MANAGE-2.4"]
    assert body["findings"][2]["docs"] == "https://example.org/policies/owner"


@pytest.mark.parametrize("format_", ["sarif", "gitlab", "rdjson", "github", "junit"])
def test_a_message_says_the_environment_and_what_to_do(format_, render_report, finding) -> None:
    one = finding(help="did you mean `risk`?")
    one = replace(one, subject=replace(one.subject, environment="prod"))
    assert "there is no Team `riks` (in prod). Did you mean `risk`?" in render_report(format_, one)


def test_a_report_is_of_this_project_unless_it_says_otherwise() -> None:
    assert Report((), lambda _: None).project_folder == ""

"""JUnit: the schema of Jenkins, a reader that others use, and what a server may not misread."""

import junitparser
import pytest
from lxml import etree

from compiler.diagnostics.finding import Location


@pytest.fixture
def cases(render_report):
    def make(*findings, **report_fields):
        suites = junitparser.JUnitXml.fromstring(render_report("junit", *findings, **report_fields).encode())
        return [case for suite in suites for case in suite]

    return make


def test_a_report_satisfies_the_schema_of_jenkins(
    external_schemas, render_report, finding, waived_finding, baseline_finding
) -> None:
    file = external_schemas / "junit" / "junit-10.xsd"
    if not file.is_file():
        pytest.skip("the schemas hold no junit/junit-10.xsd: take it from Jenkins' xunit-plugin")
    schema = etree.XMLSchema(etree.parse(file))
    for findings in ([], [finding(), finding(mandatory=False, location=None), waived_finding, baseline_finding]):
        schema.assertValid(etree.fromstring(render_report("junit", *findings).encode()))


def test_nothing_found_is_one_case_that_passed(cases) -> None:
    (case,) = cases()
    assert case.is_passed


def test_a_mandatory_finding_fails_its_case_and_an_advisory_one_passes(cases, finding, policy) -> None:
    failed, passed = cases(finding(), finding(code=policy))
    assert failed.result[0].message == "there is no Team `riks`"
    assert failed.result[0].text.startswith("models/scorer.yaml:4:8: error: ")
    assert passed.is_passed
    assert "warning: there is no Team" in passed.system_out


def test_what_is_answered_for_is_skipped_with_its_reason(cases, waived_finding, baseline_finding) -> None:
    assert [case.result[0].message for case in cases(waived_finding, baseline_finding)] == [
        "waived: the team moves in May (RISK-7)",
        "in the baseline",
    ]
    assert all(case.is_skipped for case in cases(waived_finding, baseline_finding))


def test_one_rule_about_one_object_is_one_case(cases, finding) -> None:
    (case,) = cases(*(finding(f"{n}", location=Location("a.yaml", n, 1, n, 2)) for n in (1, 2, 3)))
    assert case.result[0].message == "1 (and 2 others)"
    assert case.result[0].text.count("\n") == 2


def test_counts_are_those_of_the_cases(render_report, finding, waived_finding, policy) -> None:
    root = etree.fromstring(render_report("junit", finding(), finding(code=policy), waived_finding).encode())
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert root.get("tests") == "2"


def test_what_xml_cannot_hold_is_replaced(cases, finding) -> None:
    (case,) = cases(finding("a\x00b\x1b\ufffe\ud800<&>\n𐐀"))
    assert case.result[0].message == "a\ufffdb\ufffd\ufffd\ufffd<&>\n𐐀"


def test_no_line_of_a_text_is_a_command_of_a_ci_server(render_report, finding, waived_finding) -> None:
    text = render_report("junit", finding("a\n::error::b\r\n##[group]c"), waived_finding)
    assert not any(line.lstrip().startswith(("::", "##")) for line in text.splitlines())

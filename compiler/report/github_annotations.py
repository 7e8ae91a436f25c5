"""Workflow commands of GitHub Actions, which become annotations of changed files.

GitHub shows at most ten annotations of a kind per step and fifty per job, and does not say that there are more. So only the ten most
serious errors, warnings and notices are written; if any are left out, the last notice counts them. Waived and baseline findings
are not annotated. Columns are given only for findings within one line, because GitHub accepts them for no others.
"""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics.finding import Finding, Severity
from compiler.report.finding_text import full_message, rule_label, sort_by_severity, summary_line
from compiler.report.forge_locations import ForgeLocations, is_in_checkout
from compiler.report.report_formats import Report
from compiler.report.text_report import to_printable

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
})  # fmt: skip
MAX_ANNOTATIONS = 10
"""The annotations of a kind that GitHub shows per step; three kinds stay below its fifty per job."""


def render(report: Report) -> str:
    """One command per line, the most serious first, then a line that counts what was left out."""
    locations = ForgeLocations(report)
    kinds = [LEVELS[finding.code.severity] for finding in report.open]
    is_cut = any(count > MAX_ANNOTATIONS for count in Counter(kinds).values())
    annotated_findings = _select_findings(
        report, limits={"error": MAX_ANNOTATIONS, "warning": MAX_ANNOTATIONS, "notice": MAX_ANNOTATIONS - is_cut}
    )
    lines = [_annotation(finding, locations) for finding in annotated_findings]
    return (
        "\n".join([*lines, _summary_line(report, len(annotated_findings)), ""])
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


def _select_findings(report: Report, limits: dict[str, int]) -> list[Finding]:
    selection = []
    for finding in sort_by_severity(report.open):
        kind = LEVELS[finding.code.severity]
        if limits[kind]:
            limits[kind] -= 1
            selection.append(finding)
    return selection


def _annotation(finding: Finding, locations: ForgeLocations) -> str:
    properties = {**_location_properties(finding, locations), "title": rule_label(finding.code)}
    properties_text = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{LEVELS[finding.code.severity]} {properties_text}::{_escape_data(full_message(finding))}"


def _location_properties(finding: Finding, locations: ForgeLocations) -> dict[str, str]:
    if not is_in_checkout(finding.location):
        return {}
    position = locations.to_forge(finding.location)
    properties = {"file": position.path, "line": str(position.line), "endLine": str(position.end_line)}
    return properties | (
        {"col": str(position.column), "endColumn": str(position.end_column)}
        if position.line == position.end_line
        else {}
    )


def _summary_line(report: Report, annotated_count: int) -> str:
    omitted_count = len(report.open) - annotated_count
    if not omitted_count:
        return summary_line(report)
    hint = (
        f"{omitted_count} of these have no annotation, because GitHub shows "
        f"{MAX_ANNOTATIONS} per level; the log of `modelyard check` lists all"
    )
    return f"::notice title=Modelyard::{_escape_data(f'{summary_line(report)}; {hint}')}"


def _escape_data(text: str) -> str:
    return to_printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")

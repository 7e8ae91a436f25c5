"""JUnit XML, for CI servers that show test reports.

A suite is a file, and a test case is the result of one rule for one object. Blocking findings are failures, with every location in
the text; advisory findings pass, with the same text as output; waived and baseline findings are skipped, with the reason. A report
without findings contains one passed case, because some servers take an empty report for an error. Characters that XML cannot
represent become U+FFFD, and every line of a text begins with a path: CI servers execute lines that begin with `::`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from compiler.diagnostics.finding import Finding, Status
from compiler.report.finding_text import full_message, level, pluralize, rule_label
from compiler.report.forge_locations import ForgeLocations
from compiler.report.report_formats import Report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_FORBIDDEN = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""Compiled on first use: compiling takes longer than reporting that there are no findings."""

TestCases: TypeAlias = dict[tuple[str, str], list[Finding]]
"""Findings by class and name of their test case."""


def render(report: Report) -> str:
    """The findings as suites of test cases."""
    from xml.etree.ElementTree import Element, indent, tostring  # noqa: PLC0415 - no other format writes XML

    locations = ForgeLocations(report)
    suites = _suites(report, locations)
    totals = _count_results(findings for cases in suites.values() for findings in cases.values())
    root = Element(
        "testsuites", {"name": "modelyard check", **{key: totals[key] for key in ("tests", "failures", "errors")}}
    )
    for path, cases in suites.items():
        suite = _add_child(root, "testsuite", name=path, file=path, **_count_results(cases.values()))
        for (class_, name), findings in cases.items():
            _add_outcome(_add_child(suite, "testcase", classname=class_, name=name), findings, locations)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suites(report: Report, locations: ForgeLocations) -> dict[str, TestCases]:
    suites: dict[str, TestCases] = defaultdict(lambda: defaultdict(list))
    for finding in report.findings:
        path = locations.to_forge(finding.location).path
        suites[path][_class_name(finding, path), rule_label(finding.code)].append(finding)
    return suites or {locations.to_forge(None).path: {("modelyard", report.checked_scope or "check"): []}}


def _class_name(finding: Finding, path: str) -> str:
    subject = finding.subject
    if subject is None:
        return path
    return f"{subject.kind} {subject.name}" + (
        f" in {', '.join(finding.affected_environments)}" if finding.affected_environments else ""
    )


def _count_results(cases: Iterable[list[Finding]]) -> dict[str, str]:
    findings_by_case = list(cases)
    failure_count, skip_count = sum(map(_is_failure, findings_by_case)), sum(map(_is_skipped, findings_by_case))
    return {
        "tests": str(len(findings_by_case)),
        "failures": str(failure_count),
        "errors": "0",
        "skipped": str(skip_count),
    }


def _is_failure(findings: list[Finding]) -> bool:
    return any(finding.is_blocking for finding in findings)


def _is_skipped(findings: list[Finding]) -> bool:
    return bool(findings) and all(finding.status is not Status.OPEN for finding in findings)


def _add_outcome(case: Element, findings: list[Finding], locations: ForgeLocations) -> None:
    lines = "\n".join(_finding_line(finding, locations) for finding in findings)
    if _is_failure(findings):
        first = next(finding for finding in findings if finding.is_blocking)
        suffix = f" (and {pluralize(len(findings) - 1, 'other')})" if len(findings) > 1 else ""
        _add_child(case, "failure", lines, message=f"{full_message(first)}{suffix}", type=first.code.id)
    elif _is_skipped(findings):
        _add_child(case, "skipped", lines, message=_suppression_reason(findings[0]), type=findings[0].status.value)
    elif findings:
        _add_child(case, "system-out", lines)


def _finding_line(finding: Finding, locations: ForgeLocations) -> str:
    position = locations.to_forge(finding.location)
    status = level(finding) if finding.status is Status.OPEN else _suppression_reason(finding)
    return " ".join(f"{position.path}:{position.line}:{position.column}: {status}: {full_message(finding)}".split())


def _suppression_reason(finding: Finding) -> str:
    word = "waived" if finding.status is Status.WAIVED else "in the baseline"
    return f"{word}: {finding.status_reason}" if finding.status_reason else word


def _add_child(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    child = parent.makeelement(tag, {name: _replace_forbidden(value) for name, value in attributes.items()})
    child.text = _replace_forbidden(text) or None
    parent.append(child)
    return child


def _replace_forbidden(text: str) -> str:
    return re.sub(_FORBIDDEN, "\ufffd", text)

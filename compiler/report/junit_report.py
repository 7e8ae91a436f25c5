"""JUnit, for CI servers that show test reports.

A suite is a file, and a case is what one rule says of one object: a failure where it fails the command, with every place
in its text; passed, with the same text as its output, where it is advisory, whatever the severity; skipped with the reason
where it is waived or in the baseline. A report without findings holds one case that passed, because some servers take an
empty one for a mistake. Characters that XML cannot hold are written as U+FFFD, and no line
of a text begins with anything but a path: a CI server takes lines that begin with `::` for commands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from compiler.diagnostics.finding import Finding, Status
from compiler.report.finding_text import counted, label, level, told
from compiler.report.forge_locations import Places
from compiler.report.report_formats import Report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_FORBIDDEN = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""Compiled when first needed, which takes longer than to say that nothing is wrong."""

Cases: TypeAlias = dict[tuple[str, str], list[Finding]]
"""Findings by the class and the name that readers know a case by."""


def render(report: Report) -> str:
    """The findings as suites of cases."""
    from xml.etree.ElementTree import Element, indent, tostring  # noqa: PLC0415 - no other format writes XML

    places = Places(report)
    suites = _suites(report, places)
    whole = _counts(found for cases in suites.values() for found in cases.values())
    root = Element(
        "testsuites", {"name": "modelyard check", **{key: whole[key] for key in ("tests", "failures", "errors")}}
    )
    for path, cases in suites.items():
        suite = _child(root, "testsuite", name=path, file=path, **_counts(cases.values()))
        for (class_, name), found in cases.items():
            _outcome(_child(suite, "testcase", classname=class_, name=name), found, places)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suites(report: Report, places: Places) -> dict[str, Cases]:
    suites: dict[str, Cases] = defaultdict(lambda: defaultdict(list))
    for finding in report.findings:
        path = places.shown(finding.place).path
        suites[path][_class(finding, path), label(finding.code)].append(finding)
    return suites or {places.shown(None).path: {("modelyard", report.checked or "check"): []}}


def _class(finding: Finding, path: str) -> str:
    subject = finding.subject
    if subject is None:
        return path
    return f"{subject.kind} {subject.name}" + (f" in {', '.join(finding.where)}" if finding.where else "")


def _counts(cases: Iterable[list[Finding]]) -> dict[str, str]:
    told_ = list(cases)
    failed, skipped = sum(map(_fails, told_)), sum(map(_is_skipped, told_))
    return {"tests": str(len(told_)), "failures": str(failed), "errors": "0", "skipped": str(skipped)}


def _fails(found: list[Finding]) -> bool:
    return any(finding.mandatory for finding in found)


def _is_skipped(found: list[Finding]) -> bool:
    return bool(found) and all(finding.status is not Status.OPEN for finding in found)


def _outcome(case: Element, found: list[Finding], places: Places) -> None:
    lines = "\n".join(_line(finding, places) for finding in found)
    if _fails(found):
        first = next(finding for finding in found if finding.mandatory)
        more = f" (and {counted(len(found) - 1, 'other')})" if len(found) > 1 else ""
        _child(case, "failure", lines, message=f"{told(first)}{more}", type=first.code.id)
    elif _is_skipped(found):
        _child(case, "skipped", lines, message=_reason(found[0]), type=found[0].status.value)
    elif found:
        _child(case, "system-out", lines)


def _line(finding: Finding, places: Places) -> str:
    at = places.shown(finding.place)
    said = level(finding) if finding.status is Status.OPEN else _reason(finding)
    return " ".join(f"{at.path}:{at.line}:{at.column}: {said}: {told(finding)}".split())


def _reason(finding: Finding) -> str:
    word = "waived" if finding.status is Status.WAIVED else "in the baseline"
    return f"{word}: {finding.because}" if finding.because else word


def _child(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    child = parent.makeelement(tag, {name: _clean(value) for name, value in attributes.items()})
    child.text = _clean(text) or None
    parent.append(child)
    return child


def _clean(text: str) -> str:
    return re.sub(_FORBIDDEN, "\ufffd", text)

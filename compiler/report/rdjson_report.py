"""The diagnostic format of reviewdog, which comments on pull requests.

Columns count bytes of UTF-8 from 1, and the end is exclusive; where a file cannot be read there are lines alone. A safe
fix is a suggestion, which one click applies; another one is told in words. What is waived or in the baseline is left out.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from compiler.diagnostics.finding import Code, Finding, Place, Severity
from compiler.report.finding_text import told
from compiler.report.forge_locations import Places, is_inside, utf8
from compiler.report.json_output import json_text
from compiler.report.report_formats import Report

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "ERROR",
    Severity.HIGH: "ERROR",
    Severity.MEDIUM: "WARNING",
    Severity.LOW: "INFO",
    Severity.INFO: "INFO",
})  # fmt: skip

Json = dict[str, object]


def render(report: Report) -> str:
    """The open findings as one DiagnosticResult."""
    places = Places(report, utf8)
    diagnostics = [_diagnostic(finding, places) for finding in report.open]
    return json_text({"source": {"name": "modelyard"}, "diagnostics": diagnostics})


def _diagnostic(finding: Finding, places: Places) -> Json:
    out: Json = {
        "message": told(finding),
        "location": _location(finding.place, places),
        "severity": LEVELS[finding.code.severity],
        "code": _code(finding.code),
    }
    if suggestions := list(_suggestions(finding, places)):
        out["suggestions"] = suggestions
    related = [
        {"message": note.message, "location": _location(note.place, places)}
        for note in finding.notes
        if is_inside(note.place)
    ]
    return out | ({"related_locations": related} if related else {})


def _code(code: Code) -> dict[str, str]:
    return {"value": code.id} | ({"url": code.docs} if code.docs else {})


def _location(place: Place | None, places: Places) -> Json:
    return {"path": places.shown(place).path, "range": _range(place, places)}


def _range(place: Place | None, places: Places) -> Json:
    at = places.shown(place)
    if not places.is_readable(place):
        return {"start": {"line": at.line}, "end": {"line": at.end_line}}
    return {"start": {"line": at.line, "column": at.column}, "end": {"line": at.end_line, "column": at.end_column}}


def _suggestions(finding: Finding, places: Places) -> Iterator[Json]:
    """A suggestion names no file: it edits the one that the diagnostic lies in."""
    fix, place = finding.fix, finding.place
    if fix and fix.safe and place and fix.place.path == place.path and places.is_readable(fix.place):
        yield {"range": _range(fix.place, places), "text": fix.text}

"""The diagnostic format of reviewdog, which comments on pull requests.

Columns count UTF-8 bytes from 1, and the end is exclusive; if a file cannot be read, only lines are given. A safe fix becomes a
suggestion that one click applies; other fixes are described in words. Waived and baseline findings are left out.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from compiler.diagnostics.finding import Code, Finding, Location, Severity
from compiler.report.finding_text import full_message
from compiler.report.forge_locations import ForgeLocations, is_in_checkout, utf8_length
from compiler.report.json_output import dump_json
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
    locations = ForgeLocations(report, utf8_length)
    diagnostics = [_diagnostic(finding, locations) for finding in report.open]
    return dump_json({"source": {"name": "modelyard"}, "diagnostics": diagnostics})


def _diagnostic(finding: Finding, locations: ForgeLocations) -> Json:
    diagnostic: Json = {
        "message": full_message(finding),
        "location": _location(finding.location, locations),
        "severity": LEVELS[finding.code.severity],
        "code": _code(finding.code),
    }
    if suggestions := list(_suggestions(finding, locations)):
        diagnostic["suggestions"] = suggestions
    related_locations = [
        {"message": note.message, "location": _location(note.location, locations)}
        for note in finding.notes
        if is_in_checkout(note.location)
    ]
    return diagnostic | ({"related_locations": related_locations} if related_locations else {})


def _code(code: Code) -> dict[str, str]:
    return {"value": code.id} | ({"url": code.docs} if code.docs else {})


def _location(location: Location | None, locations: ForgeLocations) -> Json:
    return {"path": locations.to_forge(location).path, "range": _range(location, locations)}


def _range(location: Location | None, locations: ForgeLocations) -> Json:
    position = locations.to_forge(location)
    if not locations.is_readable(location):
        return {"start": {"line": position.line}, "end": {"line": position.end_line}}
    return {
        "start": {"line": position.line, "column": position.column},
        "end": {"line": position.end_line, "column": position.end_column},
    }


def _suggestions(finding: Finding, locations: ForgeLocations) -> Iterator[Json]:
    """The suggestions. A suggestion names no file: it edits the file of its diagnostic."""
    fix, location = finding.fix, finding.location
    if fix and fix.safe and location and fix.location.path == location.path and locations.is_readable(fix.location):
        yield {"range": _range(fix.location, locations), "text": fix.text}

"""SARIF 2.1.0, for GitHub code scanning.

A finding becomes a result with the level of its severity; `properties` says whether it is blocking. Waived and baseline findings are
left out, because GitHub ignores `suppressions` and would open an alert; the `properties` of the run count them. `endColumn` is
exclusive and columns count UTF-16 code units. `primaryLocationLineHash` equals the value that GitHub's upload action computes.
GitHub shows 5,000 results per run: if there are more, the most serious are kept, and a notification counts the rest.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from compiler import __version__
from compiler.diagnostics.finding import Code, Finding, Fix, Location, Severity, Status
from compiler.report.finding_text import full_message, pluralize, rule_label, sort_by_severity
from compiler.report.forge_locations import ForgeLocations, is_in_checkout, utf16_length
from compiler.report.json_output import dump_json
from compiler.report.line_fingerprints import line_hashes
from compiler.report.report_formats import Report

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
})  # fmt: skip
MAX_RESULTS = 5000
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MAX_TEXT = 1024  # maximum characters of a rule's texts
_MAX_TAGS = 20
_PROBLEM_SEVERITIES = MappingProxyType({"error": "error", "warning": "warning", "note": "recommendation"})
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")  # starts a link in a message (SARIF 2.1.0, 3.11.6)
_LONE_SURROGATES = re.compile(
    "[\ud800-\udc7f\udd00-\udfff]"
)  # lone surrogates: bytes of a file name that are not UTF-8

Json = dict[str, object]


def render(report: Report) -> str:
    """The report as a SARIF log with one run."""
    findings = _reported_findings(report.open)
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, findings)]})


def _reported_findings(findings: Sequence[Finding]) -> list[Finding]:
    """As many findings as GitHub shows, in file order."""
    worst = set(sort_by_severity(findings)[:MAX_RESULTS]) if len(findings) > MAX_RESULTS else set(findings)
    return [finding for finding in findings if finding in worst]


def _run(report: Report, findings: list[Finding]) -> Json:
    codes = {finding.code.id: finding.code for finding in reversed(findings)}
    rules = {id_: number for number, id_ in enumerate(sorted(codes))}
    locations = ForgeLocations(report, utf16_length)
    hashes = _hash_lines(report, findings)
    return {
        "tool": {
            "driver": {
                "name": "Modelyard",
                "semanticVersion": __version__,
                "rules": [_rule(codes[id_]) for id_ in rules],
            }
        },
        "automationDetails": {"id": "/".join(filter(None, ["modelyard", report.project_folder])) + "/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(len(report.open) - len(findings))],
        "results": [_result(finding, rules[finding.code.id], locations, hashes) for finding in findings],
        "properties": {status.value: len(report.with_status(status)) for status in Status if status is not Status.OPEN},
    }


def _invocation(omitted_count: int) -> Json:
    message = f"{pluralize(omitted_count, 'result')} omitted: GitHub shows {MAX_RESULTS} per run, the most severe first"
    notes = [{"level": "warning", "message": {"text": message}}] if omitted_count else []
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _rule(code: Code) -> Json:
    advice = code.remedy or code.summary
    level = LEVELS[code.severity]
    rule: Json = {
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": _truncate(code.summary or rule_label(code))},
        "fullDescription": {"text": _truncate(code.why or code.summary or rule_label(code))},
        "help": {"text": _truncate(advice or rule_label(code))},
        "defaultConfiguration": {"level": level},
        "properties": {"problem.severity": _PROBLEM_SEVERITIES[level], "tags": list(code.controls[:_MAX_TAGS])},
    }
    return rule | ({"helpUri": code.docs} if code.docs else {})


def _truncate(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"


def _hash_lines(report: Report, findings: list[Finding]) -> dict[tuple[str, int], str]:
    """The hashes by which GitHub recognises the lines of findings."""
    lines: dict[str, set[int]] = defaultdict(set)
    for finding in findings:
        if finding.location and is_in_checkout(finding.location):
            lines[finding.location.path].add(finding.location.line)
    texts = ((path, line_numbers, report.read_text(path)) for path, line_numbers in lines.items())
    return {
        (path, line): hash_
        for path, line_numbers, text in texts
        if text is not None
        for line, hash_ in line_hashes(text, line_numbers).items()
    }


def _result(
    finding: Finding, rule_index: int, locations: ForgeLocations, hashes: Mapping[tuple[str, int], str]
) -> Json:
    subject, location = finding.subject, finding.location
    line_hash = hashes.get((location.path, location.line)) if location else None
    properties = {
        "enforcement": finding.code.enforcement.value,
        "severity": finding.code.severity.value,
        "object": f"{subject.kind} {subject.name}" if subject else None,
        "environment": ", ".join(finding.affected_environments),
    }
    result: Json = {
        "ruleId": finding.code.id,
        "ruleIndex": rule_index,
        "level": LEVELS[finding.code.severity],
        "message": _message(full_message(finding)),
        "locations": [_location(location, locations)],
        "fingerprints": {"modelyard/v1": finding.fingerprint},
        "properties": {key: value for key, value in properties.items() if value},
    }
    if line_hash:
        result["partialFingerprints"] = {"primaryLocationLineHash": line_hash}
    if related_locations := list(_related_locations(finding, locations)):
        result["relatedLocations"] = related_locations
    if finding.fix and finding.fix.safe and is_in_checkout(finding.fix.location):
        result["fixes"] = [_fix_data(finding.fix, locations)]
    return result


def _message(text: str) -> Json:
    """The text without links."""
    return {"text": _LINK.sub(r"\\[", text)}


def _related_locations(finding: Finding, locations: ForgeLocations) -> Iterator[Json]:
    for note in finding.notes:
        if note.location and is_in_checkout(note.location):
            yield {**_location(note.location, locations), "message": _message(note.message)}


def _fix_data(fix: Fix, locations: ForgeLocations) -> Json:
    file, region = _physical_location(fix.location, locations)
    replacement = {"deletedRegion": region, "insertedContent": {"text": fix.text}}
    return {
        "description": {"text": f"Write {fix.text}" if fix.text else "Remove it"},
        "artifactChanges": [{"artifactLocation": file, "replacements": [replacement]}],
    }


def _location(location: Location | None, locations: ForgeLocations) -> Json:
    file, region = _physical_location(location, locations)
    return {"physicalLocation": {"artifactLocation": file, "region": region}}


def _physical_location(location: Location | None, locations: ForgeLocations) -> tuple[Json, Json]:
    position = locations.to_forge(location)
    region: Json = {
        "startLine": position.line,
        "startColumn": position.column,
        "endLine": position.end_line,
        "endColumn": position.end_column,
    }
    return {"uri": quote(_LONE_SURROGATES.sub("\ufffd", position.path).encode("utf-8", "surrogateescape"))}, region

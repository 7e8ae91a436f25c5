"""SARIF 2.1.0, as GitHub code scanning takes it.

A finding becomes a result with the level of its severity; whether it fails the command stands in its `properties`. What
is waived or in the baseline is left out, because GitHub ignores `suppressions` and would open an alert; the run's
`properties` count them. `endColumn` is exclusive and columns count units of UTF-16. `primaryLocationLineHash` is the value that
GitHub's own upload action computes. GitHub shows 5,000 results of a run: beyond that the worst are kept, and a
notification says how many were left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from compiler import __version__
from compiler.diagnostics.finding import Code, Finding, Fix, Place, Severity, Status
from compiler.report.finding_text import counted, label, told, worst_first
from compiler.report.forge_locations import Places, is_inside, utf16
from compiler.report.json_output import json_text
from compiler.report.line_fingerprints import line_hashes
from compiler.report.report_formats import Report

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
})  # fmt: skip
MOST = 5000
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 1024  # characters of a rule's texts
_TAGS = 20
_PROBLEMS = MappingProxyType({"error": "error", "warning": "warning", "note": "recommendation"})
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")  # begins a link in a message (SARIF 2.1.0, 3.11.6)
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # what is left stands for a byte of a name that is not UTF-8

Json = dict[str, object]


def render(report: Report) -> str:
    """The report as a SARIF log of one run."""
    kept = _kept(report.open)
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, kept)]})


def _kept(findings: Sequence[Finding]) -> list[Finding]:
    """As many as GitHub shows, in the order of files."""
    worst = set(worst_first(findings)[:MOST]) if len(findings) > MOST else set(findings)
    return [finding for finding in findings if finding in worst]


def _run(report: Report, kept: list[Finding]) -> Json:
    codes = {finding.code.id: finding.code for finding in reversed(kept)}
    rules = {id_: number for number, id_ in enumerate(sorted(codes))}
    places = Places(report, utf16)
    hashes = _hashes(report, kept)
    return {
        "tool": {
            "driver": {
                "name": "Modelyard",
                "semanticVersion": __version__,
                "rules": [_rule(codes[id_]) for id_ in rules],
            }
        },
        "automationDetails": {"id": "/".join(filter(None, ["modelyard", report.within])) + "/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(len(report.open) - len(kept))],
        "results": [_result(finding, rules[finding.code.id], places, hashes) for finding in kept],
        "properties": {status.value: len(report.having(status)) for status in Status if status is not Status.OPEN},
    }


def _invocation(left_out: int) -> Json:
    said = f"{counted(left_out, 'result')} left out: GitHub shows {MOST} of a run, and these are the worst"
    notes = [{"level": "warning", "message": {"text": said}}] if left_out else []
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _rule(code: Code) -> Json:
    advice = code.remedy or code.summary
    level = LEVELS[code.severity]
    rule: Json = {
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": _short(code.summary or label(code))},
        "fullDescription": {"text": _short(code.why or code.summary or label(code))},
        "help": {"text": _short(advice or label(code))},
        "defaultConfiguration": {"level": level},
        "properties": {"problem.severity": _PROBLEMS[level], "tags": list(code.controls[:_TAGS])},
    }
    return rule | ({"helpUri": code.docs} if code.docs else {})


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _hashes(report: Report, kept: list[Finding]) -> dict[tuple[str, int], str]:
    """What GitHub knows the lines of the findings by."""
    lines: dict[str, set[int]] = defaultdict(set)
    for finding in kept:
        if finding.place and is_inside(finding.place):
            lines[finding.place.path].add(finding.place.line)
    texts = ((path, wanted, report.text_of(path)) for path, wanted in lines.items())
    return {
        (path, line): hash_
        for path, wanted, text in texts
        if text is not None
        for line, hash_ in line_hashes(text, wanted).items()
    }


def _result(finding: Finding, rule: int, places: Places, hashes: Mapping[tuple[str, int], str]) -> Json:
    subject, place = finding.subject, finding.place
    known = hashes.get((place.path, place.line)) if place else None
    about = {
        "enforcement": finding.code.enforcement.value,
        "severity": finding.code.severity.value,
        "object": f"{subject.kind} {subject.name}" if subject else None,
        "environment": ", ".join(finding.where),
    }
    result: Json = {
        "ruleId": finding.code.id,
        "ruleIndex": rule,
        "level": LEVELS[finding.code.severity],
        "message": _message(told(finding)),
        "locations": [_location(place, places)],
        "fingerprints": {"modelyard/v1": finding.fingerprint},
        "properties": {key: value for key, value in about.items() if value},
    }
    if known:
        result["partialFingerprints"] = {"primaryLocationLineHash": known}
    if related := list(_related(finding, places)):
        result["relatedLocations"] = related
    if finding.fix and finding.fix.safe and is_inside(finding.fix.place):
        result["fixes"] = [_fix(finding.fix, places)]
    return result


def _message(text: str) -> Json:
    """Text in which nothing is a link."""
    return {"text": _LINK.sub(r"\\[", text)}


def _related(finding: Finding, places: Places) -> Iterator[Json]:
    for note in finding.notes:
        if note.place and is_inside(note.place):
            yield {**_location(note.place, places), "message": _message(note.message)}


def _fix(fix: Fix, places: Places) -> Json:
    file, region = _physical(fix.place, places)
    replacement = {"deletedRegion": region, "insertedContent": {"text": fix.text}}
    return {
        "description": {"text": f"Write {fix.text}" if fix.text else "Remove it"},
        "artifactChanges": [{"artifactLocation": file, "replacements": [replacement]}],
    }


def _location(place: Place | None, places: Places) -> Json:
    file, region = _physical(place, places)
    return {"physicalLocation": {"artifactLocation": file, "region": region}}


def _physical(place: Place | None, places: Places) -> tuple[Json, Json]:
    at = places.shown(place)
    region: Json = {"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column}
    return {"uri": quote(_LONE.sub("\ufffd", at.path).encode("utf-8", "surrogateescape"))}, region

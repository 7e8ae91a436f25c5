"""Findings as JSON, version 1. `docs/reference/findings.md` describes the fields."""

import json

from compiler.diagnostics.finding import Finding, Note, Status
from compiler.foundation.json_data import json_pointer
from compiler.report.report_formats import Report


def render(report: Report) -> str:
    """The report as one JSON object with sorted findings, ending in a newline."""
    summary = {
        "findings": len(report.findings),
        "mandatory": report.mandatory,
        "advisory": len(report.open) - report.mandatory,
        "waived": len(report.having(Status.WAIVED)),
        "baseline": len(report.having(Status.BASELINE)),
    }
    body = {"version": 1, "summary": summary, "findings": [_finding(finding) for finding in report.findings]}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding) -> dict[str, object]:
    subject, place = finding.subject, finding.place
    out: dict[str, object] = {
        "code": finding.code.id,
        "name": finding.code.name,
        "severity": finding.code.severity.value,
        "enforcement": finding.code.enforcement.value,
        "status": finding.status.value,
        "because": finding.because,
        "message": finding.message,
        "help": finding.help,
        "controls": list(finding.code.controls),
        "docs": finding.code.docs,
        "kind": subject.kind if subject else None,
        "object": subject.name if subject else None,
        "environment": finding.where[0] if len(finding.where) == 1 else None,
        "environments": list(finding.where),
        "pointer": json_pointer(subject.pointer) if subject else None,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "endLine": place.end_line if place else None,
        "endColumn": place.end_column if place else None,
        "fingerprint": finding.fingerprint,
        "notes": [_note(note) for note in finding.notes],
    }
    if finding.fix:
        at = finding.fix.place
        out["fix"] = {
            "safe": finding.fix.safe, "text": finding.fix.text, "path": at.path, "line": at.line, "column": at.column,
            "endLine": at.end_line, "endColumn": at.end_column,
        }  # fmt: skip
    return out


def _note(note: Note) -> dict[str, object]:
    place = note.place
    return {
        "message": note.message,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }

"""Findings as JSON, version 1. `docs/reference/findings.md` describes the fields."""

import json

from compiler.diagnostics.finding import Finding, Note, Status
from compiler.foundation.json_data import json_pointer
from compiler.report.report_formats import Report


def render(report: Report) -> str:
    """The report as one JSON object with sorted findings and a final newline."""
    summary = {
        "findings": len(report.findings),
        "mandatory": report.blocking_count,
        "advisory": len(report.open) - report.blocking_count,
        "waived": len(report.with_status(Status.WAIVED)),
        "baseline": len(report.with_status(Status.BASELINE)),
    }
    body = {"version": 1, "summary": summary, "findings": [_finding_data(finding) for finding in report.findings]}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _finding_data(finding: Finding) -> dict[str, object]:
    subject, location = finding.subject, finding.location
    data: dict[str, object] = {
        "code": finding.code.id,
        "name": finding.code.name,
        "severity": finding.code.severity.value,
        "enforcement": finding.code.enforcement.value,
        "status": finding.status.value,
        "statusReason": finding.status_reason,
        "message": finding.message,
        "help": finding.help,
        "controls": list(finding.code.controls),
        "docs": finding.code.docs,
        "reason": finding.code.why,
        "owner": finding.code.owner,
        "waiver": finding.code.waiver or None,
        "kind": subject.kind if subject else None,
        "object": subject.name if subject else None,
        "environment": finding.affected_environments[0] if len(finding.affected_environments) == 1 else None,
        "environments": list(finding.affected_environments),
        "pointer": json_pointer(subject.pointer) if subject else None,
        "path": location.path if location else None,
        "line": location.line if location else None,
        "column": location.column if location else None,
        "endLine": location.end_line if location else None,
        "endColumn": location.end_column if location else None,
        "fingerprint": finding.fingerprint,
        "notes": [_note_data(note) for note in finding.notes],
    }
    if finding.fix:
        fix_location = finding.fix.location
        data["fix"] = {
            "safe": finding.fix.safe, "text": finding.fix.text, "path": fix_location.path, "line": fix_location.line,
            "column": fix_location.column,
            "endLine": fix_location.end_line, "endColumn": fix_location.end_column,
        }  # fmt: skip
    return data


def _note_data(note: Note) -> dict[str, object]:
    location = note.location
    return {
        "message": note.message,
        "path": location.path if location else None,
        "line": location.line if location else None,
        "column": location.column if location else None,
    }

"""GitLab Code Quality.

A finding becomes an issue with the severity that GitLab knows. Fingerprints are unique, because GitLab shows one of those
that are equal; the second finding of a rule about one field gets a fingerprint of its own. What is waived or in the
baseline is left out: GitLab has no word for it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from compiler.diagnostics.finding import Finding, Severity
from compiler.report.finding_text import told
from compiler.report.forge_locations import Places
from compiler.report.json_output import json_text
from compiler.report.report_formats import Report

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
})  # fmt: skip


def render(report: Report) -> str:
    """The open findings as a JSON array; an empty one where there are none."""
    return json_text(list(_issues(report)))


def _issues(report: Report) -> Iterator[dict[str, object]]:
    places = Places(report)
    seen: Counter[str] = Counter()
    for finding in report.open:
        at = places.shown(finding.place)
        yield {
            "description": told(finding),
            "check_name": finding.code.id,
            "fingerprint": _unique(finding, seen),
            "severity": LEVELS[finding.code.severity],
            "location": {"path": at.path, "lines": {"begin": at.line}},
        }


def _unique(finding: Finding, seen: Counter[str]) -> str:
    known = finding.fingerprint
    seen[known] += 1
    return known if seen[known] == 1 else hashlib.sha256(f"{known}\0{seen[known]}".encode()).hexdigest()[:32]

"""GitLab Code Quality.

A finding becomes an issue with one of GitLab's severities. Fingerprints are unique, because GitLab shows only one of equal ones;
a second finding of a rule about one field gets a fingerprint of its own. Waived and baseline findings are left out: GitLab has
no equivalent.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from compiler.diagnostics.finding import Finding, Severity
from compiler.report.finding_text import full_message
from compiler.report.forge_locations import ForgeLocations
from compiler.report.json_output import dump_json
from compiler.report.report_formats import Report

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
})  # fmt: skip


def render(report: Report) -> str:
    """The open findings as a JSON array, which may be empty."""
    return dump_json(list(_issues(report)))


def _issues(report: Report) -> Iterator[dict[str, object]]:
    locations = ForgeLocations(report)
    fingerprint_counts: Counter[str] = Counter()
    for finding in report.open:
        position = locations.to_forge(finding.location)
        yield {
            "description": full_message(finding),
            "check_name": finding.code.id,
            "fingerprint": _unique_fingerprint(finding, fingerprint_counts),
            "severity": LEVELS[finding.code.severity],
            "location": {"path": position.path, "lines": {"begin": position.line}},
        }


def _unique_fingerprint(finding: Finding, fingerprint_counts: Counter[str]) -> str:
    fingerprint = finding.fingerprint
    fingerprint_counts[fingerprint] += 1
    return (
        fingerprint
        if fingerprint_counts[fingerprint] == 1
        else hashlib.sha256(f"{fingerprint}\0{fingerprint_counts[fingerprint]}".encode()).hexdigest()[:32]
    )

"""Baselines: findings that existed when policies were adopted. They are tolerated, counted, and can only decrease."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Status
from compiler.foundation.json_data import Json

VERSION = 1
Baseline = Mapping[str, int]
"""Fingerprint to the number of findings allowed."""
_Occurrence = tuple[str, Location | None, str]
EMPTY_BASELINE: Baseline = MappingProxyType({})

_APPROVAL_CODES = frozenset({codes.APPROVAL_DATES.id, codes.APPROVAL_REQUIRED.id})
"""The mandatory findings about approvals."""


def parse_baseline(text: str) -> Baseline:
    """Parse a baseline file; `ValueError` says what is wrong with it."""
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), dict):
        raise ValueError(
            f'it is not a baseline of version {VERSION}, which has the form {{"version": {VERSION}, "findings": {{…}}}}'
        )
    counts: dict[str, int] = {}
    for fingerprint, entry in data["findings"].items():
        count = entry.get("count") if isinstance(entry, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(f"`{fingerprint}` has no count")
        counts[fingerprint] = count
    return counts


def format_baseline(findings: Iterable[Finding], previous: Baseline | None = None) -> str:
    """A baseline of the open and known findings; an existing baseline only shrinks."""
    counts: Counter[str] = Counter()
    first_findings: dict[str, Finding] = {}
    occurrences: set[_Occurrence] = set()
    for finding in findings:
        if (
            is_policy_finding(finding)
            and finding.status is not Status.WAIVED
            and _occurrence(finding) not in occurrences
        ):
            occurrences.add(_occurrence(finding))
            counts[finding.fingerprint] += 1
            first_findings.setdefault(finding.fingerprint, finding)
    if previous is not None:
        counts = Counter({key: min(count, previous[key]) for key, count in counts.items() if key in previous})
    entries = {
        key: {"count": counts[key], "policy": first_findings[key].code.id, "message": first_findings[key].message}
        for key in sorted(counts)
    }
    return json.dumps({"version": VERSION, "findings": entries}, indent=1, ensure_ascii=False) + "\n"


def apply_baseline(findings: Iterable[Finding], baseline: Baseline) -> tuple[Finding, ...]:
    """Mark the findings that the baseline contains, at most as many per fingerprint as it counts."""
    remaining_counts = Counter(baseline)
    used_occurrences: set[_Occurrence] = set()
    results: list[Finding] = []
    for finding in findings:
        occurrence = _occurrence(finding)
        is_known = finding.status is Status.OPEN and is_policy_finding(finding)
        if is_known and occurrence not in used_occurrences:
            is_known = remaining_counts[finding.fingerprint] > 0
            if is_known:
                remaining_counts[finding.fingerprint] -= 1
                used_occurrences.add(occurrence)
        results.append(replace(finding, status=Status.BASELINE) if is_known else finding)
    return tuple(results)


def count_stale(findings: Iterable[Finding], baseline: Baseline) -> int:
    """The number of findings in a baseline that no longer occur."""
    current_counts = Counter(finding.fingerprint for finding in {_occurrence(item): item for item in findings}.values())
    return sum(max(count - current_counts[fingerprint], 0) for fingerprint, count in baseline.items())


def _occurrence(finding: Finding) -> _Occurrence:
    """One finding, whatever its status in each environment."""
    return finding.fingerprint, finding.location, finding.message


def is_policy_finding(finding: Finding) -> bool:
    """Whether a policy made the finding. Findings of the language itself cannot be in a baseline, because such specs do not compile."""
    return not finding.code.id.startswith("MY")


def is_judgement(finding: Finding) -> bool:
    """Whether a policy or a rule about approvals made the finding: what it judges can be rendered."""
    return is_policy_finding(finding) or finding.code.id in _APPROVAL_CODES

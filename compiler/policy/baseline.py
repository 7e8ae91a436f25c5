"""Findings that were there when policies were taken up: known, counted, and only ever fewer."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from compiler.diagnostics.finding import Finding, Place, Status
from compiler.foundation.json_data import Json

VERSION = 1
Baseline = Mapping[str, int]
"""How many findings there may be of a fingerprint."""
_Occurrence = tuple[str, Place | None, str]
NOTHING_KNOWN: Baseline = MappingProxyType({})


def loaded(text: str) -> Baseline:
    """The baseline in a file; `ValueError` says what is wrong with it."""
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), dict):
        raise ValueError(f'it is no baseline of version {VERSION}: {{"version": {VERSION}, "findings": {{…}}}}')
    found: dict[str, int] = {}
    for fingerprint, said in data["findings"].items():
        count = said.get("count") if isinstance(said, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(f"`{fingerprint}` has no count")
        found[fingerprint] = count
    return found


def dumped(findings: Iterable[Finding], before: Baseline | None = None) -> str:
    """A baseline of the findings that stand or are known; of one that there was before, only what is left."""
    counts: Counter[str] = Counter()
    about: dict[str, Finding] = {}
    seen: set[_Occurrence] = set()
    for finding in findings:
        if can_be_known(finding) and finding.status is not Status.WAIVED and _occurrence(finding) not in seen:
            seen.add(_occurrence(finding))
            counts[finding.fingerprint] += 1
            about.setdefault(finding.fingerprint, finding)
    if before is not None:
        counts = Counter({key: min(count, before[key]) for key, count in counts.items() if key in before})
    listed = {
        key: {"count": counts[key], "policy": about[key].code.id, "message": about[key].message}
        for key in sorted(counts)
    }
    return json.dumps({"version": VERSION, "findings": listed}, indent=1, ensure_ascii=False) + "\n"


def applied(findings: Iterable[Finding], known: Baseline) -> tuple[Finding, ...]:
    """The findings, those that the baseline knows marked as such: as many of a fingerprint as it counts."""
    left = Counter(known)
    taken: set[_Occurrence] = set()
    out: list[Finding] = []
    for finding in findings:
        occurrence = _occurrence(finding)
        is_known = finding.status is Status.OPEN and can_be_known(finding)
        if is_known and occurrence not in taken:
            is_known = left[finding.fingerprint] > 0
            if is_known:
                left[finding.fingerprint] -= 1
                taken.add(occurrence)
        out.append(replace(finding, status=Status.BASELINE) if is_known else finding)
    return tuple(out)


def stale(findings: Iterable[Finding], known: Baseline) -> int:
    """How many findings a baseline knows that are there no more."""
    there = Counter(finding.fingerprint for finding in {_occurrence(one): one for one in findings}.values())
    return sum(max(count - there[fingerprint], 0) for fingerprint, count in known.items())


def _occurrence(finding: Finding) -> _Occurrence:
    """One finding, however it is decided in each environment."""
    return finding.fingerprint, finding.place, finding.message


def can_be_known(finding: Finding) -> bool:
    """Whether a policy made the finding: what the language itself refuses cannot be compiled, known or not."""
    return not finding.code.id.startswith("MY")

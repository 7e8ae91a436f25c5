"""Workflow commands of GitHub Actions, which become annotations of the changed files.

GitHub shows ten of a kind for a step and fifty for a job, and does not say that there are more. So the worst ten errors,
warnings and notices are written, and where that leaves any out, the last notice counts them. What is waived or in the
baseline is not annotated. Columns are given where the finding lies in one line: GitHub takes them for no other.
"""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics.finding import Finding, Severity
from compiler.report.finding_text import label, summed, told, worst_first
from compiler.report.forge_locations import Places, is_inside
from compiler.report.report_formats import Report

LEVELS: Mapping[Severity, str] = MappingProxyType({
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
})  # fmt: skip
MOST = 10
"""How many of a kind GitHub shows for a step; three kinds stay below its fifty for a job."""


def render(report: Report) -> str:
    """A command a line, the worst first, and a last line that counts."""
    places = Places(report)
    kinds = [LEVELS[finding.code.severity] for finding in report.open]
    is_cut = any(count > MOST for count in Counter(kinds).values())
    shown = _shown(report, room={"error": MOST, "warning": MOST, "notice": MOST - is_cut})
    lines = [_annotation(finding, places) for finding in shown]
    return "\n".join([*lines, _summary(report, len(shown)), ""]).encode("utf-8", "replace").decode("utf-8")


def _shown(report: Report, room: dict[str, int]) -> list[Finding]:
    shown = []
    for finding in worst_first(report.open):
        kind = LEVELS[finding.code.severity]
        if room[kind]:
            room[kind] -= 1
            shown.append(finding)
    return shown


def _annotation(finding: Finding, places: Places) -> str:
    properties = {**_where(finding, places), "title": label(finding.code)}
    told_ = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{LEVELS[finding.code.severity]} {told_}::{_data(told(finding))}"


def _where(finding: Finding, places: Places) -> dict[str, str]:
    if not is_inside(finding.place):
        return {}
    at = places.shown(finding.place)
    where = {"file": at.path, "line": str(at.line), "endLine": str(at.end_line)}
    return where | ({"col": str(at.column), "endColumn": str(at.end_column)} if at.line == at.end_line else {})


def _summary(report: Report, shown: int) -> str:
    left_out = len(report.open) - shown
    if not left_out:
        return summed(report)
    hint = f"{left_out} of these are not annotated, for GitHub shows {MOST} of a kind; the log of `modelyard check` has all"
    return f"::notice title=Modelyard::{_data(f'{summed(report)}; {hint}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

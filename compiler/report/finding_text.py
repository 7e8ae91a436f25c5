"""Texts that all formats share."""

from collections import Counter
from collections.abc import Iterable, Iterator

from compiler.diagnostics.finding import Code, Enforcement, Finding, Severity, Status
from compiler.report.forge_locations import is_in_checkout
from compiler.report.report_formats import Report

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def sort_by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, blocking ones first within a severity, then in file order."""
    return sorted(
        findings, key=lambda finding: (_RANKS[finding.code.severity], not finding.is_blocking, finding.sort_key)
    )


def rule_label(code: Code) -> str:
    """The rule as people write it: `MY101 unknown-key`, or the qualified name of a policy."""
    return code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"


def full_message(finding: Finding) -> str:
    """The message, the environments and the help in one line; the message comes first."""
    head = finding.message.rstrip(".") + "".join(f" (in {detail})" for detail in _extra_locations(finding))
    advice = help_text(finding)
    return f"{head}. {advice[:1].upper()}{advice[1:]}" if advice else head


def _extra_locations(finding: Finding) -> Iterator[str]:
    """What the location in the checkout does not show: the environment, and a location outside the checkout."""
    if finding.affected_environments and not all(
        environment in finding.message for environment in finding.affected_environments
    ):
        yield ", ".join(finding.affected_environments)
    if finding.location and not is_in_checkout(finding.location):
        yield f"{finding.location.path}:{finding.location.line}"


def help_text(finding: Finding) -> str:
    """What to do about the finding, or an empty text."""
    return finding.help or (f"write {finding.fix.text}" if finding.fix else "")


def pluralize(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def level(finding: Finding) -> str:
    """The level shown before a finding: `error` for mandatory findings of any severity."""
    if finding.code.enforcement is Enforcement.MANDATORY:
        return "error"
    return "info" if finding.code.severity is Severity.INFO else "warning"


def format_level_counts(findings: Iterable[Finding]) -> str:
    """The number of findings of each level: `2 errors, 1 warning`; empty if there are none."""
    counts = Counter(map(level, findings))
    words = {"error": "error", "warning": "warning", "info": "info finding"}
    return ", ".join(pluralize(counts[name], word) for name, word in words.items() if counts[name])


def summary_line(report: Report) -> str:
    """The report in one line: open findings, scope, and suppressed findings."""
    scope, suppressed_counts = report.checked_scope, suppressed_summary(report)
    counts = format_level_counts(report.open) or "no issues found"
    return f"{counts}{f' in {scope}' if scope else ''}{f'; {suppressed_counts}' if suppressed_counts else ''}"


def suppressed_summary(report: Report) -> str:
    """The number of suppressed findings by reason: `3 waived, 2 in the baseline`; empty if there are none."""
    waived_count, baseline_count = len(report.with_status(Status.WAIVED)), len(report.with_status(Status.BASELINE))
    return ", ".join(
        [f"{waived_count} waived"] * bool(waived_count) + [f"{baseline_count} in the baseline"] * bool(baseline_count)
    )

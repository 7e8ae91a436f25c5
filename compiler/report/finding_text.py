"""What every format says of a finding in the same words."""

from collections import Counter
from collections.abc import Iterable, Iterator

from compiler.diagnostics.finding import Code, Enforcement, Finding, Severity, Status
from compiler.report.forge_locations import is_in_checkout
from compiler.report.report_formats import Report

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def sort_by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """By severity, then what fails the command before what does not, then in the order of files."""
    return sorted(
        findings, key=lambda finding: (_RANKS[finding.code.severity], not finding.is_blocking, finding.sort_key)
    )


def rule_label(code: Code) -> str:
    """The rule as people write it: `MY101 unknown-key`, or the qualified name of a policy."""
    return code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"


def full_message(finding: Finding) -> str:
    """The message, where it holds, and what to do, in one line of sentences; the first stands alone."""
    head = finding.message.rstrip(".") + "".join(f" (in {detail})" for detail in _extra_locations(finding))
    advice = help_text(finding)
    return f"{head}. {advice[:1].upper()}{advice[1:]}" if advice else head


def _extra_locations(finding: Finding) -> Iterator[str]:
    """What the place in the checkout does not say: the environment, and a file that lies elsewhere."""
    if finding.affected_environments and not all(
        environment in finding.message for environment in finding.affected_environments
    ):
        yield ", ".join(finding.affected_environments)
    if finding.location and not is_in_checkout(finding.location):
        yield f"{finding.location.path}:{finding.location.line}"


def help_text(finding: Finding) -> str:
    """What to do about it, or nothing."""
    return finding.help or (f"write {finding.fix.text}" if finding.fix else "")


def pluralize(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def level(finding: Finding) -> str:
    """The word that a finding begins with: what is mandatory is an error, whatever its severity."""
    if finding.code.enforcement is Enforcement.MANDATORY:
        return "error"
    return "info" if finding.code.severity is Severity.INFO else "warning"


def format_level_counts(findings: Iterable[Finding]) -> str:
    """How many there are of each level: `2 errors, 1 warning, 3 remarks`; empty for none."""
    counts = Counter(map(level, findings))
    words = {"error": "error", "warning": "warning", "info": "remark"}
    return ", ".join(pluralize(counts[name], word) for name, word in words.items() if counts[name])


def summary_line(report: Report) -> str:
    """The report in one line: what is open, in what, and what is not open."""
    scope, suppressed_counts = report.checked_scope, suppressed_summary(report)
    counts = format_level_counts(report.open) or "nothing to mend"
    return f"{counts}{f' in {scope}' if scope else ''}{f'; {suppressed_counts}' if suppressed_counts else ''}"


def suppressed_summary(report: Report) -> str:
    """How many findings are not open, and why: `3 waived, 2 in the baseline`; empty for none."""
    waived_count, baseline_count = len(report.with_status(Status.WAIVED)), len(report.with_status(Status.BASELINE))
    return ", ".join(
        [f"{waived_count} waived"] * bool(waived_count) + [f"{baseline_count} in the baseline"] * bool(baseline_count)
    )

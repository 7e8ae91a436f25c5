"""What every format says of a finding in the same words."""

from collections import Counter
from collections.abc import Iterable, Iterator

from compiler.diagnostics.finding import Code, Enforcement, Finding, Severity, Status
from compiler.report.forge_locations import is_inside
from compiler.report.report_formats import Report

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By severity, then what fails the command before what does not, then in the order of files."""
    return sorted(findings, key=lambda one: (_RANKS[one.code.severity], not one.mandatory, one.sort_key))


def label(code: Code) -> str:
    """The rule as people write it: `MY101 unknown-key`, or the qualified name of a policy."""
    return code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"


def told(finding: Finding) -> str:
    """The message, where it holds, and what to do, in one line of sentences; the first stands alone."""
    head = finding.message.rstrip(".") + "".join(f" (in {where})" for where in _where(finding))
    advice = advised(finding)
    return f"{head}. {advice[:1].upper()}{advice[1:]}" if advice else head


def _where(finding: Finding) -> Iterator[str]:
    """What the place in the checkout does not say: the environment, and a file that lies elsewhere."""
    if finding.where and not all(environment in finding.message for environment in finding.where):
        yield ", ".join(finding.where)
    if finding.place and not is_inside(finding.place):
        yield f"{finding.place.path}:{finding.place.line}"


def advised(finding: Finding) -> str:
    """What to do about it, or nothing."""
    return finding.help or (f"write {finding.fix.text}" if finding.fix else "")


def counted(count: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def level(finding: Finding) -> str:
    """The word that a finding begins with: what is mandatory is an error, whatever its severity."""
    if finding.code.enforcement is Enforcement.MANDATORY:
        return "error"
    return "info" if finding.code.severity is Severity.INFO else "warning"


def tally(findings: Iterable[Finding]) -> str:
    """How many there are of each level: `2 errors, 1 warning, 3 remarks`; empty for none."""
    found = Counter(map(level, findings))
    words = {"error": "error", "warning": "warning", "info": "remark"}
    return ", ".join(counted(found[name], word) for name, word in words.items() if found[name])


def summed(report: Report) -> str:
    """The report in one line: what is open, in what, and what is not open."""
    checked, others = report.checked, answered(report)
    counts = tally(report.open) or "nothing to mend"
    return f"{counts}{f' in {checked}' if checked else ''}{f'; {others}' if others else ''}"


def answered(report: Report) -> str:
    """How many findings are not open, and why: `3 waived, 2 in the baseline`; empty for none."""
    waived, known = len(report.having(Status.WAIVED)), len(report.having(Status.BASELINE))
    return ", ".join([f"{waived} waived"] * bool(waived) + [f"{known} in the baseline"] * bool(known))

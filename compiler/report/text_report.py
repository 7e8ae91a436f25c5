"""Findings for people: the message, the source line with carets, the help, and a summary.

Blocking findings are shown as errors, whatever their severity. The last line counts waived and baseline findings.
"""

from collections.abc import Callable, Iterator
from unicodedata import combining, east_asian_width

from compiler.diagnostics.finding import Finding, Location
from compiler.report.finding_text import format_level_counts, level, suppressed_summary
from compiler.report.report_formats import Report

_RESET = "\x1b[0m"
_STYLES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
    "blue": "\x1b[1;34m",
    "green": "\x1b[1;32m",
}
_MAX_WIDTH = 160


def render(report: Report) -> str:
    """One paragraph per finding, then a summary line."""
    paint = make_painter(colour=report.colour)
    lines: list[str] = []
    for finding in report.open:
        lines += [*_finding_lines(finding, report, paint), ""]
    lines.append(_summary_line(report, paint))
    return "\n".join(lines) + "\n"


Paint = Callable[[str, str], str]


def make_painter(*, colour: bool) -> Paint:
    """A function that styles text; it returns text unchanged if colours are off."""
    return (lambda style, text: f"{_STYLES[style]}{text}{_RESET}") if colour else (lambda _, text: text)


def _finding_lines(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    kind, code = level(finding), finding.code
    code_label = code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"
    yield f"{paint(kind, f'{kind}[{code_label}]')}{paint('bold', f': {to_printable(finding.message)}')}"
    margin = " " * (len(str(finding.location.line)) if finding.location else 1)
    if finding.location:
        yield from _snippet_lines(finding.location, kind, margin, report, paint)
    subject = finding.subject
    if subject and finding.affected_environments:
        yield f"{margin} {paint('blue', '=')} {subject.kind} {to_printable(subject.name)} in {', '.join(finding.affected_environments)}"
    for note in finding.notes:
        location = (
            f": {to_printable(note.location.path)}:{note.location.line}:{note.location.column}" if note.location else ""
        )
        yield f"{margin} {paint('blue', '=')} note: {to_printable(note.message).rstrip('.')}{location}"
    if finding.help:
        yield f"{margin} {paint('blue', '=')} {paint('green', 'help')}: {to_printable(finding.help)}"
    if finding.fix and not finding.help:
        yield f"{margin} {paint('blue', '=')} {paint('green', 'help')}: write {to_printable(finding.fix.text)}"


def _snippet_lines(location: Location, kind: str, margin: str, report: Report, paint: Paint) -> Iterator[str]:
    yield f"{margin}{paint('blue', '-->')} {to_printable(location.path)}:{location.line}:{location.column}"
    text = report.read_text(location.path)
    lines = text.split("\n") if text else []  # only a line feed ends a line, as in locations
    if location.line > len(lines):
        return
    line = lines[location.line - 1].rstrip("\r")
    end = location.end_column if location.end_line == location.line else len(line) + 1
    width = max(1, min(end, len(line) + 1) - location.column)
    start = max(0, min(location.column - 1, location.column - 1 + width - _MAX_WIDTH // 2))
    shift = start if location.column > _MAX_WIDTH else 0
    visible_text = to_printable(line[shift : shift + _MAX_WIDTH])
    bar = paint("blue", "|")
    yield f"{margin} {bar}"
    yield f"{paint('blue', str(location.line))} {bar} {visible_text}"
    prefix, marked_text = line[shift : location.column - 1], line[location.column - 1 : shift + _MAX_WIDTH][:width]
    yield f"{margin} {bar} {' ' * display_width(prefix)}{paint(kind, '^' * max(1, display_width(marked_text)))}"


def display_width(text: str) -> int:
    """The number of terminal cells that the text occupies."""
    return sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in to_printable(text))


def _summary_line(report: Report, paint: Paint) -> str:
    scope = f" in {report.checked_scope}" if report.checked_scope else ""
    suppressed_counts = suppressed_summary(report)
    serious_findings = [finding for finding in report.open if level(finding) != "info"]
    if not serious_findings:
        extra = ", ".join(filter(None, [format_level_counts(report.open), suppressed_counts]))
        return f"{paint('green', 'No issues found')}{scope}{f' ({extra})' if extra else ''}"
    worst_level = "error" if report.blocking_count else "warning"
    first_code = next(finding.code.id for finding in serious_findings if level(finding) == worst_level)
    extra = f"; {suppressed_counts}" if suppressed_counts else ""
    return f"{paint(worst_level, format_level_counts(serious_findings))}{scope}{extra}; `modelyard explain {first_code}` says more"


def to_printable(text: str) -> str:
    """The text without characters that could control the terminal or hide text."""
    return "".join(c if c.isprintable() or c == "\t" else f"\\u{ord(c):04x}" for c in text).replace("\t", " ")

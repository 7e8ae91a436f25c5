"""Findings for people: the message, the line with carets, what to do, and how many there were."""

from collections.abc import Callable, Iterator
from unicodedata import combining, east_asian_width

from compiler.diagnostics import Enforcement, Finding, Place, Severity
from compiler.report.report import Report

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
_WIDEST = 160


def render(report: Report) -> str:
    """Each finding in a paragraph of its own, then one line that counts them."""
    paint = _painter(colour=report.colour)
    lines: list[str] = []
    for finding in report.findings:
        lines += [*_finding(finding, report, paint), ""]
    lines.append(_summary(report, paint))
    return "\n".join(lines) + "\n"


Paint = Callable[[str, str], str]


def _painter(*, colour: bool) -> Paint:
    return (lambda style, said: f"{_STYLES[style]}{said}{_RESET}") if colour else (lambda _, said: said)


def level(finding: Finding) -> str:
    """The word that a finding begins with."""
    if finding.code.enforcement is Enforcement.MANDATORY:
        return "error"
    return "info" if finding.code.severity is Severity.INFO else "warning"


def _finding(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    kind = level(finding)
    yield f"{paint(kind, f'{kind}[{finding.code.id} {finding.code.name}]')}{paint('bold', f': {printable(finding.message)}')}"
    margin = " " * (len(str(finding.place.line)) if finding.place else 1)
    if finding.place:
        yield from _snippet(finding.place, kind, margin, report, paint)
    subject = finding.subject
    if subject and subject.environment:
        yield f"{margin} {paint('blue', '=')} {subject.kind} {printable(subject.name)} in {subject.environment}"
    for note in finding.notes:
        where = f": {printable(note.place.path)}:{note.place.line}:{note.place.column}" if note.place else ""
        yield f"{margin} {paint('blue', '=')} note: {printable(note.message).rstrip('.')}{where}"
    if finding.help:
        yield f"{margin} {paint('blue', '=')} {paint('green', 'help')}: {printable(finding.help)}"
    if finding.fix and not finding.help:
        yield f"{margin} {paint('blue', '=')} {paint('green', 'help')}: write {printable(finding.fix.text)}"


def _snippet(place: Place, kind: str, margin: str, report: Report, paint: Paint) -> Iterator[str]:
    yield f"{margin}{paint('blue', '-->')} {printable(place.path)}:{place.line}:{place.column}"
    text = report.text_of(place.path)
    lines = text.split("\n") if text else []  # as places count them: no other character ends a line
    if place.line > len(lines):
        return
    line = lines[place.line - 1].rstrip("\r")
    end = place.end_column if place.end_line == place.line else len(line) + 1
    width = max(1, min(end, len(line) + 1) - place.column)
    start = max(0, min(place.column - 1, place.column - 1 + width - _WIDEST // 2))
    shift = start if place.column > _WIDEST else 0
    shown = printable(line[shift : shift + _WIDEST])
    bar = paint("blue", "|")
    yield f"{margin} {bar}"
    yield f"{paint('blue', str(place.line))} {bar} {shown}"
    before, marked = line[shift : place.column - 1], line[place.column - 1 : shift + _WIDEST][:width]
    yield f"{margin} {bar} {' ' * _cells(before)}{paint(kind, '^' * max(1, _cells(marked)))}"


def _cells(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in printable(text))


def _summary(report: Report, paint: Paint) -> str:
    counts = {name: sum(level(finding) == name for finding in report.findings) for name in ("error", "warning", "info")}
    checked = f" in {report.checked}" if report.checked else ""
    told = ", ".join(_counted(count, name) for name, count in counts.items() if count and name != "info")
    if not counts["error"] and not counts["warning"]:
        also = f" ({_counted(counts['info'], 'remark')})" if counts["info"] else ""
        return f"{paint('green', 'ok')}: nothing to mend{checked}{also}"
    worst = "error" if counts["error"] else "warning"
    first = next(finding.code.id for finding in report.findings if level(finding) == worst)
    return f"{paint(worst, told)}{checked}; `modelyard explain {first}` says more"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def printable(text: str) -> str:
    """The text without characters that could steer a terminal or hide what stands there."""
    return "".join(c if c.isprintable() or c == "\t" else f"\\u{ord(c):04x}" for c in text).replace("\t", " ")

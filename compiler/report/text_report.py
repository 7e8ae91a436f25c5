"""Findings for people: the message, the line with carets, what to do, and how many there were.

What is mandatory is an error, whatever its severity. What is waived or in the baseline is counted in the last line.
"""

from collections.abc import Callable, Iterator
from unicodedata import combining, east_asian_width

from compiler.diagnostics.finding import Finding, Place
from compiler.report.finding_text import answered, level, tally
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
_WIDEST = 160


def render(report: Report) -> str:
    """Each finding in a paragraph of its own, then one line that counts them."""
    paint = painter(colour=report.colour)
    lines: list[str] = []
    for finding in report.open:
        lines += [*_finding(finding, report, paint), ""]
    lines.append(_summary(report, paint))
    return "\n".join(lines) + "\n"


Paint = Callable[[str, str], str]


def painter(*, colour: bool) -> Paint:
    """What puts text into a style, where there are colours."""
    return (lambda style, said: f"{_STYLES[style]}{said}{_RESET}") if colour else (lambda _, said: said)


def _finding(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    kind, code = level(finding), finding.code
    named = code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"
    yield f"{paint(kind, f'{kind}[{named}]')}{paint('bold', f': {printable(finding.message)}')}"
    margin = " " * (len(str(finding.place.line)) if finding.place else 1)
    if finding.place:
        yield from _snippet(finding.place, kind, margin, report, paint)
    subject = finding.subject
    if subject and finding.where:
        yield f"{margin} {paint('blue', '=')} {subject.kind} {printable(subject.name)} in {', '.join(finding.where)}"
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
    yield f"{margin} {bar} {' ' * cells(before)}{paint(kind, '^' * max(1, cells(marked)))}"


def cells(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in printable(text))


def _summary(report: Report, paint: Paint) -> str:
    where = f" in {report.checked}" if report.checked else ""
    others = answered(report)
    grave = [finding for finding in report.open if level(finding) != "info"]
    if not grave:
        also = ", ".join(filter(None, [tally(report.open), others]))
        return f"{paint('green', 'ok')}: nothing to mend{where}{f' ({also})' if also else ''}"
    worst = "error" if report.mandatory else "warning"
    first = next(finding.code.id for finding in grave if level(finding) == worst)
    also = f"; {others}" if others else ""
    return f"{paint(worst, tally(grave))}{where}{also}; `modelyard explain {first}` says more"


def printable(text: str) -> str:
    """The text without characters that could steer a terminal or hide what stands there."""
    return "".join(c if c.isprintable() or c == "\t" else f"\\u{ord(c):04x}" for c in text).replace("\t", " ")

"""Findings for people: the message, the source line with carets, the help, and a summary.

Blocking findings are shown as errors, whatever their severity. The last line counts waived and baseline findings.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from unicodedata import combining, east_asian_width

from compiler.diagnostics.finding import NOT_WAIVABLE, Code, Finding, Location
from compiler.foundation.secret_redaction import mask
from compiler.report.finding_redaction import is_about_secrets
from compiler.report.finding_text import format_level_counts, level, pluralize, suppressed_summary
from compiler.report.forge_locations import is_in_checkout
from compiler.report.line_wrap import MIN_WIDTH, wrap_line
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
    counted_notices = [] if report.verbose else _repeated_notices(report.open)
    skipped = frozenset(counted_notices)
    explained_codes: set[str] = set()
    for finding in report.shown:
        if finding not in skipped:
            lines += _finding_lines(finding, report, paint)
            if finding.code.waiver and finding.code.id not in explained_codes:
                lines += _policy_lines(finding, report, paint)
                explained_codes.add(finding.code.id)
            lines.append("")
    lines += _notice_count_lines(counted_notices, report, paint)
    if hidden_count := len(report.open) - len(report.shown):
        lines += [
            f"{pluralize(hidden_count, 'more finding')} not shown; `modelyard check --max-findings 0` shows all",
            "",
        ]
    style, head, rest = _summary(report)
    first_line, *other_lines = wrap_line(head, rest, report.width, indent=2)
    lines += [f"{paint(style, head)}{first_line.removeprefix(head)}", *other_lines]
    return "\n".join(lines) + "\n"


Paint = Callable[[str, str], str]


def _repeated_notices(findings: Iterable[Finding]) -> list[Finding]:
    """The notices of which there are several with the same code."""
    notices = list(filter(_is_notice, findings))
    counts = Counter(finding.code for finding in notices)
    return [finding for finding in notices if counts[finding.code] > 1]


def _is_notice(finding: Finding) -> bool:
    """Whether it is advice about a shipped file, which the reader cannot edit."""
    return level(finding) == "info" and finding.location is not None and not is_in_checkout(finding.location)


def _notice_count_lines(notices: list[Finding], report: Report, paint: Paint) -> Iterator[str]:
    """One line per code: how many notices there are, and how to see them."""
    for code, count in Counter(finding.code for finding in notices).items():
        label = f"info[{_code_label(code)}]"
        text = f"{count} notices; `modelyard build --verbose` shows each, "
        text += f"run `modelyard explain {code.id}` for details"
        yield from _labelled_lines("info", label, text, report, paint)
    if notices:
        yield ""


def _code_label(code: Code) -> str:
    return code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"


def _labelled_lines(kind: str, label: str, text: str, report: Report, paint: Paint) -> Iterator[str]:
    first_line, *other_lines = wrap_line(f"{label}: ", text, report.width, indent=2)
    yield f"{paint(kind, label)}{paint('bold', first_line.removeprefix(label))}"
    yield from (paint("bold", line) for line in other_lines)


def make_painter(*, colour: bool) -> Paint:
    """A function that styles text; it returns text unchanged if colours are off."""
    return (lambda style, text: f"{_STYLES[style]}{text}{_RESET}") if colour else (lambda _, text: text)


def _finding_lines(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    kind = level(finding)
    label = f"{kind}[{_code_label(finding.code)}]"
    yield from _labelled_lines(kind, label, to_printable(finding.message), report, paint)
    margin = _margin(finding)
    if finding.location:
        yield from _snippet_lines(finding, finding.location, margin, report, paint)
    subject = finding.subject
    if subject and finding.affected_environments:
        yield f"{margin} {paint('blue', '=')} {subject.kind} {to_printable(subject.name)} in {', '.join(finding.affected_environments)}"
    for note in finding.notes:
        location = (
            f": {to_printable(note.location.path)}:{note.location.line}:{note.location.column}" if note.location else ""
        )
        yield f"{margin} {paint('blue', '=')} note: {to_printable(note.message).rstrip('.')}{location}"
    advice = finding.help or (f"write {finding.fix.text}" if finding.fix else "")
    if advice:
        yield from _attribute_lines(finding, "help", advice, report, paint)


def _policy_lines(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    """What a policy is for, whom to ask and how to waive it, after the first finding about it."""
    code = finding.code
    yield from _attribute_lines(finding, "reason", code.why, report, paint)
    if code.owner:
        yield from _attribute_lines(finding, "owner", code.owner, report, paint)
    if code.controls:
        yield from _attribute_lines(finding, "controls", ", ".join(code.controls), report, paint)
    if code.docs:
        yield from _attribute_lines(finding, "docs", code.docs, report, paint)
    how = "" if code.waiver == NOT_WAIVABLE else f"; `modelyard explain {code.id}` prints one to complete"
    yield from _attribute_lines(finding, "waiver", f"{code.waiver}{how}", report, paint)


def _attribute_lines(finding: Finding, name: str, text: str, report: Report, paint: Paint) -> Iterator[str]:
    """A line below the source line: `= help: …`, wrapped at the width of the terminal."""
    margin = _margin(finding)
    head = f"{margin} = {name}: "
    first_line, *other_lines = wrap_line(head, to_printable(text), report.width)
    label = paint("green", name) if name == "help" else name
    yield f"{margin} {paint('blue', '=')} {label}: {first_line.removeprefix(head)}"
    yield from other_lines


def _margin(finding: Finding) -> str:
    """The width of the line number."""
    return " " * (len(str(finding.location.line)) if finding.location else 1)


def _snippet_lines(finding: Finding, location: Location, margin: str, report: Report, paint: Paint) -> Iterator[str]:
    yield f"{margin}{paint('blue', '-->')} {to_printable(location.path)}:{location.line}:{location.column}"
    line = report.line(location.path, location.line)
    if line is None or "\0" in line:  # of a file in another encoding, nothing can be shown
        return
    line = report.redactor.redact(line)
    if is_about_secrets(finding):  # the file may spell the value otherwise than it reads, with escapes
        last = location.end_column - 1 if location.end_line == location.line else len(line)
        line = line[: location.column - 1] + mask(line[location.column - 1 : last]) + line[last:]
    end = location.end_column if location.end_line == location.line else len(line) + 1
    width = max(1, min(end, len(line) + 1) - location.column)
    max_width = _snippet_width(margin, report)
    start = max(0, min(location.column - 1, location.column - 1 + width - max_width // 2))
    shift = start if location.column > max_width else 0
    visible_text = to_printable(line[shift : shift + max_width])
    bar = paint("blue", "|")
    yield f"{margin} {bar}"
    yield f"{paint('blue', str(location.line))} {bar} {visible_text}"
    prefix, marked_text = line[shift : location.column - 1], line[location.column - 1 : shift + max_width][:width]
    yield f"{margin} {bar} {' ' * display_width(prefix)}{paint(level(finding), '^' * max(1, display_width(marked_text)))}"


def _snippet_width(margin: str, report: Report) -> int:
    """The number of characters of a source line that are shown, so that the carets stay below them."""
    if report.width is None or report.width < MIN_WIDTH:
        return _MAX_WIDTH
    return min(_MAX_WIDTH, report.width - len(margin) - len(" | "))


def display_width(text: str) -> int:
    """The number of terminal cells that the text occupies."""
    return sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in to_printable(text))


def _summary(report: Report) -> tuple[str, str, str]:
    """The last line: the style of its head, its head, and the rest."""
    scope = f" in {report.checked_scope}" if report.checked_scope else ""
    suppressed_counts = suppressed_summary(report)
    serious_findings = [finding for finding in report.open if level(finding) != "info"]
    if not serious_findings:
        extra = ", ".join(filter(None, [format_level_counts(report.open), suppressed_counts]))
        return "green", "No issues found", f"{scope}{f' ({extra})' if extra else ''}"
    worst_level = "error" if report.blocking_count else "warning"
    first_code = next(finding.code.id for finding in serious_findings if level(finding) == worst_level)
    extra = f"; {suppressed_counts}" if suppressed_counts else ""
    rest = f"{scope}{extra}; run `modelyard explain {first_code}` for details"
    return worst_level, format_level_counts(serious_findings), rest


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"  # noqa: PLR2004 - as Python writes them


def to_printable(text: str) -> str:
    """The text without characters that could control the terminal or hide text."""
    return "".join(c if c.isprintable() or c == "\t" else _escape(c) for c in text).replace("\t", " ")

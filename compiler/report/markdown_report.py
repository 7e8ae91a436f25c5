"""A summary in Markdown, for a comment on a pull request or for `$GITHUB_STEP_SUMMARY`.

It counts what was found, shows a table with the worst first, and folds what is waived, with the reasons. It never
exceeds the 65,536 characters of a comment: findings that do not fit are counted in its last line. Nothing that a spec
holds becomes markup, notifies somebody or links anywhere.
"""

from collections.abc import Iterable, Iterator, Sequence

from compiler.diagnostics.finding import Finding, Status
from compiler.report.finding_text import advised, counted, label, level, summed, tally, worst_first
from compiler.report.forge_locations import Places
from compiler.report.markdown_escape import code, inline, link, plain, row
from compiler.report.report_formats import Report

MOST = 65_536
"""Characters that a comment may have."""

_ENDING = 400  # characters for the lines that say what was left out, and for what closes the fold
_CELL = 300
_PATH = 200


def render(report: Report) -> str:
    """A heading that counts, a table of what is open, and what is waived."""
    places = Places(report)
    head = f"### Modelyard: {plain(summed(report))}\n"
    room = MOST - len(head) - 2 * _ENDING
    found = worst_first(report.open)
    table = _table(("", "severity", "where", "rule", "finding"), (_row(finding, places) for finding in found), room)
    parts = [head, *table, *_left_out(found[_rows(table) :])]
    waived = report.having(Status.WAIVED)
    if waived:
        rows = (_waived(finding, places) for finding in waived)
        fold = _table(("where", "rule", "finding", "because"), rows, room - sum(map(len, table)))
        parts += [f"\n<details><summary>{len(waived)} waived</summary>\n", *fold]
        parts += [*_left_out(waived[_rows(fold) :]), "\n</details>\n"]
    return "".join(parts)


def _table(titles: Sequence[str], rows: Iterable[str], room: int) -> list[str]:
    """As many rows as there is room for below their titles; nothing where there are none."""
    head = ["\n", row(*titles), row(*("---" for _ in titles))]
    left = room - sum(map(len, head))
    kept = []
    for one in rows:
        left -= len(one)
        if left < 0:
            break
        kept.append(one)
    return [*head, *kept] if kept else []


def _rows(table: Sequence[str]) -> int:
    return max(0, len(table) - 3)


def _left_out(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        counts = f" ({tally(findings)})" if findings[0].status is Status.OPEN else ""
        yield f"\n{counted(len(findings), 'finding')} left out for want of room{counts}; `modelyard check` says all of them.\n"


def _row(finding: Finding, places: Places) -> str:
    advice = inline(advised(finding), _CELL)
    said = inline(finding.message, _CELL) + (f"<br>*help*: {advice}" if advice else "")
    rule = link(label(finding.code), finding.code.docs)
    return row(level(finding), finding.code.severity.value, _where(finding, places), rule, said)


def _waived(finding: Finding, places: Places) -> str:
    rule = link(label(finding.code), finding.code.docs)
    because = inline(finding.because or "", _CELL)
    return row(_where(finding, places), rule, inline(finding.message, _CELL), because)


def _where(finding: Finding, places: Places) -> str:
    at = places.shown(finding.place)
    return code(f"{at.path}:{at.line}", _PATH) + (f" in {plain(', '.join(finding.where))}" if finding.where else "")

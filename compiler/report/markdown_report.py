"""A Markdown summary, for a comment on a pull request or for `$GITHUB_STEP_SUMMARY`.

It counts the findings, shows a table with the most serious first, and folds waived findings with their reasons. It never exceeds the
65,536 characters of a comment: findings that do not fit are counted in its last line. Nothing in a spec becomes markup, a mention or
a link.
"""

from collections.abc import Iterable, Iterator, Sequence

from compiler.diagnostics.finding import Finding, Status
from compiler.report.finding_text import (
    format_level_counts,
    help_text,
    level,
    pluralize,
    rule_label,
    sort_by_severity,
    summary_line,
)
from compiler.report.forge_locations import ForgeLocations
from compiler.report.markdown_escape import code_span, escape_inline, escape_text, link, table_row
from compiler.report.report_formats import Report

MAX_COMMENT_LENGTH = 65_536
"""The maximum number of characters of a comment."""

_FOOTER_LENGTH = 400  # reserved for the lines that count what was left out, and for the end of the fold
_MAX_CELL = 300
_MAX_PATH = 200


def render(report: Report) -> str:
    """A heading with counts, a table of open findings, and the waived findings."""
    locations = ForgeLocations(report)
    head = f"### Modelyard: {escape_text(summary_line(report))}\n"
    room = MAX_COMMENT_LENGTH - len(head) - 2 * _FOOTER_LENGTH
    findings = sort_by_severity(report.open)
    table = _fit_table(
        ("", "severity", "where", "rule", "finding"), (_open_row(finding, locations) for finding in findings), room
    )
    parts = [head, *table, *_omission_note(findings[_count_rows(table) :])]
    waived_findings = report.with_status(Status.WAIVED)
    if waived_findings:
        rows = (_waived_row(finding, locations) for finding in waived_findings)
        folded_table = _fit_table(("where", "rule", "finding", "reason"), rows, room - sum(map(len, table)))
        parts += [f"\n<details><summary>{len(waived_findings)} waived</summary>\n", *folded_table]
        parts += [*_omission_note(waived_findings[_count_rows(folded_table) :]), "\n</details>\n"]
    return "".join(parts)


def _fit_table(titles: Sequence[str], rows: Iterable[str], room: int) -> list[str]:
    """The rows that fit below their titles; empty if there are none."""
    head = ["\n", table_row(*titles), table_row(*("---" for _ in titles))]
    remaining_length = room - sum(map(len, head))
    fitting_rows = []
    for line in rows:
        remaining_length -= len(line)
        if remaining_length < 0:
            break
        fitting_rows.append(line)
    return [*head, *fitting_rows] if fitting_rows else []


def _count_rows(table: Sequence[str]) -> int:
    return max(0, len(table) - 3)


def _omission_note(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        counts = f" ({format_level_counts(findings)})" if findings[0].status is Status.OPEN else ""
        yield (
            f"\n{pluralize(len(findings), 'finding')} omitted because of the maximum "
            f"length{counts}; `modelyard check` shows all of them.\n"
        )


def _open_row(finding: Finding, locations: ForgeLocations) -> str:
    advice = escape_inline(help_text(finding), _MAX_CELL)
    message = escape_inline(finding.message, _MAX_CELL) + (f"<br>*help*: {advice}" if advice else "")
    rule = link(rule_label(finding.code), finding.code.docs)
    return table_row(level(finding), finding.code.severity.value, _format_location(finding, locations), rule, message)


def _waived_row(finding: Finding, locations: ForgeLocations) -> str:
    rule = link(rule_label(finding.code), finding.code.docs)
    reason = escape_inline(finding.status_reason or "", _MAX_CELL)
    return table_row(_format_location(finding, locations), rule, escape_inline(finding.message, _MAX_CELL), reason)


def _format_location(finding: Finding, locations: ForgeLocations) -> str:
    position = locations.to_forge(finding.location)
    return code_span(f"{position.path}:{position.line}", _MAX_PATH) + (
        f" in {escape_text(', '.join(finding.affected_environments))}" if finding.affected_environments else ""
    )

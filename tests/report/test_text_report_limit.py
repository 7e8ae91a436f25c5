"""The text report shows a limited number of findings, errors first, and reads each file once."""

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.report import Report
from compiler.report.text_report import render

COUNT = 3000


def report(max_shown: int | None, reads: list[str] | None = None) -> Report:
    def read_text(path: str) -> str:
        if reads is not None:
            reads.append(path)
        return "key: 1\n" * COUNT

    kinds = (codes.UNUSED_POLICY, codes.UNKNOWN_KEY)
    findings = (
        Finding(kinds[line == COUNT], f"finding {line}", Location("a.yaml", line, 1, line, 4))
        for line in range(1, COUNT + 1)
    )
    return Report(tuple(findings), read_text, max_shown=max_shown)


def test_errors_are_shown_first_and_the_rest_is_counted() -> None:
    text = render(report(10))
    assert f"finding {COUNT}\n" in text
    assert "finding 9\n" in text
    assert "finding 10\n" not in text
    assert f"{COUNT - 10} more findings not shown; `modelyard check --max-findings 0` shows all" in text
    assert f"1 error, {COUNT - 1} warnings" in text
    assert report(10).exit_code == report(None).exit_code == 1


def test_a_file_is_read_once_however_many_findings_it_has() -> None:
    reads: list[str] = []
    assert render(report(None, reads)).count("-->") == COUNT
    assert reads == ["a.yaml"]

"""What a change of policies does, told on a pull request, is text and nothing else."""

from compiler.diagnostics.codes import NOT_JUDGED
from compiler.diagnostics.finding import Finding, Subject
from compiler.policy.impact import Change, State
from compiler.report.impact_report import markdown

HOSTILE = "a | @octocat ![x](http://e.x/i.png) <b>h</b> #1\r\nb"


def test_nothing_that_a_spec_holds_becomes_markup() -> None:
    finding = Finding(NOT_JUDGED, HOSTILE, None, Subject("Model", "m"))
    row = markdown([Change(State.KEPT, State.FAILS, finding, "team")]).splitlines()
    assert len(row) == 3
    for live in ("![x](", "<b>", " @octocat", "\r"):
        assert live not in row[2], row[2]

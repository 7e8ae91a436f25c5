"""The report of a policy change on a pull request is text and nothing else."""

from compiler.diagnostics.codes import POLICY_SKIPPED
from compiler.diagnostics.finding import Finding, Subject
from compiler.policy.impact import PolicyState, StateChange
from compiler.policy.policy_comparison import PolicyComparison
from compiler.report.impact_report import render_markdown

HOSTILE = "a | @octocat ![x](http://e.x/i.png) <b>h</b> #1\r\nb"


def test_nothing_that_a_spec_holds_becomes_markup() -> None:
    finding = Finding(POLICY_SKIPPED, HOSTILE, None, Subject("Model", "m"))
    row = render_markdown(
        PolicyComparison(), [StateChange(PolicyState.PASSES, PolicyState.FAILS, finding, "team")]
    ).splitlines()
    assert len(row) == 3
    for live in ("![x](", "<b>", " @octocat", "\r"):
        assert live not in row[2], row[2]

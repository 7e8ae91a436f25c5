"""The summary in Markdown: within a comment, and with nothing in it that a forge acts on."""

import re
from dataclasses import replace

import pytest

from compiler.diagnostics.finding import Status
from compiler.report.markdown_escape import escape_inline, link


def test_a_summary_counts_and_puts_the_worst_first(render_report, finding) -> None:
    comment = render_report(
        "markdown", finding("mild", severity="low", mandatory=False), finding("grave", severity="critical")
    )
    assert comment.startswith("### Modelyard: 1 error, 1 warning in 1 model, 1 environment\n")
    assert comment.index("grave") < comment.index("mild")


def test_what_is_waived_is_folded_with_its_reason(render_report, waived_finding) -> None:
    comment = render_report("markdown", waived_finding)
    assert "<details><summary>1 waived</summary>" in comment
    assert "the team moves in May (RISK-7)" in comment


@pytest.mark.parametrize("status", [Status.OPEN, Status.WAIVED])
def test_a_comment_is_never_too_long_and_says_what_was_left_out(status, render_report, finding) -> None:
    comment = render_report(
        "markdown", *(finding(f"{n} " + "@" * 400, status=status, status_reason="@" * 400) for n in range(3000))
    )
    assert len(comment) <= 65_536
    rows = len(re.findall(r"^\| .*scorer", comment, re.MULTILINE))
    assert rows > 5
    assert f"{3000 - rows} findings omitted" in comment


def test_both_tables_share_the_room(render_report, finding) -> None:
    found = [finding(f"{n} " + "x" * 300) for n in range(1000)]
    comment = render_report("markdown", *found, *(replace(one, status=Status.WAIVED) for one in found))
    assert len(comment) <= 65_536
    assert comment.endswith("</details>\n")


@pytest.mark.parametrize(
    ("text", "expected_text"),
    [
        ("use `a|b`", "use `a\\|b`"),
        ("one ` only", "one \\` only"),
        ("a\n| b", "a \\| b"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("@org/team", "\\@<!-- -->org/team"),
        ("fixes #12", "fixes \\#<!-- -->12"),
        ("[x](http://evil)", "\\[x\\](http:<!-- -->//evil)"),
        ("www.evil", "www<!-- -->.evil"),
        ("\u202e", "\\\\u202e"),
    ],
)
def test_nothing_that_a_spec_holds_becomes_markup(text, expected_text) -> None:
    assert escape_inline(text, 300) == expected_text


def test_only_an_address_without_tricks_is_linked() -> None:
    assert link("a", "https://example.org/a") == "[a](https://example.org/a)"
    assert link("a", "javascript:alert(1)") == link("a", "https://x/)(b") == link("a", None) == "a"

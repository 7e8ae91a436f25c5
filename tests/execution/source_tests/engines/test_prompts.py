"""Prompts: their placeholders are the variables that the spec names, and nothing else in them would be run."""

import pytest

from compiler.execution.source_tests.engines.prompts import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import WorkerProcess
from compiler.execution.source_tests.worker_protocol import IssueKind, Job, line_location, source_location

pytestmark = pytest.mark.wheel

PROMPT = "Write in {{ language }}.\n\n{{dispute}} {{ dispute }}\n"
PLACEHOLDERS_ONLY = "a prompt can contain placeholders but no other template syntax"


def job(text=PROMPT, variables=("dispute", "language"), guard=b"you are now\n") -> Job:
    prompt = {"name": "task", "file": "task.md", "variables": list(variables)}
    source = {"prompts": [prompt], "guardrails": {"input": [{"name": "orders", "file": "orders.txt"}]}}
    content = text if isinstance(text, bytes) else text.encode()
    return Job("prompts", "llm", source, {}, {"task.md": content, "orders.txt": guard})


def issues_of(job: Job) -> list:
    return [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_prompt_with_exactly_the_declared_variables_has_no_issues() -> None:
    assert issues_of(job()) == []
    assert issues_of(job("Only { text } and }} too.", ())) == []


def test_a_placeholder_that_is_not_named_disagrees_where_it_stands_first() -> None:
    message = "`{{ dispute }}` is not one of the variables of `task`"
    assert issues_of(job(variables=("language",))) == [(IssueKind.SPEC_MISMATCH, line_location("task.md", 3), message)]


def test_a_variable_that_is_not_used_disagrees_in_the_spec() -> None:
    spot = source_location("prompts", 0, "variables", 2)
    assert issues_of(job(variables=("dispute", "language", "name"))) == [
        (IssueKind.SPEC_MISMATCH, spot, "`task.md` does not use `{{ name }}`")
    ]


@pytest.mark.parametrize(
    ("line", "description"),
    [
        ("{{ dispute | upper }}", "a filter"),
        ("{{ dispute.__class__ }}", "an attribute"),
        ("{{ dispute[0] }}", "a part of a value"),
        ("{{ dispute() }}", "a call"),
        ("{{ dispute is defined }}", "a test"),
        ("{{ 9 ** 9 ** 9 }}", "an expression"),
        ("{{ 'x' * 10 }}", "an expression"),
        ("{% for _ in range(10 ** 12) %}x{% endfor %}", "a statement"),
        ("{% include '/etc/passwd' %}", "a statement"),
        ("{% raw %}{{ x }}{% endraw %}", "a statement"),
        ("{# never printed #}", "a comment"),
    ],
)
def test_whatever_is_no_placeholder_is_broken_at_its_line(line, description) -> None:
    assert issues_of(job(f"{PROMPT}{line}\n")) == [
        (IssueKind.INVALID, line_location("task.md", 4), f"{description}: {PLACEHOLDERS_ONLY}")
    ]


@pytest.mark.parametrize("line", ["{{ dispute", "{{ }}", "{{ a b }}", "{{ 'x }}", "{% nothing"])
def test_what_cannot_be_read_is_broken_at_its_line(line) -> None:
    ((kind, spot, message),) = issues_of(job(f"{PROMPT}{line}\n"))
    assert (kind, spot.file, bool(message)) == (IssueKind.INVALID, "task.md", True)
    assert spot.line in {4, 5}


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [(b"one\ntwo \xff", 2, "is not UTF-8"), (b"", 1, "is empty"), (b" \n", 1, "is empty")],
)
def test_prompts_and_what_guardrails_judge_by_are_text(content, line, reason) -> None:
    assert issues_of(job(content)) == [(IssueKind.INVALID, line_location("task.md", line), f"`task.md` {reason}")]
    assert issues_of(job(guard=content)) == [
        (IssueKind.INVALID, line_location("orders.txt", line), f"`orders.txt` {reason}")
    ]


def test_a_hostile_prompt_is_a_remark_in_a_process_of_its_own() -> None:
    with WorkerProcess(ResourceLimits()) as child:
        assert child.run(job()) == ()
        for text in ("{{ " + "(" * 50_000, "{{ " + "-" * 50_000 + "1 }}", "{{ 9 ** 9 ** 9 ** 9 }}"):
            (remark,) = child.run(job(text))
            assert (remark.kind, remark.location.file) == (IssueKind.INVALID, "task.md")


def test_it_takes_what_has_prompts_or_guardrails() -> None:
    assert ENGINE.supports("llm", {"prompts": [{}]})
    assert ENGINE.supports("agent", {"prompts": [{}]})
    assert not ENGINE.supports("agent", {})
    assert not ENGINE.supports("ml", {"prompts": [{}]})

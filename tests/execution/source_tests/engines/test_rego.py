"""Rego: decisions compile, exist at the spec's entrypoint, pass their tests, and have no network access."""

# ruff: noqa: E501 - a row of a table is a claim

from dataclasses import replace

import pytest

from compiler.execution.source_tests.engines.rego import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import RunFailure, WorkerProcess
from compiler.execution.source_tests.worker_protocol import (
    IssueKind,
    IssueLocation,
    Job,
    data_location,
    line_location,
    source_location,
)

pytestmark = pytest.mark.wheel

POLICY = """package loan

limits := data.limits

default outcome := "refer"

outcome := "decline" if input.age < limits.age

outcome := "approve" if input.age >= limits.age
"""
TESTS = """package loan_test

import data.loan

test_minor if loan.outcome == "decline" with input as {"age": 17}

test_adult if loan.outcome == "approve" with input as {"age": 18}
"""
CASE = {"name": "no data", "input": {}, "output": "refer"}


def job(**files: str) -> Job:
    """A sound release, with what is given in place of its files."""
    texts = {"policy.rego": POLICY, "data.json": '{"limits": {"age": 18}}', "test.rego": TESTS} | {
        name.replace("_", "."): text for name, text in files.items()
    }
    source = {
        "engine": "opa",
        "files": ["policy.rego", "data.json"],
        "entrypoint": "loan/outcome",
        "tests": ["test.rego", "cases.yaml"],
    }
    contents = {name: text.encode() for name, text in texts.items()}
    return Job("rego", "rules", source, {}, contents, {"cases.yaml": [CASE]})


def issues_of(job: Job) -> list[tuple[IssueKind, IssueLocation, str]]:
    return [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_valid_release_has_no_issues() -> None:
    assert issues_of(job()) == []


def test_it_takes_what_opa_runs() -> None:
    assert ENGINE.supports("rules", {"engine": "opa"})
    assert not ENGINE.supports("rules", {"engine": "gorules"})


@pytest.mark.parametrize(
    ("files", "kind", "spot", "message"),
    [
        ({"policy_rego": POLICY + "x := {\n"}, IssueKind.INVALID, line_location("policy.rego", 11), "expecting expression"),
        ({"policy_rego": POLICY + "x if { y }\n"}, IssueKind.INVALID, line_location("policy.rego", 10, 8), "use of undefined variable `y` is unsafe"),
        ({"policy_rego": POLICY + "x { true }\n"}, IssueKind.INVALID, line_location("policy.rego", 10, 3), "`if` keyword is required before rule body"),
        ({"policy_rego": POLICY.replace("input.age >=", "nosuch(input.age) >=")}, IssueKind.INVALID, line_location("policy.rego", 9, 31), "could not find function nosuch"),
        ({"data_json": "{"}, IssueKind.INVALID, line_location("data.json", 1, 2), None),
        ({"data_json": "[]"}, IssueKind.INVALID, line_location("data.json"), "`data.json` is not a map, but OPA requires data files to be maps"),
        ({"data_json": '{"limits": {"age": 18}, "loan": {"outcome": 1}}'}, IssueKind.INVALID, data_location("data.json", "loan", "outcome"), "the rule `loan.outcome` is also in `policy.rego`"),
        ({"data_json": '{"limits": {"age": 19}}'}, IssueKind.WRONG_ANSWER, line_location("test.rego", 7, 1), "the test `test_adult` fails"),
        ({"policy_rego": POLICY.replace("<", "<=")}, IssueKind.INVALID, line_location("policy.rego", 9, 1), None),
        ({"policy_rego": POLICY.replace('"refer"', '"decline"')}, IssueKind.WRONG_ANSWER, data_location("cases.yaml", 0, "output"), 'the case `no data` fails: expected "refer", found "decline"'),
        ({"test_rego": "package loan_test\n"}, IssueKind.SUSPICIOUS, line_location("test.rego"), "`test.rego` has no rule whose name begins with `test_`, so that it contains no tests"),
        ({"policy_rego": POLICY + 'x := http.send({"method": "get", "url": "http://127.0.0.1"})\n'}, IssueKind.EXTERNAL_ACCESS, line_location("policy.rego", 10, 6), "the result of `http.send` depends on the environment, and is not under review"),
        ({"policy_rego": POLICY + "x := opa.runtime().env\n"}, IssueKind.EXTERNAL_ACCESS, line_location("policy.rego", 10, 6), None),
        ({"test_rego": TESTS + 'test_token if io.jwt.decode("a.b.c")\n'}, IssueKind.NOT_RUN, line_location("test.rego", 8, 28), "`io.jwt.decode` is a function of OPA that the test engine does not support, so that no tests were run"),
        ({"test_rego": TESTS + 'test_sum if 1 + input.x == 2 with input as {"x": "1"}\n'}, IssueKind.WRONG_ANSWER, line_location("test.rego", 8, 22), None),
    ],
)  # fmt: skip
def test_one_change_of_the_files_is_one_remark_at_its_line(files, kind, spot, message) -> None:
    [(found, where, text)] = issues_of(job(**files))
    assert (found, where) == (kind, spot)
    assert message is None or text == message


def test_an_entrypoint_that_no_file_has_is_reported_at_the_spec() -> None:
    valid_job = job()
    [remark] = list(
        ENGINE.run(replace(valid_job, source={**valid_job.source, "entrypoint": "loan/outcom"}, cases={}), print)
    )
    assert (remark.kind, remark.location, remark.message, remark.help) == (
        IssueKind.SPEC_MISMATCH, source_location("entrypoint"), "no file has a rule `loan/outcom`", "did you mean `loan/outcome`?",
    )  # fmt: skip


def test_cases_need_an_entrypoint_to_ask() -> None:
    valid_job = job()
    source = {key: value for key, value in valid_job.source.items() if key != "entrypoint"}
    assert issues_of(replace(valid_job, source=source)) == [
        (
            IssueKind.SPEC_MISMATCH,
            source_location("tests"),
            "there are cases, but the spec has no `entrypoint` to evaluate",
        )
    ]


def test_a_rule_that_only_a_test_has_is_no_entrypoint() -> None:
    valid_job = job()
    source = {**valid_job.source, "entrypoint": "loan_test/test_minor"}
    assert [kind for kind, *_ in issues_of(replace(valid_job, source=source, cases={}))] == [IssueKind.SPEC_MISMATCH]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("outcome2 := count({x | some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); x := a + b})", "took longer than 3 s"),
        ("f(n) := f(n + 1)\n\noutcome2 := f(1)", "ended the process that ran it"),
        ('outcome2 := concat("", ["x" | some a in numbers.range(1, 100000000)])', ""),
    ],
)  # fmt: skip
def test_what_loops_or_takes_all_memory_is_stopped_and_the_next_job_runs(rule, reason) -> None:
    hostile_rule_job = job(policy_rego=f"{POLICY}\n{rule}\n")
    hostile = replace(hostile_rule_job, source={**hostile_rule_job.source, "entrypoint": "loan/outcome2"}, cases={})
    with WorkerProcess(ResourceLimits(cpu_seconds=2, wall_seconds=3.0, memory_bytes=1 << 29)) as child:
        came = child.run(hostile)
        assert isinstance(came, RunFailure), came
        assert came.file in {"policy.rego", "data.json", "test.rego"}
        assert reason in came.reason or "CPU" in came.reason
        assert child.run(job()) == ()

"""Rego: decisions compile, stand where the spec says, pass their tests, and reach out to nobody."""

# ruff: noqa: E501 - a row of a table is a claim

from dataclasses import replace

import pytest

from compiler.execution.source_tests.engines.rego import ENGINE
from compiler.execution.source_tests.resource_limits import Limits
from compiler.execution.source_tests.worker_process import Child, Stopped
from compiler.execution.source_tests.worker_protocol import Job, Kind, Spot, at_line, in_data, in_source

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
CASE = {"name": "nobody", "input": {}, "output": "refer"}


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


def said(asked: Job) -> list[tuple[Kind, Spot, str]]:
    return [(found.kind, found.spot, found.message) for found in ENGINE.run(asked, lambda _: None)]


def test_a_sound_release_has_nothing_said_of_it() -> None:
    assert said(job()) == []


def test_it_takes_what_opa_runs() -> None:
    assert ENGINE.takes("rules", {"engine": "opa"})
    assert not ENGINE.takes("rules", {"engine": "gorules"})


@pytest.mark.parametrize(
    ("files", "kind", "spot", "message"),
    [
        ({"policy_rego": POLICY + "x := {\n"}, Kind.BROKEN, at_line("policy.rego", 11), "expecting expression"),
        ({"policy_rego": POLICY + "x if { y }\n"}, Kind.BROKEN, at_line("policy.rego", 10, 8), "use of undefined variable `y` is unsafe"),
        ({"policy_rego": POLICY + "x { true }\n"}, Kind.BROKEN, at_line("policy.rego", 10, 3), "`if` keyword is required before rule body"),
        ({"policy_rego": POLICY.replace("input.age >=", "nosuch(input.age) >=")}, Kind.BROKEN, at_line("policy.rego", 9, 31), "could not find function nosuch"),
        ({"data_json": "{"}, Kind.BROKEN, at_line("data.json", 1, 2), None),
        ({"data_json": "[]"}, Kind.BROKEN, at_line("data.json"), "`data.json` holds no map, and OPA loads data by its keys"),
        ({"data_json": '{"limits": {"age": 18}, "loan": {"outcome": 1}}'}, Kind.BROKEN, in_data("data.json", "loan", "outcome"), "`loan.outcome` is a rule of `policy.rego` as well"),
        ({"data_json": '{"limits": {"age": 19}}'}, Kind.WRONG, at_line("test.rego", 7, 1), "the test `test_adult` fails"),
        ({"policy_rego": POLICY.replace("<", "<=")}, Kind.BROKEN, at_line("policy.rego", 9, 1), None),
        ({"policy_rego": POLICY.replace('"refer"', '"decline"')}, Kind.WRONG, in_data("cases.yaml", 0, "output"), 'the case `nobody` fails: expected "refer", and "decline" came'),
        ({"test_rego": "package loan_test\n"}, Kind.DOUBTFUL, at_line("test.rego"), "`test.rego` has no rule whose name begins with `test_`, so that it tests nothing"),
        ({"policy_rego": POLICY + 'x := http.send({"method": "get", "url": "http://127.0.0.1"})\n'}, Kind.REACHES_OUT, at_line("policy.rego", 10, 6), "`http.send` asks for what nobody reviewed, and it differs from place to place"),
        ({"policy_rego": POLICY + "x := opa.runtime().env\n"}, Kind.REACHES_OUT, at_line("policy.rego", 10, 6), None),
        ({"test_rego": TESTS + 'test_token if io.jwt.decode("a.b.c")\n'}, Kind.NOT_RUN, at_line("test.rego", 8, 28), "`io.jwt.decode` is a function of OPA that is not to be had here, so that nothing was tested"),
        ({"test_rego": TESTS + 'test_sum if 1 + input.x == 2 with input as {"x": "1"}\n'}, Kind.WRONG, at_line("test.rego", 8, 22), None),
    ],
)  # fmt: skip
def test_one_change_of_the_files_is_one_remark_at_its_line(files, kind, spot, message) -> None:
    [(found, where, text)] = said(job(**files))
    assert (found, where) == (kind, spot)
    assert message is None or text == message


def test_an_entrypoint_that_no_file_has_is_told_at_the_spec() -> None:
    asked = job()
    [remark] = list(ENGINE.run(replace(asked, source={**asked.source, "entrypoint": "loan/outcom"}, cases={}), print))
    assert (remark.kind, remark.spot, remark.message, remark.help) == (
        Kind.DISAGREES, in_source("entrypoint"), "no file has a rule `loan/outcom`", "did you mean `loan/outcome`?",
    )  # fmt: skip


def test_cases_need_an_entrypoint_to_ask() -> None:
    asked = job()
    source = {key: value for key, value in asked.source.items() if key != "entrypoint"}
    assert said(replace(asked, source=source)) == [
        (Kind.DISAGREES, in_source("tests"), "cases ask a decision, and the spec names no `entrypoint`")
    ]


def test_a_rule_that_only_a_test_has_is_no_entrypoint() -> None:
    asked = job()
    source = {**asked.source, "entrypoint": "loan_test/test_minor"}
    assert [kind for kind, *_ in said(replace(asked, source=source, cases={}))] == [Kind.DISAGREES]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("outcome2 := count({x | some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); x := a + b})", "took longer than 3 s"),
        ("f(n) := f(n + 1)\n\noutcome2 := f(1)", "ended the process that ran it"),
        ('outcome2 := concat("", ["x" | some a in numbers.range(1, 100000000)])', ""),
    ],
)  # fmt: skip
def test_what_loops_or_takes_all_memory_is_stopped_and_the_next_job_runs(rule, why) -> None:
    asked = job(policy_rego=f"{POLICY}\n{rule}\n")
    hostile = replace(asked, source={**asked.source, "entrypoint": "loan/outcome2"}, cases={})
    with Child(Limits(cpu_seconds=2, wall_seconds=3.0, memory_bytes=1 << 29)) as child:
        came = child.ask(hostile)
        assert isinstance(came, Stopped), came
        assert came.file in {"policy.rego", "data.json", "test.rego"}
        assert why in came.why or "CPU" in came.why
        assert child.ask(job()) == ()

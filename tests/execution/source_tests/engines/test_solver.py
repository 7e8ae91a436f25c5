"""Formulations: they are read, agree with the spec, and give what cases say."""

# ruff: noqa: E501 - a row of a table is a claim

import random

import pytest

from compiler.execution.source_tests.engines.solver import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import RunFailure, WorkerProcess
from compiler.execution.source_tests.worker_protocol import (
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
)

pytestmark = pytest.mark.wheel

LP = """Maximize
 profit: 3 x + 2 y
Subject To
 labour: x + y <= 4
 wood: x + 3 y <= 6
Bounds
 x <= 3
End
"""
MPS = """NAME small
OBJSENSE
    MAX
ROWS
 N  profit
 L  labour
COLUMNS
    x  profit  3  labour  1
RHS
    RHS  labour  4
ENDATA
"""
CASES = [
    {"name": "as it is", "input": {}, "output": {"status": "optimal", "objective": 11, "x": 3, "y": 1, "labour": 4}},
    {"name": "less labour", "input": {"labour": {"max": 2}}, "output": {"objective": 6}},
    {"name": "x is fixed", "input": {"x": 1}, "output": {"x": 1, "y": 5 / 3}},
    {"name": "too much required", "input": {"labour": {"min": 9, "max": 9}}, "output": {"status": "infeasible"}},
]
SOURCE = {
    "solver": "highs",
    "files": ["plan.lp"],
    "objective": {"sense": "maximize"},
    "constraints": [{"name": "labour"}, {"name": "wood"}],
}


def job(text=LP, cases=CASES, **source) -> Job:
    full_source = {**SOURCE, **source}
    return Job(
        "solver",
        "optimization",
        full_source,
        {},
        {name: text.encode() for name in full_source["files"]},
        {"c.yaml": cases},
    )


@pytest.fixture
def issues_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda job: [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_valid_release_has_no_issues(issues_of) -> None:
    assert issues_of(job()) == []


def test_mps_is_read_as_well(issues_of) -> None:
    cases = [{"name": "as it is", "input": {}, "output": {"objective": 12}}]
    assert issues_of(job(MPS, cases, files=["plan.mps"], constraints=[{"name": "labour"}])) == []


def test_it_takes_formulations_alone() -> None:
    assert ENGINE.supports("optimization", {"files": ["data.csv", "plan.lp"]})
    assert not ENGINE.supports("optimization", {"files": ["data.csv"]})
    assert not ENGINE.supports("heuristic", {"files": ["plan.lp"]})


@pytest.mark.parametrize(
    ("requested_job", "kind", "spot", "message"),
    [
        (job(LP.replace("+ 3 y", "+ 3 y +")), IssueKind.INVALID, line_location("plan.lp", 5, 18), None),
        (job("NAME x\nROWS\n Q bad\n", files=["plan.mps"]), IssueKind.INVALID, line_location("plan.mps"), None),
        (job(objective={"sense": "minimize"}), IssueKind.SPEC_MISMATCH, source_location("objective", "sense"), "`plan.lp` has the sense maximize, but the spec declares minimize"),
        (job(constraints=[{"name": "labor"}]), IssueKind.SPEC_MISMATCH, source_location("constraints", 0, "name"), "no formulation has a constraint `labor`"),
        (job(LP.replace("3 x", "4 x"), CASES[:1]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "objective"), "the case `as it is` fails: objective: expected 11, found 14.0"),
        (job(LP.replace("x + 3 y", "x - 3 y"), CASES[2:3]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "y"), None),
        (job(cases=[{**CASES[3], "input": {"labour": {"min": 4}}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "status"), None),
        (job(LP.replace(" labour: x + y <= 4\n wood: x + 3 y <= 6\n", " a: x - y <= 9\n"), [{"name": "no end", "input": {}, "output": {"status": "infeasible"}}], constraints=[]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "status"), 'the case `no end` fails: status: expected "infeasible", found "unbounded"'),
        (job(cases=[{"name": "slip", "input": {"labor": 1}, "output": {}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input", "labor"), "the formulation has neither a constraint nor a variable `labor`"),
        (job(cases=[{"name": "slip", "input": {}, "output": {"z": 1}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "output", "z"), None),
        (job(files=["plan.lp", "other.lp"]), IssueKind.NOT_RUN, line_location("other.lp"), "cases change the first formulation, `plan.lp`; no case runs `other.lp`"),
    ],
)  # fmt: skip
def test_one_change_is_one_remark_at_its_place(issues_of, requested_job, kind, spot, message) -> None:
    [(found, where, text)] = issues_of(requested_job)
    assert (found, where) == (kind, spot)
    assert message is None or text == message


def test_a_misspelled_constraint_gets_a_suggestion() -> None:
    remarks = list(ENGINE.run(job(constraints=[{"name": "labor"}], files=["plan.lp"]), lambda _: None))
    assert [remark.help for remark in remarks] == ["did you mean `labour`?"]


def market_split() -> str:
    """A small formulation that no solver solves soon: Cornuéjols and Dawande, A class of hard small 0-1 programs, 1998."""
    names, numbers = [f"x{index}" for index in range(50)], random.Random(1)
    weights = [[numbers.randint(1, 99) for _ in names] for _ in range(6)]
    rows = [
        f" r{row}: {' + '.join(f'{weight} {name}' for weight, name in zip(line, names, strict=True))} + s{row} - t{row} = {sum(line) // 2}"
        for row, line in enumerate(weights)
    ]
    slack = " + ".join(f"s{row} + t{row}" for row in range(6))
    return "\n".join(["Minimize", f" off: {slack}", "Subject To", *rows, "Binaries", f" {' '.join(names)}", "End", ""])


@pytest.mark.parametrize("limits", [ResourceLimits(cpu_seconds=2, wall_seconds=30.0), ResourceLimits(wall_seconds=2.0)])
def test_what_takes_too_long_is_stopped_and_the_next_job_runs(limits) -> None:
    cases = [{"name": "hard", "input": {}, "output": {"status": "optimal"}}]
    with WorkerProcess(limits) as child:
        came = child.run(job(market_split(), cases, constraints=[], objective={}))
        assert isinstance(came, RunFailure)
        assert (came.file, "longer" in came.reason or "CPU" in came.reason) == ("c.yaml", True)
        assert child.run(job()) == ()


def test_a_solver_that_gives_up_by_itself_is_reported_at_the_case(issues_of, monkeypatch) -> None:
    monkeypatch.setattr("compiler.execution.source_tests.engines.solver._TIME_LIMIT_SECONDS", 0.2)
    cases = [{"name": "hard", "input": {}, "output": {"status": "optimal"}}]
    hard_job = job(market_split(), cases, constraints=[], objective={})
    assert issues_of(hard_job) == [
        (IssueKind.ABORTED_RUN, data_location("c.yaml", 0, "input"), "the case `hard` was not solved within 0.2 s")
    ]

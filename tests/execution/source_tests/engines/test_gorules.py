"""GoRules: decision models load, every cell is an expression, and cases come out as they say."""

# ruff: noqa: E501 - a row of a table is a claim

import copy
import json
from dataclasses import replace

import pytest

from compiler.execution.source_tests.engines.gorules import ENGINE
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

TABLE = {
    "hitPolicy": "first",
    "inputs": [{"id": "age", "name": "Age", "field": "age"}, {"id": "any", "name": "Any"}],
    "outputs": [{"id": "out", "name": "Outcome", "field": "outcome"}],
    "rules": [
        {"_id": "1", "age": "< 18", "any": "", "out": '"decline"'},
        {"_id": "2", "age": "", "any": "amount > 100", "out": '"refer"'},
        {"_id": "3", "age": "", "any": "", "out": '"approve"'},
    ],
}
MODEL = {
    "nodes": [
        {"id": "i", "name": "request", "type": "inputNode"},
        {"id": "t", "name": "table", "type": "decisionTableNode", "content": TABLE},
        {"id": "o", "name": "response", "type": "outputNode"},
    ],
    "edges": [
        {"id": "a", "type": "edge", "sourceId": "i", "targetId": "t"},
        {"id": "b", "type": "edge", "sourceId": "t", "targetId": "o"},
    ],
}
CASES = [
    {"name": "minor", "input": {"age": 17, "amount": 1}, "output": {"outcome": "decline"}},
    {"name": "much", "input": {"age": 40, "amount": 101}, "output": {"outcome": "refer"}},
    {"name": "usual", "input": {"age": 40, "amount": 1}, "output": {"outcome": "approve"}},
]
SOURCE = {"engine": "gorules", "files": ["loan.json"], "entrypoint": "loan.json", "hitPolicy": "first"}


def change_model(*path, value) -> dict:
    """The model with one place of it changed; no value: without the place."""
    model = copy.deepcopy(MODEL)
    holder = model
    for part in path[:-1]:
        holder = holder[part]
    if isinstance(holder, list) and path[-1] == len(holder):
        holder.append(value)
    else:
        holder[path[-1]] = value
    return model


def job(model=MODEL, cases=CASES, **source) -> Job:
    text = model if isinstance(model, str) else json.dumps(model)
    return Job("gorules", "rules", {**SOURCE, **source}, {}, {"loan.json": text.encode()}, {"cases.yaml": cases})


def issues_of(job: Job) -> list:
    return [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_valid_release_has_no_issues() -> None:
    assert issues_of(job()) == []


def test_it_takes_what_gorules_runs() -> None:
    assert ENGINE.supports("heuristic", {"engine": "gorules"})
    assert not ENGINE.supports("rules", {"engine": "opa"})


CELLS = ("nodes", 1, "content", "rules")
FUNCTION = "import http from 'http';\nexport const handler = async () => (await http.get('http://127.0.0.1:9/')).data;"


@pytest.mark.parametrize(
    ("model", "kind", "spot", "message"),
    [
        ("{", IssueKind.INVALID, line_location("loan.json", 1, 2), None),
        ("[]", IssueKind.INVALID, line_location("loan.json"), "`loan.json` is not a decision model: it has no `nodes`"),
        (change_model(*CELLS, 0, "age", value="< < 18"), IssueKind.INVALID, data_location("loan.json", *CELLS, 0, "age"), None),
        (change_model(*CELLS, 1, "any", value="amount >"), IssueKind.INVALID, data_location("loan.json", *CELLS, 1, "any"), None),
        (change_model(*CELLS, 2, "out", value="approve it"), IssueKind.INVALID, data_location("loan.json", *CELLS, 2, "out"), None),
        (change_model(*CELLS, 0, "aeg", value="1"), IssueKind.INVALID, data_location("loan.json", *CELLS, 0, "aeg"), "no column of the table has the id `aeg`: the cell is ignored"),
        (change_model(*CELLS, 3, value={"_id": "4", "out": "1"}), IssueKind.SUSPICIOUS, data_location("loan.json", *CELLS, 3), "row 4 is never reached: row 3 matches every input"),
        (change_model(*CELLS, 0, "age", value="< 17"), IssueKind.WRONG_ANSWER, data_location("cases.yaml", 0, "output", "outcome"), 'the case `minor` fails: outcome: expected "decline", found "approve"'),
        (change_model("nodes", 1, "content", "hitPolicy", value="unique"), IssueKind.INVALID, data_location("loan.json", "nodes", 1), "unknown variant `unique`, expected `first` or `collect`"),
        (change_model("edges", 1, "targetId", value="x"), IssueKind.INVALID, data_location("loan.json", "edges", 1, "targetId"), "an edge refers to the node `x`, which does not exist"),
        (change_model("edges", 2, value={"id": "c", "type": "edge", "sourceId": "t", "targetId": "t"}), IssueKind.INVALID, data_location("loan.json", "edges"), "the edges form a cycle"),
        (change_model("nodes", 1, value={"id": "t", "name": "ask", "type": "decisionNode", "content": {"key": "other.json"}}), IssueKind.INVALID, data_location("loan.json", "nodes", 1, "content", "key"), "a decision node refers to `other.json`, which is not one of the release's `files`"),
        (change_model("nodes", 1, value={"id": "t", "name": "own", "type": "customNode", "content": {"kind": "x", "config": {}}}), IssueKind.NOT_RUN, data_location("loan.json", "nodes", 1), None),
        (change_model("nodes", 1, value={"id": "t", "name": "sum", "type": "expressionNode", "content": {"expressions": [{"id": "1", "key": "x", "value": "1 +"}]}}), IssueKind.INVALID, data_location("loan.json", "nodes", 1, "content", "expressions", 0, "value"), None),
        (change_model("nodes", 1, value={"id": "t", "name": "which", "type": "switchNode", "content": {"hitPolicy": "first", "statements": [{"id": "1", "condition": "age <"}]}}), IssueKind.INVALID, data_location("loan.json", "nodes", 1, "content", "statements", 0, "condition"), None),
    ],
)  # fmt: skip
def test_one_change_of_the_model_is_one_remark_at_its_place(model, kind, spot, message) -> None:
    [(found, where, text)] = issues_of(job(model))
    assert (found, where) == (kind, spot)
    assert message is None or text == message


def test_the_hit_policy_is_the_one_that_the_spec_says() -> None:
    [(kind, spot, message)] = issues_of(job(hitPolicy="collect"))
    assert (kind, spot) == (IssueKind.SPEC_MISMATCH, data_location("loan.json", "nodes", 1, "content", "hitPolicy"))
    assert message == "the table `table` has the hit policy `first`, but the spec declares `collect`"


def test_the_entrypoint_is_one_of_the_files() -> None:
    [remark] = list(ENGINE.run(job(entrypoint="load.json"), print))
    assert (remark.kind, remark.location, remark.message) == (
        IssueKind.SPEC_MISMATCH,
        source_location("entrypoint"),
        "there is no file `load.json`",
    )
    assert remark.help == "write `entrypoint: loan.json`"


def test_an_error_on_the_way_fails_the_case_at_its_node() -> None:
    model = change_model("nodes", 1, value={"id": "t", "name": "sum", "type": "expressionNode", "content": {"expressions": [{"id": "1", "key": "x", "value": 'age + "a"'}]}})  # fmt: skip
    [(kind, spot, message), *_] = issues_of(job(model))
    assert (kind, spot) == (IssueKind.WRONG_ANSWER, data_location("cases.yaml", 0))
    assert message.startswith("the case `minor` fails: at `sum`: Failed to evaluate expression")


def test_a_model_asks_another_of_the_release() -> None:
    asking = change_model(
        "nodes", 1, value={"id": "t", "name": "ask", "type": "decisionNode", "content": {"key": "sub/age.json"}}
    )
    calling_job = job(asking, files=["loan.json", "sub/age.json"])
    calling_job = replace(calling_job, files={**calling_job.files, "sub/age.json": json.dumps(MODEL).encode()})
    assert issues_of(calling_job) == []


def test_a_function_that_sends_requests_is_reported_and_sends_none() -> None:
    model = change_model(
        "nodes", 1, value={"id": "t", "name": "fetch", "type": "functionNode", "content": {"source": FUNCTION}}
    )
    with WorkerProcess(ResourceLimits()) as child:
        remarks = child.run(job(model, CASES[:1]))
    assert not isinstance(remarks, RunFailure)
    assert [(remark.kind, remark.location) for remark in remarks] == [
        (IssueKind.EXTERNAL_ACCESS, data_location("loan.json", "nodes", 1, "content", "source")),
        (IssueKind.WRONG_ANSWER, data_location("cases.yaml", 0)),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "export const handler = async () => { while (true) {} };",
        "export const handler = async () => { let x = ['x']; while (true) { x = x.concat(x); } };",
    ],
)
def test_a_function_that_never_ends_or_takes_all_memory_becomes_a_finding_and_the_next_job_runs(source) -> None:
    model = change_model(
        "nodes", 1, value={"id": "t", "name": "spin", "type": "functionNode", "content": {"source": source}}
    )
    with WorkerProcess(ResourceLimits(cpu_seconds=4, wall_seconds=6.0, memory_bytes=1 << 30)) as child:
        came = child.run(job(model, CASES[:1]))
        assert isinstance(came, RunFailure) or [remark.kind for remark in came] == [IssueKind.WRONG_ANSWER]
        assert child.run(job()) == ()

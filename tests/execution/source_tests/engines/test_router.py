"""Routers: each case's request takes the steps that KServe's router would have it take."""

import pytest

from compiler.execution.source_tests.engines.router import ENGINE
from compiler.execution.source_tests.resource_limits import ResourceLimits
from compiler.execution.source_tests.worker_process import WorkerProcess
from compiler.execution.source_tests.worker_protocol import IssueKind, Job, data_location, source_location

pytestmark = pytest.mark.wheel

CARD_CONDITION = {"field": "kind", "op": "==", "value": "card"}
SWITCH = [{"name": "cards", "model": "a", "when": CARD_CONDITION}, {"name": "rest", "model": "b"}]
SEQUENCE = [{"name": "first", "model": "a"}, {"name": "then", "model": "b", "when": CARD_CONDITION}]
SPLIT = [{"name": "old", "model": "a", "weight": "90%"}, {"name": "new", "model": "b", "weight": "10%"}]
CARD = {"name": "a card", "input": {"kind": "card"}, "output": ["cards"]}
LOAN_CASE = {"name": "another", "input": {"kind": "loan"}, "output": ["rest"]}
CHAIN_CASE = {"name": "on", "input": {}, "output": ["first", "then"], "responses": {"first": {"kind": "card"}}}
ENDS = {"name": "ends", "input": {"kind": "card"}, "output": ["first"], "responses": {"first": {"kind": "loan"}}}


def job(router, steps, *cases) -> Job:
    source = {"router": router, "steps": steps, "tests": ["cases.yaml"]}
    return Job("router", "ensemble", source, {}, {"cases.yaml": b""}, {"cases.yaml": cases})


def issues_of(job: Job) -> list:
    return [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


SOUND = [
    ("switch", SWITCH, (CARD, LOAN_CASE)),
    ("switch", SWITCH[:1], (CARD, {**LOAN_CASE, "output": []})),
    ("sequence", SEQUENCE, (CHAIN_CASE, ENDS)),
    ("sequence", SEQUENCE, (CHAIN_CASE, {**ENDS, "responses": {"first": None}})),
    (
        "sequence",
        [{**SEQUENCE[0], "required": False}, {"name": "then"}],
        ({**CHAIN_CASE, "responses": {"first": None}},),
    ),
    (
        "sequence",
        [{**SEQUENCE[0], "required": True}, SEQUENCE[1]],
        (CHAIN_CASE, {**ENDS, "responses": {"first": None}}),
    ),
    ("splitter", SPLIT, ({**CARD, "output": ["new"]}, {**CARD, "output": ["old"]})),
    ("ensemble", SPLIT, ({**CARD, "output": ["new", "old"], "responses": {"old": None}},)),
]


@pytest.mark.parametrize(("router", "steps", "cases"), SOUND)
def test_a_case_that_matches_the_router_has_no_issues(router, steps, cases) -> None:
    assert issues_of(job(router, steps, *cases)) == []


@pytest.mark.parametrize(
    ("router", "steps", "case", "pointer", "message"),
    [
        ("switch", SWITCH, {**CARD, "output": ["rest"]}, (0,), '[0]: expected "rest", found "cards"'),
        (
            "switch", SWITCH[:1], {**LOAN_CASE, "output": ["cards"]}, (),
            'expected ["cards"], found []: no condition is true, and the caller receives status 404',
        ),
        (
            "sequence", SEQUENCE, {**ENDS, "output": ["first", "then"]}, (),
            'expected ["first", "then"], found ["first"]: the condition of `then` is false, which ends the sequence',
        ),
        (
            "sequence", [{"name": "first", "required": True}, {"name": "then"}], {**CHAIN_CASE, "responses": {"first": None}}, (),
            'expected ["first", "then"], found ["first"]: `first` is required and fails, which ends the sequence',
        ),
        ("splitter", SPLIT, {**CARD, "output": ["old", "new"]}, (), 'expected ["old", "new"], but one of `old` or `new` is called'),
        ("ensemble", SPLIT, {**CARD, "output": ["old"]}, (), 'expected ["old"], found ["new", "old"]'),
    ],
)  # fmt: skip
def test_a_case_that_comes_out_otherwise_is_wrong(router, steps, case, pointer, message) -> None:
    found = [one for one in issues_of(job(router, steps, case)) if one[0] is not IssueKind.NOT_RUN]
    spot = data_location("cases.yaml", 0, "output", *pointer)
    assert found == [(IssueKind.WRONG_ANSWER, spot, f"the case `{case['name']}` fails: {message}")]


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"output": "cards"}, ("output",), 'the case `a card` expects "cards": expected a list of steps'),
        ({"output": ["card"]}, ("output", 0), "there is no step `card`"),
        ({"output": [3]}, ("output", 0), "there is no step 3"),
        ({"responses": {"missing": 1}}, ("responses", "missing"), "there is no step `missing`"),
    ],
)  # fmt: skip
def test_a_case_about_steps_that_there_are_not_disagrees(change, pointer, message) -> None:
    found = issues_of(job("switch", SWITCH, {**CARD, **change}, CARD, LOAN_CASE))
    assert found == [(IssueKind.SPEC_MISMATCH, data_location("cases.yaml", 0, *pointer), message)]


def test_a_condition_needs_the_answer_that_it_looks_at() -> None:
    found = issues_of(job("sequence", SEQUENCE, {"name": "on", "input": {}, "output": ["first", "then"]}))
    message = "the case `on` lacks the response of `first`, which the next step reads"
    assert found == [(IssueKind.SPEC_MISMATCH, data_location("cases.yaml", 0), message)]


@pytest.mark.parametrize(
    ("router", "steps", "kind", "pointer", "message"),
    [
        ("switch", SWITCH[::-1], IssueKind.SUSPICIOUS, (1,), "`cards` is never called: `rest` before it receives every request"),
        (
            "splitter", [{**SPLIT[0], "weight": "100%"}, {**SPLIT[1], "weight": "0%"}], IssueKind.SUSPICIOUS, (1, "weight"),
            "`new` has no share of the requests, so that it is never called",
        ),
        (
            "sequence", SEQUENCE[1:], IssueKind.SPEC_MISMATCH, (0, "when"),
            "`then` is the first step, but its condition reads the response of the step before it: every request fails",
        ),
    ],
)  # fmt: skip
def test_a_step_that_no_request_takes_is_reported(router, steps, kind, pointer, message) -> None:
    assert issues_of(job(router, steps)) == [(kind, source_location("steps", *pointer), message)]


def test_a_share_of_nothing_is_no_answer_of_a_splitter() -> None:
    steps = [{**SPLIT[0], "weight": "100%"}, {**SPLIT[1], "weight": "0%"}]
    found = issues_of(job("splitter", steps, {**CARD, "output": ["new"]}))
    assert [one[0] for one in found] == [IssueKind.SUSPICIOUS, IssueKind.WRONG_ANSWER]


def test_a_step_that_no_case_takes_was_not_run() -> None:
    assert issues_of(job("switch", SWITCH, CARD)) == [
        (IssueKind.NOT_RUN, source_location("steps", 1), "no case reaches the step `rest`")
    ]


def test_it_runs_in_a_process_of_its_own() -> None:
    deep = {"kind": "card"}
    for _ in range(200):
        deep = {"kind": deep}
    with WorkerProcess(ResourceLimits()) as child:
        assert child.run(job("switch", SWITCH, CARD, LOAN_CASE)) == ()
        assert child.run(job("switch", SWITCH, CARD, {**LOAN_CASE, "input": deep})) == ()


def test_it_takes_ensembles_alone() -> None:
    assert ENGINE.supports("ensemble", {"router": "switch"})
    assert not ENGINE.supports("ml", {"router": "switch"})

"""Workers give the results that one process gives, in the same order, and their failures."""

import multiprocessing
import os
import signal

import pytest

from compiler.foundation.errors import HostError, UsageError
from compiler.pipeline.workers import MIN_REMAINING, WARM_UP, WorkerBugError, map_in_order

NAMES = [f"model-{number}" for number in range(WARM_UP + MIN_REMAINING + 5)]
LAST = NAMES[-1]


def test_results_come_in_the_order_of_the_names() -> None:
    assert list(map_in_order(str.encode, NAMES, 3)) == [name.encode() for name in NAMES]


def test_many_names_are_computed_in_other_processes_and_few_in_this_one() -> None:
    def process_of(_: str) -> bytes:
        return str(os.getpid()).encode()

    this_process = process_of("")
    many = list(map_in_order(process_of, NAMES, 2))
    assert set(many[:WARM_UP]) == {this_process}
    assert len(set(many[WARM_UP:])) == 2
    assert this_process not in many[WARM_UP:]
    assert set(map_in_order(process_of, NAMES[: WARM_UP + MIN_REMAINING - 1], 2)) == {this_process}
    assert set(map_in_order(process_of, NAMES, 1)) == {this_process}


def test_an_error_in_a_worker_ends_the_run_with_the_same_error() -> None:
    def fail(name: str) -> bytes:
        if name == LAST:
            raise UsageError("wrong", help="do it right")
        return b""

    with pytest.raises(UsageError, match="wrong") as caught:
        list(map_in_order(fail, NAMES, 2))
    assert caught.value.help == "do it right"


def test_a_bug_in_a_worker_is_reported_with_its_traceback() -> None:
    def crash(name: str) -> bytes:
        return {"": b""}[name] if name == LAST else b""

    with pytest.raises(WorkerBugError, match=r"KeyError(.|\n)*model-"):
        list(map_in_order(crash, NAMES, 2))


def test_a_worker_that_is_killed_is_an_error_of_the_host() -> None:
    def die(name: str) -> bytes:
        if name == LAST:
            os.kill(os.getpid(), signal.SIGKILL)
        return b""

    with pytest.raises(HostError, match="worker process ended"):
        list(map_in_order(die, NAMES, 2))


def test_large_results_arrive_whole() -> None:
    content = os.urandom(300_000)
    assert set(map_in_order(lambda _: content, NAMES, 2)) == {content}


def test_a_run_that_stops_early_leaves_no_process() -> None:
    content = bytes(300_000)  # more than a pipe holds, so that the workers wait
    results = map_in_order(lambda _: content, NAMES, 2)
    for _ in range(WARM_UP + 1):
        assert next(results) == content
    assert len(multiprocessing.active_children()) == 2
    results.close()
    assert multiprocessing.active_children() == []

"""What crosses to the process that runs strangers' files comes back as it was, and nothing else is believed."""

import json
import pkgutil

import pytest

from compiler.execution.source_tests import engines
from compiler.execution.source_tests.release_runs import load_engines
from compiler.execution.source_tests.worker_protocol import (
    Issue,
    IssueKind,
    IssueLocation,
    Job,
    MissingFileError,
    issue_to_json,
    parse_response,
)


def test_a_job_survives_the_pipe() -> None:
    job = Job("any", "ml", {"files": ["a.onnx"]}, {}, {"a.onnx": bytes(range(256))}, {"c.yaml": [{"name": "x"}]})
    line = job.to_line()
    assert line.count(b"\n") == 1
    assert Job.from_line(line) == job


def test_a_file_that_is_not_there_is_no_bug() -> None:
    with pytest.raises(MissingFileError):
        Job("any", "ml", {}, {}, {}).content("a.onnx")


def test_an_issue_survives_the_pipe() -> None:
    issue = Issue(IssueKind.WRONG_ANSWER, "no", IssueLocation("c.yaml", ("a", 0), None, 1), None)
    assert parse_response(json.dumps({"issues": [issue_to_json(issue)]}).encode()) == (issue,)


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff", b"[]", b"{}", b'{"issues": [1]}', b'{"issues": [["nonsense", "m", null, null, [], 1, 1]]}',
        b'{"issues": [["wrong-answer", "m", null, null, [{}], 1, 1]]}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_garbage_is_no_answer(line) -> None:
    with pytest.raises(ValueError, match="not a valid answer"):
        parse_response(line)


def test_each_engine_has_the_name_of_the_module_that_the_worker_imports() -> None:
    assert [engine.name for engine in load_engines()] == sorted(
        module.name for module in pkgutil.iter_modules(engines.__path__)
    )

"""What crosses to the process that runs strangers' files comes back as it was, and nothing else is believed."""

import json

import pytest

from compiler.execution.source_tests.worker_protocol import (
    Job,
    Kind,
    NotHereError,
    Remark,
    Spot,
    dump_remark,
    load_answer,
)


def test_a_job_survives_the_pipe() -> None:
    job = Job("any", "ml", {"files": ["a.onnx"]}, {}, {"a.onnx": bytes(range(256))}, {"c.yaml": [{"name": "x"}]})
    line = job.dumped()
    assert line.count(b"\n") == 1
    assert Job.loaded(line) == job


def test_a_file_that_is_not_there_is_no_bug() -> None:
    with pytest.raises(NotHereError):
        Job("any", "ml", {}, {}, {}).content("a.onnx")


def test_a_remark_survives_the_pipe() -> None:
    remark = Remark(Kind.WRONG, "no", Spot("c.yaml", ("a", 0), None, 1), None)
    assert load_answer(json.dumps({"remarks": [dump_remark(remark)]}).encode()) == (remark,)


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff", b"[]", b"{}", b'{"remarks": [1]}', b'{"remarks": [["nonsense", "m", null, null, [], 1, 1]]}',
        b'{"remarks": [["wrong", "m", null, null, [{}], 1, 1]]}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_garbage_is_no_answer(line) -> None:
    with pytest.raises(ValueError, match="no answer"):
        load_answer(line)

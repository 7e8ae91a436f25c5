"""ONNX models: they are sound, agree with the spec's interface, and answer cases as they say."""

# ruff: noqa: E501 - a row of a table is a claim

import random

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from compiler.execution.source_tests.engines.onnx import ENGINE
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

WEIGHTS = np.array([[2.0], [3.0]], dtype=np.float32)
INTERFACE = {
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 2]}],
    "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 1]}],
}
CASES = [{"name": "one row", "input": {"x": [[1, 1]]}, "output": {"y": [[5]]}}]
SOURCE = {"format": "onnx", "files": ["m.onnx"]}


def model(nodes=None, weights=None, opset=17, domain="") -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes or [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "points",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])],
        [weights or numpy_helper.from_array(WEIGHTS, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, opset)], ir_version=8)


def job(content=None, cases=CASES, inputs=None, outputs=None, files=None, type="ml") -> Job:
    content = model().SerializeToString() if content is None else content
    files = {"m.onnx": content, **(files or {})}
    interface = {
        key: [{**INTERFACE[key][0], **(changes or {})}] for key, changes in (("inputs", inputs), ("outputs", outputs))
    }
    return Job("onnx", type, {**SOURCE, "files": list(files)}, interface, files, {"c.yaml": cases})


def external_data_model(place: str) -> bytes:
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 1], data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value=place)
    return model(weights=weights).SerializeToString()


@pytest.fixture
def issues_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda job: [(found.kind, found.location, found.message) for found in ENGINE.run(job, lambda _: None)]


def test_a_valid_release_has_no_issues(issues_of) -> None:
    assert issues_of(job()) == []


def test_weights_may_lie_in_a_file_of_the_release(issues_of) -> None:
    assert issues_of(job(external_data_model("w.bin"), files={"w.bin": WEIGHTS.tobytes()})) == []


def test_an_interface_that_names_nothing_promises_nothing(issues_of) -> None:
    assert issues_of(Job("onnx", "ml", SOURCE, {}, job().files, {"c.yaml": CASES})) == []


def test_it_takes_onnx_beside_the_spec_alone() -> None:
    assert ENGINE.supports("statistical", SOURCE)
    assert ENGINE.supports("ml", SOURCE)
    assert not ENGINE.supports("ml", {"format": "onnx", "uri": "s3://m/"})
    assert not ENGINE.supports("ml", {"format": "sklearn", "files": ["m.skops"]})


FILES = source_location("files")
REACHES = "`m.onnx` loads weights from `{}`, which is not a file of the release"


@pytest.mark.parametrize(
    ("requested_job", "kind", "spot", "message"),
    [
        (job(b"no model"), IssueKind.INVALID, line_location("m.onnx"), "`m.onnx` is not an ONNX model: its protobuf cannot be parsed"),
        (job(b""), IssueKind.INVALID, line_location("m.onnx"), None),
        (job(model([helper.make_node("MatMul", ["x", "v"], ["y"])]).SerializeToString()), IssueKind.INVALID, line_location("m.onnx"), None),
        (job(model([helper.make_node("Conv", ["x", "w"], ["y"])]).SerializeToString()), IssueKind.INVALID, line_location("m.onnx"), None),
        (job(model([helper.make_node("Own", ["x", "w"], ["y"], domain="own")], domain="own", opset=1).SerializeToString()), IssueKind.INVALID, line_location("m.onnx"), None),
        (job(external_data_model("/etc/hostname")), IssueKind.EXTERNAL_ACCESS, line_location("m.onnx"), REACHES.format("/etc/hostname")),
        (job(external_data_model("../w.bin")), IssueKind.EXTERNAL_ACCESS, line_location("m.onnx"), REACHES.format("../w.bin")),
        (job(external_data_model("w.bin")), IssueKind.EXTERNAL_ACCESS, line_location("m.onnx"), REACHES.format("w.bin")),
        (job(external_data_model("w.bin"), files={"w.bin": b"shrt"}), IssueKind.INVALID, line_location("m.onnx"), None),
        (job(inputs={"datatype": "FP64"}), IssueKind.SPEC_MISMATCH, FILES, "the input `x` is FP32 in the model, but FP64 in the interface"),
        (job(outputs={"shape": [-1, 2]}), IssueKind.SPEC_MISMATCH, FILES, "the output `y` has the shape [-1, 1] in the model, but [-1, 2] in the interface"),
        (job(outputs={"shape": [-1]}), IssueKind.SPEC_MISMATCH, FILES, None),
        (job(inputs={"shape": [-1, -1]}), IssueKind.SPEC_MISMATCH, FILES, None),
        (job(outputs={"name": "yy"}), IssueKind.SPEC_MISMATCH, FILES, "the model has no output `yy`"),
        (job(cases=[{**CASES[0], "output": {"y": [[6]]}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "y", 0, 0), "the case `one row` fails: y[0][0]: expected 6, found 5.0"),
        (job(cases=[{**CASES[0], "output": {"z": [[5]]}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "output", "z"), None),
        (job(cases=[{**CASES[0], "input": {"x": [[1, 1, 1]]}}]), IssueKind.WRONG_ANSWER, data_location("c.yaml", 0, "input"), None),
        (job(cases=[{**CASES[0], "input": {"x": [[1], [1, 2]]}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input", "x"), "the input `x` requires tensor(float), which this value is not"),
        (job(cases=[{**CASES[0], "input": {"x": [["a", 1]]}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input", "x"), None),
        (job(cases=[{**CASES[0], "input": {}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input"), "the case `one row` has no value for the input `x`"),
        (job(cases=[{**CASES[0], "input": {"x": [[1, 1]], "xx": 1}}]), IssueKind.SPEC_MISMATCH, data_location("c.yaml", 0, "input", "xx"), "the model has no input `xx`"),
        (job(files={"n.onnx": b""}), IssueKind.NOT_RUN, line_location("n.onnx"), "cases run the first model, `m.onnx`; `n.onnx` was not run"),
    ],
)  # fmt: skip
def test_one_change_is_one_remark_at_its_place(issues_of, requested_job, kind, spot, message) -> None:
    [(found, where, text)] = issues_of(requested_job)
    assert (found, where) == (kind, spot)
    assert message is None or text == message
    assert "Traceback" not in text
    assert "\n" not in text


def test_an_input_that_the_interface_leaves_out_is_reported(issues_of) -> None:
    found = issues_of(job(inputs={"name": "other"}))
    assert [item[2] for item in found] == [
        "the model has no input `other`",
        "the model requires an input `x`, which the interface does not declare",
    ]


def forever() -> bytes:
    """A loop that counts to the largest number there is."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["goes"]), helper.make_node("Add", ["v", "v"], ["vv"])],
        "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("go", TensorProto.BOOL, []), helper.make_tensor_value_info("v", TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info("goes", TensorProto.BOOL, []), helper.make_tensor_value_info("vv", TensorProto.FLOAT, None)],
    )  # fmt: skip
    most = helper.make_node("Constant", [], ["n"], value=numpy_helper.from_array(np.array(2**62, dtype=np.int64)))
    return model(
        [
            helper.make_node("MatMul", ["x", "w"], ["p"]),
            most,
            helper.make_node("Loop", ["n", "", "p"], ["y"], body=body),
        ]
    ).SerializeToString()


def huge() -> bytes:
    """A tensor of 400 GB from twenty bytes."""
    shape = numpy_helper.from_array(np.array([100_000, 1_000_000], dtype=np.int64))
    return model(
        [
            helper.make_node("MatMul", ["x", "w"], ["p"]),
            helper.make_node("Constant", [], ["s"], value=shape),
            helper.make_node("ConstantOfShape", ["s"], ["z"]),
            helper.make_node("ReduceSum", ["z"], ["t"]),
            helper.make_node("Add", ["p", "t"], ["y"]),
        ]
    ).SerializeToString()


def test_the_child_runs_it_and_stops_what_does_not_end() -> None:
    with WorkerProcess(ResourceLimits(cpu_seconds=3)) as child:
        assert child.run(job()) == ()
        came = child.run(job(forever()))
        assert isinstance(came, RunFailure)
        assert came.file == "c.yaml"
        assert child.run(job()) == ()


@pytest.mark.parametrize("content", [huge(), random.Random(1).randbytes(100_000), b"\x0a\xff\xff\xff\x7f" * 1000, b"\x3a" * 1_000_000], ids=range(4))  # fmt: skip
def test_hostile_bytes_are_a_finding_and_no_hang(content) -> None:
    with WorkerProcess(ResourceLimits(cpu_seconds=5, memory_bytes=1 << 30)) as child:
        outcome = child.run(job(content))
        assert isinstance(outcome, RunFailure) or {remark.kind for remark in outcome} <= {
            IssueKind.INVALID,
            IssueKind.WRONG_ANSWER,
            IssueKind.ABORTED_RUN,
        }
        assert outcome


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what the two packages say of each other is not ours
def test_a_model_trained_here_answers_as_it_does_where_it_was_trained() -> None:
    from skl2onnx import to_onnx  # noqa: PLC0415 - slow to import
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415 - likewise

    rows = np.random.default_rng(1).uniform(-5, 5, (200, 3)).astype(np.float32)
    trained = LinearRegression().fit(rows, rows @ np.array([1.0, -2.0, 0.5], dtype=np.float32) + 7)
    content = to_onnx(trained, rows[:1], target_opset=17).SerializeToString()
    features = [[1.0, 2.0, 3.0], [-4.0, 0.5, 0.0]]
    answer = trained.predict(np.array(features, dtype=np.float32)).reshape(-1, 1).tolist()
    cases = [{"name": "as trained", "input": {"X": features}, "output": {"variable": answer}, "tolerance": 1e-4}]
    inputs, outputs = {"name": "X", "shape": [-1, 3]}, {"name": "variable"}
    with WorkerProcess(ResourceLimits()) as child:
        assert child.run(job(content, cases, inputs, outputs)) == ()
        off = [{**cases[0], "output": {"variable": [[value + 0.01] for [value] in answer]}}]
        [remark] = child.run(job(content, off, inputs, outputs))
        assert (remark.kind, remark.location) == (
            IssueKind.WRONG_ANSWER,
            data_location("c.yaml", 0, "output", "variable", 0, 0),
        )

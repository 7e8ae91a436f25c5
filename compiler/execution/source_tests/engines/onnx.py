"""ONNX models, by ONNX Runtime: they are valid, match the spec's interface, and cases have the expected output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING

from compiler.execution.source_tests.comparison import first_mismatch
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
    values_by_name,
)
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import CaseData, TensorData

if TYPE_CHECKING:
    from onnx import GraphProto, StringStringEntryProto, TensorProto
    from onnxruntime import InferenceSession, NodeArg

_INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_DATATYPES = MappingProxyType(
    {
        "tensor(float16)": ("FP16", "float16"),
        "tensor(float)": ("FP32", "float32"),
        "tensor(double)": ("FP64", "float64"),
        "tensor(bool)": ("BOOL", "bool"),
        "tensor(string)": ("BYTES", "object"),
        **{f"tensor({name})": (name.upper(), name) for name in _INTEGERS},
    }
)
"""ONNX Runtime's tensor types in the Open Inference Protocol and in numpy."""


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    models = [name for name in job.file_names("files") if name.endswith(".onnx")]
    if not models:
        message = "none of the `files` ends with .onnx"
        yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("files"))
        return
    name, *other_names = models
    for other_name in other_names:
        yield Issue(
            IssueKind.NOT_RUN,
            f"cases run the first model, `{name}`; `{other_name}` was not run",
            line_location(other_name),
        )
    on_file(name)
    session = _load_session(job, name)
    if isinstance(session, Issue):
        yield session
        return
    yield from _interface_issues(job, session)
    for file, cases in job.cases.items():
        on_file(file)
        for index, case in enumerate(cases):
            yield from _case_issues(session, file, index, case)


def _load_session(job: Job, name: str) -> InferenceSession | Issue:
    """Load the model; ONNX Runtime reads external data only from disk."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(job.content(name))
    except DecodeError:
        return Issue(
            IssueKind.INVALID, f"`{name}` is not an ONNX model: its protobuf cannot be parsed", line_location(name)
        )
    external_files = sorted({entry.value for tensor in _tensors(model.graph) for entry in _location_entries(tensor)})
    for external_file in external_files:
        if (
            external_file not in job.files
            or ".." in PurePosixPath(external_file).parts
            or PurePosixPath(external_file).is_absolute()
        ):
            message = f"`{name}` loads weights from `{external_file}`, which is not a file of the release"
            return Issue(
                IssueKind.EXTERNAL_ACCESS,
                message,
                line_location(name),
                "put the file next to the spec and list it in `files`",
            )
    with TemporaryDirectory(dir=".") as folder:
        for file in (name, *external_files):
            path = Path(folder, "model.onnx") if file == name else Path(folder, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(job.content(file))
        return _create_session(name, str(Path(folder, "model.onnx")))


def _create_session(name: str, path: str) -> InferenceSession | Issue:
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        onnx.checker.check_model(path, full_check=True)
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnx and ONNX Runtime each raise a dozen types
        return Issue(IssueKind.INVALID, _error_text(error).replace(path, name), line_location(name))


def _error_text(error: Exception) -> str:
    """The text of an error without ONNX Runtime's error code and trailing context."""
    text = str(error).strip().split("\n", 1)[0]
    parts = text.split(" : ", 3)
    return parts[-1] if text.startswith("[ONNXRuntimeError]") else text


def _tensors(graph: GraphProto) -> Iterator[TensorProto]:
    """Each tensor of a graph and its subgraphs; protobuf limits nesting to a hundred levels."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                if inner.node or inner.initializer:
                    yield from _tensors(inner)


def _location_entries(tensor: TensorProto) -> Iterator[StringStringEntryProto]:
    return (entry for entry in tensor.external_data if entry.key == "location")


def _interface_issues(job: Job, session: InferenceSession) -> Iterator[Issue]:
    """The interface's tensors are the model's."""
    for key, items, tensors in (
        ("inputs", job.interface.get("inputs", ()), session.get_inputs()),
        ("outputs", job.interface.get("outputs", ()), session.get_outputs()),
    ):
        interface_tensors = {item["name"]: item for item in items}
        model_tensors = {tensor.name: tensor for tensor in tensors}
        for name in interface_tensors:
            if name not in model_tensors:
                suggestion = closest_match(name, sorted(model_tensors))
                help_ = (
                    f"did you mean `{suggestion}`?"
                    if suggestion
                    else f"it has {', '.join(f'`{model_name}`' for model_name in model_tensors)}"
                )
                yield _mismatch_issue(f"the model has no {key[:-1]} `{name}`", help_)
        for name, tensor in model_tensors.items() if interface_tensors else ():
            if name in interface_tensors:
                yield from _tensor_issues(f"the {key[:-1]} `{name}`", interface_tensors[name], tensor)
            elif key == "inputs":
                yield _mismatch_issue(
                    f"the model requires an input `{name}`, which the interface does not declare", None
                )


def _tensor_issues(label: str, interface_tensor: TensorData, tensor: NodeArg) -> Iterator[Issue]:
    datatype, _ = _DATATYPES.get(tensor.type, (tensor.type, ""))
    if interface_tensor["datatype"] != datatype:
        yield _mismatch_issue(
            f"{label} is {datatype} in the model, but {interface_tensor['datatype']} in the interface", None
        )
    shape = interface_tensor.get("shape")
    model_shape = [size if isinstance(size, int) else -1 for size in tensor.shape]
    interface_shape = list(shape or ())
    if shape is not None and not (
        len(interface_shape) == len(model_shape)
        and all(
            model_size in {-1, interface_size}
            for interface_size, model_size in zip(interface_shape, model_shape, strict=True)
        )
    ):
        yield _mismatch_issue(
            f"{label} has the shape {model_shape} in the model, but {interface_shape} in the interface", None
        )


def _mismatch_issue(message: str, help_: str | None) -> Issue:
    return Issue(IssueKind.SPEC_MISMATCH, message, source_location("files"), help_)


def _case_issues(session: InferenceSession, file: str, index: int, case: CaseData) -> Iterator[Issue]:
    """The issues of a case."""
    import numpy as np

    case_input = values_by_name(case, file, index)
    if isinstance(case_input, Issue):
        yield case_input
        return
    inputs = {tensor.name: tensor for tensor in session.get_inputs()}
    if missing_input := next((name for name in inputs if name not in case_input), None):
        message = f"the case `{case['name']}` has no value for the input `{missing_input}`"
        yield Issue(IssueKind.SPEC_MISMATCH, message, data_location(file, index, "input"))
        return
    feed = {}
    for name, value in case_input.items():
        location = data_location(file, index, "input", name)
        if name not in inputs:
            suggestion = closest_match(name, sorted(inputs))
            help_ = f"did you mean `{suggestion}`?" if suggestion else None
            yield Issue(IssueKind.SPEC_MISMATCH, f"the model has no input `{name}`", location, help_)
            return
        try:
            feed[name] = np.array(value, dtype=_DATATYPES[inputs[name].type][1])
        except (KeyError, ValueError, TypeError, OverflowError):
            yield Issue(
                IssueKind.SPEC_MISMATCH,
                f"the input `{name}` requires {inputs[name].type}, which this value is not",
                location,
            )
            return
    output_names = [tensor.name for tensor in session.get_outputs()]
    try:
        outputs = dict(zip(output_names, map(_to_plain, session.run(None, feed)), strict=True))
    except Exception as error:  # noqa: BLE001 - ONNX Runtime raises a dozen types
        message = f"the case `{case['name']}` fails: {_error_text(error)}"
        yield Issue(IssueKind.WRONG_ANSWER, message, data_location(file, index, "input"))
        return
    if mismatch := first_mismatch(case, outputs):
        yield Issue(IssueKind.WRONG_ANSWER, mismatch[1], data_location(file, index, "output", *mismatch[0]))


def _to_plain(value: object) -> object:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_to_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


ENGINE = Engine(
    name="onnx",
    title="ONNX Runtime",
    supports=lambda type_, source: (
        type_ in {"ml", "statistical"} and source.get("format") == "onnx" and bool(source.get("files"))
    ),
    run=_run,
    packages=("onnx", "onnxruntime", "numpy"),
    tests_key="tests",
    has_case_files=True,
)

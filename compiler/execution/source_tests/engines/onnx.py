"""ONNX models, by ONNX Runtime: they are sound, agree with the spec's interface, and answer cases as they say."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from compiler.execution.source_tests.comparison import wrong
from compiler.execution.source_tests.worker_protocol import (
    Doing,
    Engine,
    Job,
    Kind,
    Remark,
    at_line,
    in_data,
    in_source,
)
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

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
"""What a tensor of ONNX Runtime is in the Open Inference Protocol, and in numpy."""


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    models = [name for name in job.named("files") if name.endswith(".onnx")]
    if not models:
        message = "none of the `files` has a name that ends with .onnx"
        yield Remark(Kind.DISAGREES, message, in_source("files"))
        return
    name, *others = models
    for other in others:
        yield Remark(Kind.NOT_RUN, f"cases ask `{name}`, the first model: `{other}` was not run", at_line(other))
    at(name)
    session = _session(job, name)
    if isinstance(session, Remark):
        yield session
        return
    yield from _agreement(job, session)
    for file, cases in job.cases.items():
        at(file)
        for index, case in enumerate(cases):
            yield from _asked(session, file, index, case)


def _session(job: Job, name: str) -> Any:  # noqa: ANN401 - a package without types; or a remark
    """The model, ready to be asked; ONNX Runtime reads what lies outside of a model from disk alone."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(job.content(name))
    except DecodeError:
        return Remark(Kind.BROKEN, f"`{name}` is no ONNX model: it is no protobuf of one", at_line(name))
    outside = sorted({entry.value for tensor in _tensors(model.graph) for entry in _locations(tensor)})
    for place in outside:
        if place not in job.files or ".." in PurePosixPath(place).parts or PurePosixPath(place).is_absolute():
            message = f"`{name}` takes weights from `{place}`, which is no file of the release"
            return Remark(Kind.REACHES_OUT, message, at_line(name), "put it beside the spec, and name it in `files`")
    with TemporaryDirectory(dir=".") as folder:
        for file in (name, *outside):
            path = Path(folder, "model.onnx") if file == name else Path(folder, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(job.content(file))
        return _checked(onnx, name, str(Path(folder, "model.onnx")))


def _checked(onnx: Any, name: str, path: str) -> Any:  # noqa: ANN401 - as above
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        onnx.checker.check_model(path, full_check=True)
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - each of the two has a dozen of its own
        return Remark(Kind.BROKEN, _told(error).replace(path, name), at_line(name))


def _told(error: Exception) -> str:
    """What an error says, without the code of ONNX Runtime that it begins with and the context that follows."""
    text = str(error).strip().split("\n", 1)[0]
    parts = text.split(" : ", 3)
    return parts[-1] if text.startswith("[ONNXRuntimeError]") else text


def _tensors(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Each tensor of a graph and of those within it; protobuf lets them lie a hundred deep at most."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                if inner.node or inner.initializer:
                    yield from _tensors(inner)


def _locations(tensor: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    return (entry for entry in tensor.external_data if entry.key == "location")


def _agreement(job: Job, session: Any) -> Iterator[Remark]:  # noqa: ANN401 - as above
    """The interface's tensors are the model's."""
    for key, tensors in (("inputs", session.get_inputs()), ("outputs", session.get_outputs())):
        said = {as_str(item.get("name")): item for item in map(as_object, as_list(job.interface.get(key)))}
        known = {tensor.name: tensor for tensor in tensors}
        for name in said:
            if name not in known:
                near = nearest(name, sorted(known))
                help_ = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{other}`' for other in known)}"
                yield _disagrees(f"the model has no {key[:-1]} `{name}`", help_)
        for name, tensor in known.items() if said else ():
            if name in said:
                yield from _compared(f"the {key[:-1]} `{name}`", said[name], tensor)
            elif key == "inputs":
                yield _disagrees(f"the model asks for an input `{name}`, which the interface does not name", None)


def _compared(what: str, said: Object, tensor: Any) -> Iterator[Remark]:  # noqa: ANN401 - as above
    datatype, _ = _DATATYPES.get(tensor.type, (tensor.type, ""))
    if said.get("datatype") not in {None, datatype}:
        yield _disagrees(f"{what} is {datatype} in the model, and {said['datatype']} in the interface", None)
    shape = said.get("shape")
    real = [size if isinstance(size, int) else -1 for size in tensor.shape]
    asked = [size if isinstance(size, int) else -1 for size in as_list(shape)]
    if shape is not None and not (
        len(asked) == len(real) and all(theirs in {-1, ours} for ours, theirs in zip(asked, real, strict=True))
    ):
        yield _disagrees(f"{what} has the shape {real} in the model, and {asked} in the interface", None)


def _disagrees(message: str, help_: str | None) -> Remark:
    return Remark(Kind.DISAGREES, message, in_source("files"), help_)


def _asked(session: Any, file: str, index: int, case: Object) -> Iterator[Remark]:  # noqa: ANN401 - as above
    """What is wrong with the answer to a case."""
    import numpy as np

    given, inputs = as_object(case["input"]), {tensor.name: tensor for tensor in session.get_inputs()}
    if missing := next((name for name in inputs if name not in given), None):
        message = f"the case `{case['name']}` gives no input `{missing}`"
        yield Remark(Kind.DISAGREES, message, in_data(file, index, "input"))
        return
    feed = {}
    for name, value in given.items():
        spot = in_data(file, index, "input", name)
        if name not in inputs:
            near = nearest(name, sorted(inputs))
            help_ = f"did you mean `{near}`?" if near else None
            yield Remark(Kind.DISAGREES, f"the model has no input `{name}`", spot, help_)
            return
        try:
            feed[name] = np.array(value, dtype=_DATATYPES[inputs[name].type][1])
        except (KeyError, ValueError, TypeError, OverflowError):
            yield Remark(Kind.DISAGREES, f"this is no {inputs[name].type}, which the input `{name}` is", spot)
            return
    names = [tensor.name for tensor in session.get_outputs()]
    try:
        came = dict(zip(names, map(_plain, session.run(None, feed)), strict=True))
    except Exception as error:  # noqa: BLE001 - ONNX Runtime has a dozen of its own
        message = f"the case `{case['name']}` fails: {_told(error)}"
        yield Remark(Kind.WRONG, message, in_data(file, index, "input"))
        return
    if found := wrong(case, came):
        yield Remark(Kind.WRONG, found[1], in_data(file, index, "output", *found[0]))


def _plain(value: Any) -> object:  # noqa: ANN401 - an array, or what a model without arrays answers
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


ENGINE = Engine(
    name="onnx",
    title="ONNX Runtime",
    takes=lambda type_, source: (
        type_ in {"ml", "statistical"} and source.get("format") == "onnx" and bool(source.get("files"))
    ),
    run=_run,
    packages=("onnx", "onnxruntime", "numpy"),
    tests="tests",
    cases=True,
)

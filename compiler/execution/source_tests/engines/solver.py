"""Formulations in LP or MPS format, by HiGHS: they are read, agree with the spec, and give what cases say."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
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
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

_FORMULATIONS = (".lp", ".mps")
_SECONDS = 10.0
"""A case is small enough to be solved in this, or it is none."""
_LINE = re.compile(r"-->[^\n]*?:(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_ERROR = re.compile(r"^ERROR: +(?P<text>.+)$", re.MULTILINE)
_STATUS = {"Optimal": "optimal", "Infeasible": "infeasible", "Unbounded": "unbounded"}
_KEYS = frozenset({"status", "objective"})


def _formulations(source: Object) -> tuple[str, ...]:
    return tuple(as_str(name) for name in as_list(source.get("files")) if as_str(name).endswith(_FORMULATIONS))


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    models: dict[str, Any] = {}
    for name in _formulations(job.source):
        at(name)
        model = _read(name, job.content(name))
        if isinstance(model, Remark):
            yield model
        else:
            models[name] = model
    if len(models) < len(_formulations(job.source)):
        return
    yield from _agreement(job, models)
    first, *others = models
    for name in others if job.cases else ():
        message = f"cases change `{first}`, the first formulation: no case runs `{name}`"
        yield Remark(
            Kind.NOT_RUN, message, at_line(name), "put it into a release of its own, or evaluate it in the pipeline"
        )
    for file, cases in job.cases.items():
        at(file)
        for index, case in enumerate(cases):
            yield from _solved(models[first], file, index, case)


def _solver(log: Path | None = None) -> Any:  # noqa: ANN401 - a package without types for its options
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "log_to_console": False,
        "output_flag": log is not None,
        "threads": 1,
        "time_limit": _SECONDS,
        "mip_rel_gap": 0.0,
    }
    for option, value in (*options.items(), *((("log_file", str(log)),) if log else ())):
        solver.setOptionValue(option, value)
    return solver


def _read(name: str, content: bytes) -> Any:  # noqa: ANN401 - HiGHS's own model, or a remark
    """The model in a file; HiGHS reads from disk alone, and says in its log what it cannot read."""
    import highspy

    with TemporaryDirectory(dir=".") as folder:
        path, log = Path(folder, f"model{Path(name).suffix}"), Path(folder, "log")
        path.write_bytes(content)
        solver = _solver(log)
        status = solver.readModel(str(path))
        solver.setOptionValue("log_file", "")
        if status != highspy.HighsStatus.kError:
            return solver.getLp()
        said = log.read_text("utf-8", "replace") if log.is_file() else ""
    text, place = _ERROR.search(said), _LINE.search(said)
    message = text["text"].strip() if text else "HiGHS cannot read it"
    spot = at_line(name, int(place["line"]), int(place["column"])) if place else at_line(name)
    return Remark(Kind.BROKEN, message, spot)


def _agreement(job: Job, models: Mapping[str, Any]) -> Iterator[Remark]:
    """The spec's constraints and sense are the files' own."""
    rows = {name for model in models.values() for name in model.row_names_}
    for index, constraint in enumerate(as_list(job.source.get("constraints"))):
        name = as_str(as_object(constraint).get("name"))
        if name not in rows:
            near = nearest(name, sorted(rows))
            message = f"no formulation has a constraint `{name}`"
            help_ = f"did you mean `{near}`?" if near else None
            yield Remark(Kind.DISAGREES, message, in_source("constraints", index, "name"), help_)
    asked = as_object(job.source.get("objective")).get("sense")
    for name, model in models.items():
        sense = "maximize" if "max" in str(model.sense_).lower() else "minimize"
        if asked not in {None, sense}:
            message = f"`{name}` says {sense}, and the spec says {asked}"
            yield Remark(Kind.DISAGREES, message, in_source("objective", "sense"))


def _solved(model: Any, file: str, index: int, case: Object) -> Iterator[Remark]:  # noqa: ANN401 - as above
    """What comes of a case: its bounds changed by name, and the model solved."""
    columns, rows = list(model.col_names_), list(model.row_names_)
    for place, names in (("input", as_object(case["input"])), ("output", as_object(case["output"]))):
        for name in names:
            if name not in columns and name not in rows and not (place == "output" and name in _KEYS):
                near = nearest(name, (*columns, *rows))
                message = f"the formulation has neither a constraint nor a variable `{name}`"
                help_ = f"did you mean `{near}`?" if near else None
                yield Remark(Kind.DISAGREES, message, in_data(file, index, place, name), help_)
                return
    solver = _solver()
    solver.passModel(model)
    for name, bounds in as_object(case["input"]).items():
        if name in rows:
            at = rows.index(name)
            solver.changeRowBounds(at, *_bounds(bounds, model.row_lower_[at], model.row_upper_[at]))
        else:
            at = columns.index(name)
            solver.changeColBounds(at, *_bounds(bounds, model.col_lower_[at], model.col_upper_[at]))
    solver.run()
    came = _answer(solver, columns, rows)
    if came["status"] == "time limit reached":
        message = f"the case `{case['name']}` was not solved within {_SECONDS:g} s"
        yield Remark(Kind.STOPPED, message, in_data(file, index, "input"), "make a smaller case of it")
    elif found := wrong(case, came):
        yield Remark(Kind.WRONG, found[1], in_data(file, index, "output", *found[0]))


def _bounds(said: Json, low: float, high: float) -> tuple[float, float]:
    """A number fixes the value; `min` and `max` change one side each."""
    if isinstance(said, int | float):
        return float(said), float(said)
    given = as_object(said)
    least, most = given.get("min"), given.get("max")
    return (float(least) if isinstance(least, int | float) else low), (
        float(most) if isinstance(most, int | float) else high
    )


def _answer(solver: Any, columns: list[str], rows: list[str]) -> dict[str, object]:  # noqa: ANN401 - as above
    status = solver.modelStatusToString(solver.getModelStatus())
    if status not in _STATUS or _STATUS[status] != "optimal":
        return {"status": _STATUS.get(status, status.lower())}
    solution = solver.getSolution()
    values = {**dict(zip(rows, solution.row_value, strict=True)), **dict(zip(columns, solution.col_value, strict=True))}
    return {**values, "status": "optimal", "objective": solver.getInfo().objective_function_value}


ENGINE = Engine(
    name="solver",
    title="the solver (HiGHS)",
    takes=lambda type_, source: type_ == "optimization" and bool(_formulations(source)),
    run=_run,
    packages=("highspy",),
    tests="tests",
    cases=True,
)

"""Optimisation models in LP or MPS format, by HiGHS: they load, match the spec, and cases have the expected solution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
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
from compiler.foundation.json_data import Json
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import CaseData, SourceData

if TYPE_CHECKING:
    from highspy import Highs, HighsLp

_FORMULATION_SUFFIXES = (".lp", ".mps")
_TIME_LIMIT_SECONDS = 10.0
"""The time limit for a case, in seconds; cases must be small."""
_ERROR_LOCATION = re.compile(r"-->[^\n]*?:(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_ERROR_MESSAGE = re.compile(r"^ERROR: +(?P<text>.+)$", re.MULTILINE)
_STATUS = {"Optimal": "optimal", "Infeasible": "infeasible", "Unbounded": "unbounded"}
_RESULT_KEYS = frozenset({"status", "objective"})


def _formulation_files(source: SourceData) -> tuple[str, ...]:
    return tuple(name for name in source.get("files", ()) if name.endswith(_FORMULATION_SUFFIXES))


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    models: dict[str, HighsLp] = {}
    for name in _formulation_files(job.source):
        on_file(name)
        model = _read_model(name, job.content(name))
        if isinstance(model, Issue):
            yield model
        else:
            models[name] = model
    if len(models) < len(_formulation_files(job.source)):
        return
    yield from _consistency_issues(job, models)
    first_name, *other_names = models
    for name in other_names if job.cases else ():
        message = f"cases change the first formulation, `{first_name}`; no case runs `{name}`"
        yield Issue(
            IssueKind.NOT_RUN,
            message,
            line_location(name),
            "move it to another release, or evaluate it in your pipeline",
        )
    for file, cases in job.cases.items():
        on_file(file)
        for index, case in enumerate(cases):
            yield from _case_issues(models[first_name], file, index, case)


def _create_solver(log: Path | None = None) -> Highs:
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "log_to_console": False,
        "output_flag": log is not None,
        "threads": 1,
        "time_limit": _TIME_LIMIT_SECONDS,
        "mip_rel_gap": 0.0,
    }
    for option, value in (*options.items(), *((("log_file", str(log)),) if log else ())):
        solver.setOptionValue(option, value)
    return solver


def _read_model(name: str, content: bytes) -> HighsLp | Issue:
    """Load the model of a file; HiGHS reads only from disk, and logs what it cannot read."""
    import highspy

    with TemporaryDirectory(dir=".") as folder:
        path, log = Path(folder, f"model{Path(name).suffix}"), Path(folder, "log")
        path.write_bytes(content)
        solver = _create_solver(log)
        status = solver.readModel(str(path))
        solver.setOptionValue("log_file", "")
        if status != highspy.HighsStatus.kError:
            return solver.getLp()
        log_text = log.read_text("utf-8", "replace") if log.is_file() else ""
    error_match, location_match = _ERROR_MESSAGE.search(log_text), _ERROR_LOCATION.search(log_text)
    message = error_match["text"].strip() if error_match else "HiGHS cannot parse it"
    location = (
        line_location(name, int(location_match["line"]), int(location_match["column"]))
        if location_match
        else line_location(name)
    )
    return Issue(IssueKind.INVALID, message, location)


def _consistency_issues(job: Job, models: Mapping[str, HighsLp]) -> Iterator[Issue]:
    """The spec's constraints and objective sense are the file's."""
    rows = {name for model in models.values() for name in model.row_names_}
    for index, constraint in enumerate(job.source.get("constraints", ())):
        name = constraint.get("name")
        if name not in rows:
            suggestion = closest_match(name, sorted(rows))
            message = f"no formulation has a constraint `{name}`"
            help_ = f"did you mean `{suggestion}`?" if suggestion else None
            yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("constraints", index, "name"), help_)
    spec_sense = job.source.get("objective", {}).get("sense")
    for name, model in models.items():
        sense = "maximize" if "max" in str(model.sense_).lower() else "minimize"
        if spec_sense not in {None, sense}:
            message = f"`{name}` has the sense {sense}, but the spec declares {spec_sense}"
            yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("objective", "sense"))


def _case_issues(model: HighsLp, file: str, index: int, case: CaseData) -> Iterator[Issue]:
    """The issues of a case: change bounds by name, and solve the model."""
    columns, rows = list(model.col_names_), list(model.row_names_)
    case_input, output = values_by_name(case, file, index), case["output"]
    if isinstance(case_input, Issue):
        yield case_input
        return
    for section, names in (("input", case_input), ("output", output if isinstance(output, dict) else {})):
        for name in names:
            if name not in columns and name not in rows and not (section == "output" and name in _RESULT_KEYS):
                suggestion = closest_match(name, (*columns, *rows))
                message = f"the formulation has neither a constraint nor a variable `{name}`"
                help_ = f"did you mean `{suggestion}`?" if suggestion else None
                yield Issue(IssueKind.SPEC_MISMATCH, message, data_location(file, index, section, name), help_)
                return
    solver = _create_solver()
    solver.passModel(model)
    for name, bounds in case_input.items():
        if name in rows:
            position = rows.index(name)
            solver.changeRowBounds(position, *_bounds(bounds, model.row_lower_[position], model.row_upper_[position]))
        else:
            position = columns.index(name)
            solver.changeColBounds(position, *_bounds(bounds, model.col_lower_[position], model.col_upper_[position]))
    solver.run()
    result = _solution_values(solver, columns, rows)
    if result["status"] == "time limit reached":
        message = f"the case `{case['name']}` was not solved within {_TIME_LIMIT_SECONDS:g} s"
        yield Issue(IssueKind.ABORTED_RUN, message, data_location(file, index, "input"), "make the case smaller")
    elif mismatch := first_mismatch(case, result):
        yield Issue(IssueKind.WRONG_ANSWER, mismatch[1], data_location(file, index, "output", *mismatch[0]))


def _bounds(value: Json, low: float, high: float) -> tuple[float, float]:
    """A number fixes the value; `min` and `max` change one bound each."""
    if isinstance(value, int | float):
        return float(value), float(value)
    if not isinstance(value, dict):
        return low, high
    minimum, maximum = value.get("min"), value.get("max")
    return (float(minimum) if isinstance(minimum, int | float) else low), (
        float(maximum) if isinstance(maximum, int | float) else high
    )


def _solution_values(solver: Highs, columns: list[str], rows: list[str]) -> dict[str, object]:
    status = solver.modelStatusToString(solver.getModelStatus())
    if status not in _STATUS or _STATUS[status] != "optimal":
        return {"status": _STATUS.get(status, status.lower())}
    solution = solver.getSolution()
    values = {**dict(zip(rows, solution.row_value, strict=True)), **dict(zip(columns, solution.col_value, strict=True))}
    return {**values, "status": "optimal", "objective": solver.getInfo().objective_function_value}


ENGINE = Engine(
    name="solver",
    title="the solver (HiGHS)",
    supports=lambda type_, source: type_ == "optimization" and bool(_formulation_files(source)),
    run=_run,
    packages=("highspy",),
    tests_key="tests",
    has_case_files=True,
)

"""Whether a release passes the gates of its model, and performs as well as the champion."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Note
from compiler.foundation.json_data import Pointer
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.data_types import EvaluateData, GateData

EVALUATE_POINTER: Pointer = ("pipeline", "evaluate")

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
)


@dataclass(frozen=True, slots=True)
class ReleaseMetrics:
    """A release and its metrics."""

    version: str
    numbers: Mapping[str, float]


def evaluation_config(model: ResolvedModel) -> EvaluateData:
    """The evaluation settings of the model."""
    return model.data.get("pipeline", {}).get("evaluate", {})


def recorded_metrics(release: Release) -> ReleaseMetrics:
    """The metrics that a release's `evaluations` record; metrics of a slice do not count for the whole."""
    evaluations = release.content.get("evaluations", ())
    numbers = {
        evaluation["metric"]: float(evaluation["value"]) for evaluation in evaluations if "slice" not in evaluation
    }
    return ReleaseMetrics(release.version, numbers)


def gate_findings(
    model: ResolvedModel, metrics: ReleaseMetrics, champion: ReleaseMetrics | None = None
) -> Iterator[Finding]:
    """The gates that a release fails, each at the gate's line, and the metrics that are worse than the champion's."""
    for index, gate in enumerate(evaluation_config(model).get("gates", ())):
        pointer = (*EVALUATE_POINTER, "gates", index)
        metric = gate["metric"]
        if metric not in metrics.numbers:
            message = f"{model.name} {metrics.version}: no value of {metric} is recorded"
            yield _finding(model, codes.METRIC_NOT_RECORDED, message, pointer)
            continue
        value, op, threshold = metrics.numbers[metric], gate["op"], float(gate["value"])
        if not _OPERATORS[op](value, threshold):
            message = f"{model.name} {metrics.version}: {metric} is {value:g}, but must be {op} {threshold:g}"
            yield _finding(model, codes.GATE_FAILED, message, pointer)
        if champion is not None and champion.version != metrics.version:
            yield from _champion_findings(model, gate, pointer, value, metrics, champion)


def _champion_findings(
    model: ResolvedModel,
    gate: GateData,
    pointer: Pointer,
    value: float,
    metrics: ReleaseMetrics,
    champion: ReleaseMetrics,
) -> Iterator[Finding]:
    champion_config = evaluation_config(model)["champion"]
    metric, tolerance = gate["metric"], float(champion_config.get("tolerance", 0))
    champion_label = f"{champion.version} in {champion_config['environment']}"
    note = Note("the champion is defined here", model.location((*EVALUATE_POINTER, "champion")))
    if metric not in champion.numbers:
        message = f"{model.name} {metrics.version}: no value of {metric} is recorded for the champion, {champion_label}"
        help_ = f"record it under `evaluations` of {champion.version}"
        yield _finding(model, codes.METRIC_NOT_RECORDED, message, pointer, help_, note)
        return
    best = champion.numbers[metric]
    deficit = best - value if gate["op"].startswith(">") else value - best
    if deficit > tolerance and not _is_float_equal(deficit, tolerance):
        tolerance_text = f", by more than {tolerance:g}" if tolerance else ""
        message = (
            f"{model.name} {metrics.version}: {metric} is {value:g}, worse than "
            f"{best:g} of the champion, {champion_label}{tolerance_text}"
        )
        yield _finding(model, codes.WORSE_THAN_CHAMPION, message, pointer, None, note)


def _is_float_equal(deficit: float, tolerance: float) -> bool:
    """Whether two differences are equal up to floating-point rounding: 0.951 - 0.946 is not exactly 0.005."""
    return abs(deficit - tolerance) <= 1e-9 * max(1.0, abs(deficit))


def _finding(
    model: ResolvedModel, code: Code, message: str, pointer: Pointer, help_: str | None = None, note: Note | None = None
) -> Finding:
    finding = model.finding(code, message, pointer, help_ or code.remedy)
    return replace(finding, notes=(note,)) if note else finding

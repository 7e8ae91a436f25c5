"""Whether a release clears the bars of its model, and is as good as the release that it would follow."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Note
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.resolve.resolved_model import Release, ResolvedModel

EVALUATE: Pointer = ("pipeline", "evaluate")

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A release, and its numbers by metric."""

    version: str
    numbers: Mapping[str, float]


def evaluate_of(model: ResolvedModel) -> Object:
    """What the model says of how its releases are judged."""
    return as_object(as_object(model.data.get("pipeline")).get("evaluate"))


def recorded(release: Release) -> Measured:
    """The numbers that a release's `evaluations` hold; those of a part of the data are no numbers of the whole."""
    found = map(as_object, as_list(release.content.get("evaluations")))
    numbers = {as_str(one["metric"]): _number(one["value"]) for one in found if "slice" not in one}
    return Measured(release.version, numbers)


def judged(model: ResolvedModel, measured: Measured, champion: Measured | None = None) -> Iterator[Finding]:
    """What a release misses of its model's bars, each at the line of the bar, and by what it is behind the champion."""
    gates = map(as_object, as_list(evaluate_of(model).get("gates")))
    for index, gate in enumerate(gates):
        pointer = (*EVALUATE, "gates", index)
        metric = as_str(gate["metric"])
        if metric not in measured.numbers:
            message = f"{model.name} {measured.version}: nobody measured {metric}"
            yield _finding(model, codes.NOT_MEASURED, message, pointer)
            continue
        value, op, bar = measured.numbers[metric], as_str(gate["op"]), _number(gate["value"])
        if not _OPERATORS[op](value, bar):
            message = f"{model.name} {measured.version}: {metric} is {value:g}, and has to be {op} {bar:g}"
            yield _finding(model, codes.GATE_MISSED, message, pointer)
        if champion is not None and champion.version != measured.version:
            yield from _compared(model, gate, pointer, value, measured, champion)


def _compared(
    model: ResolvedModel, gate: Object, pointer: Pointer, value: float, measured: Measured, champion: Measured
) -> Iterator[Finding]:
    said = as_object(evaluate_of(model).get("champion"))
    metric, tolerance = as_str(gate["metric"]), _number(said.get("tolerance", 0))
    where = f"{champion.version}, which runs in {said['environment']}"
    note = Note("the champion is named here", model.place((*EVALUATE, "champion")))
    if metric not in champion.numbers:
        message = f"{model.name} {measured.version}: nobody recorded the {metric} of {where}"
        help_ = f"record it under `evaluations` of {champion.version}"
        yield _finding(model, codes.NOT_MEASURED, message, pointer, help_, note)
        return
    best = champion.numbers[metric]
    behind = best - value if as_str(gate["op"]).startswith(">") else value - best
    if behind > tolerance and not _alike(behind, tolerance):
        allowed = f", by more than {tolerance:g}" if tolerance else ""
        message = f"{model.name} {measured.version}: {metric} is {value:g}, worse than the {best:g} of {where}{allowed}"
        yield _finding(model, codes.BEHIND_CHAMPION, message, pointer, None, note)


def _alike(behind: float, tolerance: float) -> bool:
    """Whether two differences are one but for how a machine writes decimals: 0.951 - 0.946 is not quite 0.005."""
    return abs(behind - tolerance) <= 1e-9 * max(1.0, abs(behind))


def _finding(
    model: ResolvedModel, code: Code, message: str, pointer: Pointer, help_: str | None = None, note: Note | None = None
) -> Finding:
    found = model.finding(code, message, pointer, help_ or code.remedy)
    return replace(found, notes=(note,)) if note else found


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0

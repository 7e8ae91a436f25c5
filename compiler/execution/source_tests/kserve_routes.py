"""Simulates KServe's router (cmd/router/main.go of kserve/kserve) for a request."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.foundation.json_data import Json
from compiler.spec.data_types import ConditionData, EnsembleStepData
from compiler.spec.quantities import Percentage

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
_Comparable = TypeVar("_Comparable", float, bytes)


class MissingAnswerError(LookupError):
    """A condition reads the output of a step that the case does not give."""


@dataclass(frozen=True, slots=True)
class Route:
    """The steps that a request takes, and why others were not taken, unless that is obvious."""

    steps: tuple[str, ...]
    reason: str = ""


def condition_holds(condition: ConditionData, document: Json) -> bool:
    """Whether GJSON's `[@this].#(field op value)` matches the data: the type of the field decides how it compares."""
    value, exists = _lookup(document, condition["field"])
    if not exists:
        return False  # whatever the operator: even `!=` needs the field
    op, operand = condition["op"], _operand_text(condition["value"])
    if isinstance(value, bool):
        return _compare_bool(value, op, operand)
    if isinstance(value, int | float):
        return _compare(op, float(value), float(operand) if _NUMBER.fullmatch(operand) else 0.0)
    return isinstance(value, str) and _compare(op, value.encode(), operand.encode())


def traffic_percent(step: EnsembleStepData) -> float:
    """The percentage of requests that a splitter gives to a step."""
    try:
        return float(Percentage(step.get("weight", "")).percent)
    except ValueError:
        return math.nan  # the quantity check reports it


def route_request(router: str, steps: Sequence[EnsembleStepData], request: Json, answers: Mapping[str, Json]) -> Route:
    """The steps of a request through a switch, a sequence or an ensemble."""
    names = tuple(step["name"] for step in steps)
    if router == "switch":
        for name, step in zip(names, steps, strict=True):
            if "when" not in step or condition_holds(step["when"], request):
                return Route((name,))
        return Route((), "no condition is true, and the caller receives status 404")
    if router == "sequence":
        return _route_sequence(steps, answers)
    return Route(names)


def _route_sequence(steps: Sequence[EnsembleStepData], answers: Mapping[str, Json]) -> Route:
    step_names: list[str] = []
    for step in steps:
        name = step["name"]
        if "when" in step:
            if not step_names:
                return Route((), f"`{name}` reads a response before there is one, and the caller receives status 500")
            if step_names[-1] not in answers:
                raise MissingAnswerError(step_names[-1])
            answer = answers[step_names[-1]]
            if answer is None or not condition_holds(step["when"], answer):
                return Route(tuple(step_names), f"the condition of `{name}` is false, which ends the sequence")
        step_names.append(name)
        if step.get("required") is True and name in answers and answers[name] is None:
            return Route(tuple(step_names), f"`{name}` is required and fails, which ends the sequence")
    return Route(tuple(step_names))


def _lookup(document: Json, field: str) -> tuple[Json, bool]:
    for part in field.split("."):
        if isinstance(document, Mapping) and part in document:
            document = document[part]
        elif (
            isinstance(document, Sequence)
            and not isinstance(document, str)
            and part.isdecimal()
            and int(part) < len(document)
        ):
            document = document[int(part)]
        else:
            return None, False
    return document, True


def _operand_text(value: Json) -> str:
    """A value as the query writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _compare_bool(value: bool, op: str, operand: str) -> bool:
    """GJSON orders `true` after `false`, and compares no other text with either."""
    own_text, opposite_text = ("true", "false") if value else ("false", "true")
    strict_operator, inclusive_operator = (">", ">=") if value else ("<", "<=")
    results = {
        "==": operand == own_text,
        "!=": operand != own_text,
        strict_operator: operand == opposite_text,
        inclusive_operator: True,
    }
    return results.get(op, False)


def _compare(op: str, left_value: _Comparable, right_value: _Comparable) -> bool:
    match op:
        case "==":
            return left_value == right_value
        case "!=":
            return left_value != right_value
        case "<":
            return left_value < right_value
        case "<=":
            return left_value <= right_value
        case ">":
            return left_value > right_value
    return left_value >= right_value

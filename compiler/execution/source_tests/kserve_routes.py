"""What KServe's router does with a request (cmd/router/main.go of kserve/kserve), by the conditions that it is given."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.spec.quantities import Percentage

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
_Ordered = TypeVar("_Ordered", float, bytes)


class UnansweredError(LookupError):
    """A condition looks at the answer of a step, and the case says none."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The steps that a request takes, and why no other was taken, where that is no matter of course."""

    steps: tuple[str, ...]
    why: str = ""


def holds(condition: Object, asked: Json) -> bool:
    """Whether GJSON finds `[@this].#(field op value)` in what is looked at: the type there decides how it compares."""
    found, there = _at(asked, as_str(condition["field"]))
    if not there:
        return False  # whatever the operator: `!=` too asks for a field
    op, wanted = as_str(condition["op"]), _text(condition["value"])
    if isinstance(found, bool):
        return _flag(found, op, wanted)
    if isinstance(found, int | float):
        return _compared(op, float(found), float(wanted) if _NUMBER.fullmatch(wanted) else 0.0)
    return isinstance(found, str) and _compared(op, found.encode(), wanted.encode())


def share(step: Object) -> float:
    """The percentage of the requests that a splitter gives to a step."""
    try:
        return float(Percentage(as_str(step.get("weight"))).percent)
    except ValueError:
        return math.nan  # said of the quantity itself


def walk(router: str, steps: Sequence[Object], request: Json, answers: Mapping[str, Json]) -> Walk:
    """The way of a request through the steps of a switch, a sequence or an ensemble."""
    names = tuple(as_str(step["name"]) for step in steps)
    if router == "switch":
        for name, step in zip(names, steps, strict=True):
            if "when" not in step or holds(as_object(step["when"]), request):
                return Walk((name,))
        return Walk((), "no condition holds, and the caller is answered 404")
    if router == "sequence":
        return _sequence(steps, answers)
    return Walk(names)


def _sequence(steps: Sequence[Object], answers: Mapping[str, Json]) -> Walk:
    taken: list[str] = []
    for step in steps:
        name = as_str(step["name"])
        if "when" in step:
            if not taken:
                return Walk((), f"`{name}` looks at an answer before there is one, and the caller is answered 500")
            if taken[-1] not in answers:
                raise UnansweredError(taken[-1])
            answer = answers[taken[-1]]
            if answer is None or not holds(as_object(step["when"]), answer):
                return Walk(tuple(taken), f"the condition of `{name}` does not hold, which ends the sequence")
        taken.append(name)
        if step.get("required") is True and name in answers and answers[name] is None:
            return Walk(tuple(taken), f"`{name}` is required and fails, which ends the sequence")
    return Walk(tuple(taken))


def _at(asked: Json, field: str) -> tuple[Json, bool]:
    for part in field.split("."):
        if isinstance(asked, Mapping) and part in asked:
            asked = asked[part]
        elif isinstance(asked, Sequence) and not isinstance(asked, str) and part.isdecimal() and int(part) < len(asked):
            asked = asked[int(part)]
        else:
            return None, False
    return asked, True


def _text(value: Json) -> str:
    """A value as it stands in the query."""
    return value if isinstance(value, str) else json.dumps(value)


def _flag(found: bool, op: str, wanted: str) -> bool:
    """GJSON knows `true` to be more than `false`, and compares no other word with either."""
    mine, other = ("true", "false") if found else ("false", "true")
    beyond, always = (">", ">=") if found else ("<", "<=")
    verdicts = {"==": wanted == mine, "!=": wanted != mine, beyond: wanted == other, always: True}
    return verdicts.get(op, False)


def _compared(op: str, left: _Ordered, right: _Ordered) -> bool:
    match op:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right

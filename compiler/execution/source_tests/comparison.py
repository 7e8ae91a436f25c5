"""What was expected against what came."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from compiler.foundation.json_data import Json, Object, Pointer, as_str, dotted

MILLIONTH = 1e-6
_SHORT = 80


def shown(value: object) -> str:
    """A value as JSON writes it, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def tolerance(case: Object) -> float:
    """How far a number may be off in a case."""
    said = case.get("tolerance")
    return float(said) if isinstance(said, int | float) else MILLIONTH


def differences(expected: Json, came: object, off: float, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Each place of what was expected that came otherwise; of a map only the keys that were expected count."""
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        for key, value in expected.items():
            if key in came:
                yield from differences(value, came[key], off, (*pointer, key))
            else:
                yield (*pointer, key), f"expected {shown(value)}, and nothing came"
    elif _is_list(expected) and _is_list(came) and len(expected) == len(came):
        for index, (one, other) in enumerate(zip(expected, came, strict=True)):
            yield from differences(one, other, off, (*pointer, index))
    elif not _is_same(expected, came, off):
        yield pointer, f"expected {shown(expected)}, and {shown(came)} came"


def wrong(case: Object, came: object) -> tuple[Pointer, str] | None:
    """The first place below the case's `output` that came otherwise, and the sentence for it."""
    found = next(differences(case["output"], came, tolerance(case)), None)
    if found is None:
        return None
    pointer, message = found
    where = f"{dotted(pointer)}: " if pointer else ""
    return pointer, f"the case `{as_str(case['name'])}` fails: {where}{message}"


def _is_list(value: object) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_same(expected: object, came: object, off: float) -> bool:
    if isinstance(expected, bool) or isinstance(came, bool):
        return expected is came
    if isinstance(expected, int | float) and isinstance(came, int | float):
        return expected == came or (math.isfinite(came) and abs(expected - came) <= off)
    return type(expected) is type(came) and expected == came

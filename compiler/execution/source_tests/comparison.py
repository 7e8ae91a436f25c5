"""Compares expected and actual output."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from compiler.foundation.json_data import Json, Pointer, format_path
from compiler.spec.data_types import CaseData

DEFAULT_TOLERANCE = 1e-6
_MAX_LENGTH = 80


def short_json(value: object) -> str:
    """A value as JSON, truncated if long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


def tolerance(case: CaseData) -> float:
    """The tolerance of a number in a case."""
    return float(case.get("tolerance", DEFAULT_TOLERANCE))


def differences(
    expected_value: Json, actual_value: object, max_error: float, pointer: Pointer = ()
) -> Iterator[tuple[Pointer, str]]:
    """Each difference from the expected output; of a map, only expected keys are compared."""
    if isinstance(expected_value, Mapping) and isinstance(actual_value, Mapping):
        for key, value in expected_value.items():
            if key in actual_value:
                yield from differences(value, actual_value[key], max_error, (*pointer, key))
            else:
                yield (*pointer, key), f"expected {short_json(value)}, found nothing"
    elif _is_list(expected_value) and _is_list(actual_value) and len(expected_value) == len(actual_value):
        for index, (expected_item, actual_item) in enumerate(zip(expected_value, actual_value, strict=True)):
            yield from differences(expected_item, actual_item, max_error, (*pointer, index))
    elif not _is_equal(expected_value, actual_value, max_error):
        yield pointer, f"expected {short_json(expected_value)}, found {short_json(actual_value)}"


def first_mismatch(case: CaseData, actual_value: object) -> tuple[Pointer, str] | None:
    """The first difference below the case's `output`, and its message."""
    mismatch = next(differences(case["output"], actual_value, tolerance(case)), None)
    if mismatch is None:
        return None
    pointer, message = mismatch
    prefix = f"{format_path(pointer)}: " if pointer else ""
    return pointer, f"the case `{case['name']}` fails: {prefix}{message}"


def _is_list(value: object) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_equal(expected_value: object, actual_value: object, max_error: float) -> bool:
    if isinstance(expected_value, bool) or isinstance(actual_value, bool):
        return expected_value is actual_value
    if isinstance(expected_value, int | float) and isinstance(actual_value, int | float):
        return expected_value == actual_value or (
            math.isfinite(actual_value) and abs(expected_value - actual_value) <= max_error
        )
    return type(expected_value) is type(actual_value) and expected_value == actual_value

"""Changed values in words: short texts of both values, and what a change of an objective amounts to."""

from __future__ import annotations

import json

from compiler.foundation.json_data import Json
from compiler.report.text_report import to_printable
from compiler.resolve.value_diff import Absent, MaybeJson, ValueDifference

_MAX_VALUE = 100
_DAYS = 30
_AVAILABILITY = "availability"


def change_text(difference: ValueDifference) -> str:
    """`95% → 99%`, or `none → …` for a value that was added."""
    if isinstance(difference.old, list) and isinstance(difference.new, list):
        return _list_text(difference.old, difference.new)
    old, new = value_text(difference.old), value_text(difference.new)
    effect = effect_text(difference)
    return f"{old} → {new}{f' ({effect})' if effect else ''}"


def _list_text(old: list[Json], new: list[Json]) -> str:
    """What a list of words gained and lost; both lists if they hold other values, or the same in another order."""
    gained, lost = [value for value in new if value not in old], [value for value in old if value not in new]
    if not (gained or lost) or not all(isinstance(value, str) for value in (*gained, *lost)):
        return f"{value_text(old)} → {value_text(new)}"
    parts = [
        f"{verb} {value_text(', '.join(map(str, values)))}"
        for verb, values in (("removed", lost), ("added", gained))
        if values
    ]
    return "; ".join(parts)


def value_text(value: MaybeJson) -> str:
    """The value on one line, shortened."""
    if isinstance(value, Absent):
        return "none"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, sort_keys=True)
    line = to_printable(" ".join(text.split()))
    return line if len(line) <= _MAX_VALUE else f"{line[: _MAX_VALUE - 1]}…"


def effect_text(difference: ValueDifference) -> str:
    """What a changed availability means: the downtime that it allows; empty for other values."""
    numbers = difference.numbers
    if numbers is None or difference.quantity != "percentage" or difference.pointer[-1] != _AVAILABILITY:
        return ""
    old, new = (_downtime(number) for number in numbers)
    return f"allowed downtime per {_DAYS} days {old} → {new}"


def _downtime(availability: float) -> str:
    """The downtime per period: `3 h 36 min`."""
    seconds = round((1 - availability) * _DAYS * 24 * 3600)
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes) + [f"{rest} s"] * bool(rest and not hours)
    return " ".join(parts) or "none"


def json_value(value: MaybeJson) -> Json:
    """The value in JSON; null for none. `state` in the report distinguishes none from null."""
    return None if isinstance(value, Absent) else value

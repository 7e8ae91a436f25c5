"""Conditions on the day of a request. CEL has no clock, but the server stamps each change of an object before it admits it.

The newest time under `metadata.managedFields` is that of the request, unless the request changes nothing. Without any time, the
day is unknown: each condition below states what it returns then.
"""

from datetime import date, timedelta

_ENTRIES = "object.metadata.managedFields"
_HAS_TIME = f"has({_ENTRIES}) && {_ENTRIES}.exists(entry, has(entry.time))"


def is_on_or_after(day: date) -> str:
    """Whether the request is made on a day or later (UTC); false if the day is unknown."""
    return f"has({_ENTRIES}) && {_ENTRIES}.exists(entry, has(entry.time) && timestamp(entry.time) >= {_midnight(day)})"


def is_before(day: date) -> str:
    """Whether the request is made before a day (UTC); false if the day is unknown."""
    return f"{_HAS_TIME} && {_ENTRIES}.all(entry, !has(entry.time) || timestamp(entry.time) < {_midnight(day)})"


def is_in_period(first: date | None, last: date | None) -> str:
    """Whether the request is made in a period; false if the day is unknown."""
    conditions = [is_on_or_after(first)] if first else []
    conditions += [is_before(last + timedelta(1))] if last and last < date.max else []
    return " && ".join(f"({condition})" for condition in conditions) or "true"


def _midnight(day: date) -> str:
    return f'timestamp("{day.isoformat()}T00:00:00Z")'

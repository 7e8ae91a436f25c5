"""Spans of time such as `90d`, `12w`, `3m` or `1y`."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from compiler.foundation.errors import UsageError

_DAYS_PER_UNIT: Mapping[str, int] = MappingProxyType({"d": 1, "w": 7, "m": 30, "y": 365})
_PATTERN = re.compile(r"([0-9]{1,5})([dwmy])")


def parse_time_span(text: str) -> timedelta:
    """The span; a month has 30 days and a year 365. Raises `UsageError` for other text."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise UsageError(f"`{text}` is not a span of time", help="use days, weeks, months or years: 90d, 12w, 3m or 1y")
    return timedelta(days=int(match[1]) * _DAYS_PER_UNIT[match[2]])

"""The string formats that the Python engine checks without further packages."""

import re
from collections.abc import Callable
from datetime import date

from jsonschema import FormatChecker

_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_CHARACTER = r"([a-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9a-f]{2})"
_FORMAT_PATTERNS = {
    "time": _TIME,
    "date-time": rf"\d{{4}}-\d\d-\d\d[Tt]{_TIME}",
    "duration": r"P(?=.)(\d+W|(\d+Y(\d+M(\d+D)?)?|\d+M(\d+D)?|\d+D)?(T(?=\d)(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S))?)",
    "hostname": rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*",
    "email": rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*",
    "uri": rf"[a-z][a-z0-9+.-]*:{_CHARACTER}*",
    "uri-reference": rf"{_CHARACTER}*",
}


def format_checker() -> FormatChecker:
    """Python's own checks, and patterns for common formats that need other packages in jsonschema."""
    formats = FormatChecker(formats=("date", "ipv4", "ipv6", "regex", "uuid"))
    for name, pattern in _FORMAT_PATTERNS.items():
        formats.checks(name, raises=ValueError)(_matcher(name, re.compile(pattern, re.ASCII | re.IGNORECASE)))
    return formats


def _matcher(name: str, pattern: re.Pattern[str]) -> Callable[[object], bool]:
    def matches(value: object) -> bool:
        if not isinstance(value, str):
            return True
        if name == "date-time":
            date.fromisoformat(value[:10])  # a date that does not exist raises ValueError, which means invalid
        return pattern.fullmatch(value) is not None

    return matches

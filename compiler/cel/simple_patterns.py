"""Regular expressions that mean the same in Python as in RE2, the engine's library, and that Python finds without much backtracking."""

import re
from functools import lru_cache

_CLASS = r"\[\^?(?!:)(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_.:/=,@+])+-?\]"
_SIMPLE = rf"\^?(?:(?:[A-Za-z0-9_/@:\- ]|{_CLASS})[*+?]?|\)\??|\((?:\?:)?|\|)*\$?"
_MAX_TEXT = 1000
"""With one repetition, the time grows with the square of the text."""


def find_simple_pattern(pattern: str, text: str) -> bool | None:
    """Whether the pattern is in the text; `None` if it is not simple, or the text is long."""
    compiled = _compile_simple(pattern) if len(text) <= _MAX_TEXT else None
    return None if compiled is None else compiled.search(text) is not None


@lru_cache(maxsize=256)
def _compile_simple(pattern: str) -> "re.Pattern[str] | None":
    repetitions = len(re.findall("[*+]", re.sub(_CLASS, "x", pattern)))
    if not re.fullmatch(_SIMPLE, pattern) or repetitions > 1:
        return None
    try:
        # Python's `$` also matches before a line break at the end.
        return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)
    except re.error:
        return None

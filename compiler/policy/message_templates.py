"""Messages of rules: in a sentence, `{sla.availability}` stands for the value of the expression in braces."""

import json
import re
from collections.abc import Callable

from compiler.foundation.json_data import Json

_BRACES = re.compile(r"\{([^{}]+)\}")
_MAX_LENGTH = 60


def message_expressions(message: str) -> tuple[str, ...]:
    """The expressions in a message."""
    return tuple(_BRACES.findall(message))


def split_message(message: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a message: texts, and expressions, which are marked."""
    return tuple((part, bool(index % 2)) for index, part in enumerate(_BRACES.split(message)))


def fill_message(message: str, value_of: Callable[[str], Json]) -> str:
    """The message with the value of each expression; `nothing` for a missing value."""
    return _BRACES.sub(lambda match: format_value(value_of(match[1])), message)


def format_value(value: Json) -> str:
    """A value as people write it, truncated if it is long."""
    text = (
        value
        if isinstance(value, str)
        else "nothing"
        if value is None
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"

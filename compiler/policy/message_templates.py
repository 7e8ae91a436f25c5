"""Messages of rules: a sentence in which `{sla.availability}` stands for what the expression in braces comes to."""

import json
import re
from collections.abc import Callable

from compiler.foundation.json_data import Json

_BRACES = re.compile(r"\{([^{}]+)\}")
_SHORT = 60


def expressions(message: str) -> tuple[str, ...]:
    """The expressions in a message."""
    return tuple(_BRACES.findall(message))


def filled(message: str, value_of: Callable[[str], Json]) -> str:
    """The message with each expression's value; `nothing` where it has none."""
    return _BRACES.sub(lambda found: shown(value_of(found[1])), message)


def shown(value: Json) -> str:
    """A value as people write it, cut where it is long."""
    text = (
        value
        if isinstance(value, str)
        else "nothing"
        if value is None
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"

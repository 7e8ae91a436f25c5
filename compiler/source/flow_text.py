"""Values as YAML text on one line."""

import json
import re
from collections.abc import Mapping

from compiler.foundation.json_data import Json
from compiler.source.plain_scalars import resolve_scalar

_PLAIN = re.compile(r"[A-Za-z0-9./_](?:[A-Za-z0-9./_@+%-]|:(?=[A-Za-z0-9/]))*")
"""Text that needs no quotes in any context, unless it means a number, a truth value or nothing."""


def flow_text(value: Json) -> str:
    """The value as a plain or quoted scalar, or with its elements in brackets."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow_text(key)}: {flow_text(below)}' for key, below in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow_text, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and resolve_scalar(value) == (value, None):
        return value
    return json.dumps(value, ensure_ascii=False)

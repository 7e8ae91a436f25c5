"""Plain data: what YAML and JSON hold, and the pointers into it."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, "Sequence[Json]", "Mapping[str, Json]", None]
"""A value of plain data, to be read and not changed."""

Object: TypeAlias = Mapping[str, Json]
"""A map of plain data."""

Pointer: TypeAlias = tuple[str | int, ...]
"""A place in plain data: the keys and indexes from its root. `()` is the root."""


def json_pointer(pointer: Pointer) -> str:
    """The pointer as RFC 6901 writes it: `/deploy/secrets/0`; the root is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in pointer)


def dotted(pointer: Pointer) -> str:
    """The pointer as people write it: `deploy.secrets[0].name`."""
    out = ""
    for part in pointer:
        if isinstance(part, int):
            out += f"[{part}]"
        elif part and all(c.isalnum() or c in "_-$" for c in part):
            out += f".{part}" if out else part
        else:
            out += f"[{part!r}]"
    return out


def at(data: Json, pointer: Pointer) -> Json:
    """The value at the pointer; `KeyError`, `IndexError` or `TypeError` where there is none."""
    for part in pointer:
        data = data[part]  # type: ignore[index]  # a wrong kind of container raises, as the docstring says
    return data


def as_object(value: Json) -> Object:
    """The value if it is a map, else an empty one."""
    return value if isinstance(value, dict | Mapping) else {}


def as_list(value: Json) -> Sequence[Json]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) or (isinstance(value, Sequence) and not isinstance(value, str)) else ()


def as_str(value: Json) -> str:
    """The value if it is text, else the empty text."""
    return value if isinstance(value, str) else ""

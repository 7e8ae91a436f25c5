"""Plain data: what YAML and JSON hold, and the pointers into it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, "Sequence[Json]", "Mapping[str, Json]", None]
"""A value of plain data, to be read and not changed."""

Object: TypeAlias = Mapping[str, Json]
"""A map of plain data."""

Pointer: TypeAlias = tuple[str | int, ...]
"""A place in plain data: the keys and indexes from its root. `()` is the root."""

Reads: TypeAlias = Mapping[str, frozenset[str] | None]
"""What is looked at: names of maps, and which of their fields; `None` stands for all of them."""


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


def identical(one: Json, other: Json) -> bool:
    """Whether two values are the same data, the order of keys and the kind of numbers included: `1` is not `true`."""
    return one is other or (one == other and _alike(one, other))


def _alike(one: Json, other: Json) -> bool:
    """Whether two equal values are written alike, too."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(_alike, one.values(), other.values()))
    if isinstance(one, list) and isinstance(other, list):
        return all(map(_alike, one, other))
    return repr(one) == repr(other) if isinstance(one, float) else isinstance(one, str | int)


def as_object(value: Json) -> Object:
    """The value if it is a map, else an empty one."""
    return value if isinstance(value, dict) or (value is not None and isinstance(value, Mapping)) else {}


def as_list(value: Json) -> Sequence[Json]:
    """The value if it is a list, else an empty one."""
    if isinstance(value, list):
        return value
    return value if value is not None and isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_str(value: Json) -> str:
    """The value if it is text, else the empty text."""
    return value if isinstance(value, str) else ""


def widened(reads: Iterable[tuple[str, frozenset[str] | None]]) -> Reads:
    """All that is looked at, taken together."""
    found: dict[str, frozenset[str] | None] = {}
    for name, fields in reads:
        known = found.get(name, frozenset())
        found[name] = None if fields is None or known is None else known | fields
    return found


def only(fields: frozenset[str] | None, value: Json) -> Json:
    """A map with those of its fields that are looked at; anything else is what it is."""
    if fields is None or not isinstance(value, (dict, Mapping)):
        return value
    return {key: one for key, one in value.items() if key in fields}

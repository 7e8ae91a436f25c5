"""Paths as people write them, and pointers that do not change when a list is reordered."""

from compiler.foundation.json_data import Json, Pointer

_MAX_INDEX_DIGITS = 9
"""The maximum number of digits of an index."""


def parse_path(path: str) -> Pointer:
    """A path as a pointer: `deploy.secrets[0].key`; brackets hold an index or the name of an element."""
    parts: list[str | int] = []
    for part in path.replace("]", "").replace("[", ".[").split("."):
        if part.startswith("["):
            inner = part[1:].strip("'\"")
            parts.append(int(inner) if inner.isdecimal() and len(inner) <= _MAX_INDEX_DIGITS else inner)
        elif part:
            parts.append(part)
    return tuple(parts)


def with_element_names(pointer: Pointer, data: Json) -> Pointer:
    """The pointer with list elements by name, if they have one."""
    parts: list[str | int] = []
    for part in pointer:
        data = _child(data, part)
        name = data.get("name") if isinstance(part, int) and isinstance(data, dict) else None
        parts.append(name if isinstance(name, str) else part)
    return tuple(parts)


def begins_with(pointer: Pointer, path: Pointer) -> bool:
    """Whether a value is at the path, or below it."""
    return len(path) <= len(pointer) and all(
        str(pointer_part) == str(path_part) for pointer_part, path_part in zip(pointer, path, strict=False)
    )


def _child(data: Json, part: str | int) -> Json:
    if isinstance(part, int):
        return data[part] if isinstance(data, list) and part < len(data) else None
    return data.get(part) if isinstance(data, dict) else None

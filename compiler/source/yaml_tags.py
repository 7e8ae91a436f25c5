"""The tags of YAML's core schema; any other tag would construct an object."""

from typing import Final

from compiler.source.plain_scalars import InvalidNode, Scalar, resolve_scalar

_CORE_TAG_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TYPES: Final = {"null": type(None), "bool": bool, "int": int, "float": float}


def resolve_tagged_scalar(tag: str, text: str) -> tuple[Scalar, InvalidNode | None]:
    """The value of a tagged scalar; its text if the tag is rejected."""
    name = tag.removeprefix(_CORE_TAG_PREFIX)
    if name in {"str", "!"}:
        return text, None
    value, issue = resolve_scalar(text)
    if name == "float" and type(value) is int:
        return float(value), None
    if name in _SCALAR_TYPES and type(value) is _SCALAR_TYPES[name]:
        return value, None
    return text, issue if name in _SCALAR_TYPES and isinstance(issue, InvalidNode) else _invalid_tag(tag)


def check_collection_tag(tag: str, kind: str) -> InvalidNode | None:
    """Why a tag does not fit a map or a list; `None` if it fits."""
    return None if tag in {_CORE_TAG_PREFIX + kind, "!"} else _invalid_tag(tag)


def _invalid_tag(tag: str) -> InvalidNode:
    name = tag.removeprefix(_CORE_TAG_PREFIX)
    if name == tag:
        return InvalidNode(f"The tag `{tag}` is not supported in specs.")
    if name in {"str", "null", "bool", "int", "float", "map", "seq"}:
        return InvalidNode(f"The tag `!!{name}` does not fit its value.")
    return InvalidNode(f"The tag `!!{name}` is not supported in specs.")

"""The tags of YAML's core schema; any other asks a reader to build an object."""

from typing import Final

from compiler.source.plain_scalars import Refusal, Scalar, understand

_CORE = "tag:yaml.org,2002:"
_TYPES: Final = {"null": type(None), "bool": bool, "int": int, "float": float}


def tagged_scalar(tag: str, text: str) -> tuple[Scalar, Refusal | None]:
    """What a tagged scalar means; the text itself where the tag is refused."""
    name = tag.removeprefix(_CORE)
    if name in {"str", "!"}:
        return text, None
    value, said = understand(text)
    if name == "float" and type(value) is int:
        return float(value), None
    if name in _TYPES and type(value) is _TYPES[name]:
        return value, None
    return text, said if name in _TYPES and isinstance(said, Refusal) else _refusal(tag)


def tagged_collection(tag: str, kind: str) -> Refusal | None:
    """Why a tag does not fit a `map` or a `seq`; None where it does."""
    return None if tag in {_CORE + kind, "!"} else _refusal(tag)


def _refusal(tag: str) -> Refusal:
    name = tag.removeprefix(_CORE)
    if name == tag:
        return Refusal(f"`{tag}` is a tag that specs do not know.")
    if name in {"str", "null", "bool", "int", "float", "map", "seq"}:
        return Refusal(f"The tag `!!{name}` does not fit its value.")
    return Refusal(f"`!!{name}` is a tag that specs do not know.")

"""The filters that templates may use. Each hands on the origins of what it was given; none takes text apart."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from compiler.foundation.provenance import Origins
from compiler.render import unit_filters as units
from compiler.render.encoders import ENCODERS, Encoder
from compiler.render.interpolation import Glued, Part, kind_of, scalar_text, shown, size_of, token
from compiler.render.plain_values import Budget, place
from compiler.render.template_errors import RefusedError
from compiler.render.template_values import View
from compiler.render.traced_values import Encoded, Noted, Omit, Text, noted, origins_of, text
from compiler.render.yaml_dump import SEEN

Filter: TypeAlias = Callable[..., Any]
_LARGEST_LIST = 100_000
_REMARK = re.compile(rf"[!-~{SEEN}](?:[ -~{SEEN}]*[!-~{SEEN}])?")


class Bounded(list[object]):
    """A list that a template wrote, and how many values it comes to."""

    size: int


class BoundedMap(dict[object, object]):
    """A map that a template wrote, and how many values it comes to."""

    size: int


def bounded(literal: Iterable[object]) -> Bounded | BoundedMap:
    """The list or map that a template wrote, if it is no larger than anybody writes one."""
    made: Bounded | BoundedMap
    if isinstance(literal, Mapping):
        made = BoundedMap(literal)
        made.size = 1 + sum(size_of(value) for value in made.values())
    else:
        made = Bounded(literal)
        made.size = 1 + sum(size_of(value) for value in made)
    if made.size > _LARGEST_LIST:
        raise RefusedError("a list of the template holds too many values")
    return made


def default(value: object, instead: object = "", boolean: object = False) -> object:
    """What is written instead, where there is no value, or with `true` where it is empty or false."""
    return instead if isinstance(value, Undefined) or (boolean and not value) else value


def items(value: object) -> list[tuple[object, object]]:
    """Keys with their values, in the author's order."""
    if isinstance(value, View):
        return list(value.pairs())
    if isinstance(value, Mapping):
        return list(value.items())
    raise _refusal(value, "a map is needed for `items`")


def dictsort(value: object) -> list[tuple[object, object]]:
    """Keys with their values, ordered by key."""
    return sorted(items(value), key=lambda pair: str(pair[0]))


def keys(value: object) -> list[object]:
    """The keys in the author's order."""
    return [key for key, _ in items(value)]


def length(value: object) -> int:
    """How many members, elements or characters there are."""
    if isinstance(value, Glued):
        return len(str(value))
    return len(value)  # type: ignore[arg-type]  # a TypeError says what is wrong


def _on_text(change: Callable[[str], str]) -> Filter:
    def changed(value: object) -> str:
        if type(value) is str:
            return change(value)
        if not isinstance(value, (Text, Glued)):
            raise _refusal(value, "text is needed")
        return text(change(str(value)), origins_of(value))

    return changed


def join(value: object, between: object = "") -> Glued:
    """The elements side by side, each under the rules of glued text."""
    parts: list[Part] = []
    for element in elements(value):
        parts += [token(between), token(element)] if parts else [token(element)]
    return Glued(parts)


def note(value: object, said: object) -> Noted:
    """The text, with a remark behind it in the file: the version beside a digest, the reason beside a permission."""
    remark = scalar_text(said)
    if not _REMARK.fullmatch(remark):
        raise RefusedError(f"{shown(remark)} is no remark of one line", origins_of(said))
    if not isinstance(value, (str, Glued)):
        raise _refusal(value, "text is needed")
    return noted(str(value), remark, origins_of(value, said) if not isinstance(value, Glued) else value.origins)


def looped(value: object) -> object:
    """What a loop goes over, if it is a list or a map."""
    elements(value)
    return value


def elements(value: object) -> Iterator[Any]:
    """The elements of a list or the keys of a map; `RefusedError` for all else."""
    if isinstance(value, Undefined) or (isinstance(value, Iterable) and not isinstance(value, (str, bytes))):
        return iter(value)
    raise _refusal(value, "a list is needed")


def first(value: object) -> object:
    """The first element."""
    return _end(list(elements(value)), 0, value)


def last(value: object) -> object:
    """The last element."""
    return _end(list(elements(value)), -1, value)


def _end(found: Sequence[object], index: int, value: object) -> object:
    if not found:
        raise _refusal(value, "an empty list has no first and no last element")
    return found[index]


@pass_context
def sort(context: Context, value: object, attribute: object = None) -> list[Any]:
    """The elements in ascending order, by a field of theirs if one is named."""
    return sorted(elements(value), key=lambda element: _by(context, element, attribute))


@pass_context
def unique(context: Context, value: object, attribute: object = None) -> list[Any]:
    """The elements that differ, by a field of theirs if one is named; the first of equal ones stays."""
    found: dict[object, Any] = {}
    for element in elements(value):
        found.setdefault(_by(context, element, attribute), element)
    return list(found.values())


def _by(context: Context, element: object, attribute: object) -> Any:  # noqa: ANN401 - whatever the field holds
    return element if attribute is None else context.environment.getattr(element, str(attribute))


@pass_context
def map_(context: Context, value: object, name: object = None, attribute: object = None) -> list[Any]:
    """A field of each element, or what a filter makes of it."""
    if attribute is not None:
        return [_by(context, element, attribute) for element in elements(value)]
    return [context.environment.call_filter(str(name), element, context=context) for element in elements(value)]


def paragraphs(value: object) -> list[object]:
    """The paragraphs of a text: what stands between empty lines; where there are none, each line (as a folded `>` of YAML has them)."""
    if not isinstance(value, (str, Glued)):
        raise _refusal(value, "text is needed")
    parts = re.split(r"\n[ \t]*\n", str(value).strip())
    found = [part.strip() for part in (parts if len(parts) > 1 else str(value).split("\n"))]
    return [text(part, origins_of(value)) for part in found if part]


def as_json(value: object) -> str:
    """The value as JSON, keys in order of name."""
    if isinstance(value, Undefined):
        raise _refusal(value, "a value is needed")
    data = place(value, Budget(_LARGEST_LIST))
    if isinstance(data, Omit):
        raise _refusal(value, "a value is needed")
    return text(json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False), origins_of(value))


def _selecting(*, wanted: bool) -> Filter:
    @pass_context
    def select(context: Context, value: object, attribute: object, test: object = None, *args: object) -> list[Any]:
        def holds(element: object) -> bool:
            found = _by(context, element, attribute)
            if test is None:
                return bool(found)
            return bool(context.environment.call_test(str(test), found, args, context=context))

        return [element for element in elements(value) if holds(element) is wanted]

    return select


def _encoding(encoder: Encoder) -> Filter:
    def encode(value: object) -> Encoded:
        if isinstance(value, Undefined):
            raise _refusal(value, "text is needed")
        return encoder(value)

    return encode


def _refusal(value: object, needed: str) -> RefusedError:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's way to say what is missing
    origins: Origins = origins_of(value)
    return RefusedError(f"{needed}, and there is {kind_of(value)}", origins)


_ALL: Final[dict[str, Filter]] = {
    "d": default, "default": default, "dictsort": dictsort, "first": first, "items": items, "join": join, "keys": keys,
    "last": last, "length": length, "list": lambda value: list(elements(value)), "lower": _on_text(str.lower),
    "map": map_, "note": note, "rejectattr": _selecting(wanted=False), "reverse": lambda value: list(elements(value))[::-1],
    "selectattr": _selecting(wanted=True), "sort": sort, "trim": _on_text(str.strip), "unique": unique,
    "upper": _on_text(str.upper),
    "hex": units.hexadecimal, "json": as_json, "paragraphs": paragraphs,
    "bytes": units.bytes_, "millicores": units.millicores, "milliseconds": units.milliseconds, "percent": units.percent,
    "seconds": units.seconds,
    **{name: _encoding(encoder) for name, encoder in ENCODERS.items() if name != "literal"},
}  # fmt: skip
FILTERS: Final[Mapping[str, Filter]] = MappingProxyType(_ALL)

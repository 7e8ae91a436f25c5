"""The filters of templates. Each preserves the origins of its input; none splits text."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from compiler.foundation.provenance import Origins
from compiler.templating import unit_filters
from compiler.templating.encoders import ENCODERS, Encoder
from compiler.templating.interpolation import (
    InterpolatedText,
    TextPart,
    kind_of,
    placeholder,
    quoted_excerpt,
    scalar_text,
)
from compiler.templating.metering import (
    BoundedList,
    BoundedMap,
    Work,
    constant_work,
    copy_work,
    field_work,
    shallow_work,
    sorting_work,
    with_size,
)
from compiler.templating.plain_values import ValueBudget, to_plain
from compiler.templating.template_errors import RenderLimits, ValueRejectedError
from compiler.templating.template_values import ListView, MapView
from compiler.templating.traced_values import (
    CommentedStr,
    EncodedStr,
    Omit,
    TracedStr,
    commented_str,
    origins_of,
    traced_str,
)
from compiler.templating.visible_characters import VISIBLE

Filter: TypeAlias = Callable[..., Any]
_MAX_LIST_SIZE = 100_000
_COMMENT = re.compile(rf"[!-~{VISIBLE}](?:[ -~{VISIBLE}]*[!-~{VISIBLE}])?")


def check_literal_size(literal: list[object] | Mapping[object, object]) -> BoundedList | BoundedMap:
    """The list or map written in a template, if it is within the limit."""
    return with_size(literal, _MAX_LIST_SIZE)


def default(value: object, fallback: object = "", boolean: object = False) -> object:
    """The fallback for a missing value, or with `true` also for an empty or false one."""
    return fallback if isinstance(value, Undefined) or (boolean and not value) else value


def items(value: object) -> list[tuple[object, object]]:
    """Keys with values, in the author's order."""
    if isinstance(value, MapView):
        return list(value.pairs())
    if isinstance(value, Mapping):
        return list(value.items())
    raise _rejection(value, "`items` requires a map")


def dictsort(value: object) -> list[tuple[object, object]]:
    """Keys with values, ordered by key."""
    return sorted(items(value), key=lambda pair: str(pair[0]))


def keys(value: object) -> list[object]:
    """The keys, in the author's order."""
    return [key for key, _ in items(value)]


def length(value: object) -> int:
    """The number of members, elements or characters."""
    if isinstance(value, InterpolatedText):
        return len(str(value))
    return len(value)  # type: ignore[arg-type]  # a TypeError reports what is wrong


def _text_filter(change: Callable[[str], str]) -> Filter:
    def apply_change(value: object) -> str:
        if type(value) is str:
            return change(value)
        if not isinstance(value, (TracedStr, InterpolatedText)):
            raise _rejection(value, "expected text")
        return traced_str(change(str(value)), origins_of(value))

    return apply_change


def join(value: object, separator: object = "") -> InterpolatedText:
    """The elements joined, each under the rules of interpolation."""
    parts: list[TextPart] = []
    for element in elements(value):
        parts += [placeholder(separator), placeholder(element)] if parts else [placeholder(element)]
    return InterpolatedText(parts)


def with_comment(value: object, comment: object) -> CommentedStr:
    """The text with a comment after it: the version of a digest, the reason of a permission."""
    comment_text = scalar_text(comment)
    if not _COMMENT.fullmatch(comment_text):
        raise ValueRejectedError(f"{quoted_excerpt(comment_text)} is not a comment of one line", origins_of(comment))
    if not isinstance(value, (str, InterpolatedText)):
        raise _rejection(value, "expected text")
    return commented_str(
        str(value),
        comment_text,
        origins_of(value, comment) if not isinstance(value, InterpolatedText) else value.origins,
    )


def elements(value: object) -> Iterator[Any]:
    """The elements of a list or the keys of a map; raises `ValueRejectedError` for other values."""
    if isinstance(value, (ListView, MapView, list)):
        return iter(value)
    if isinstance(value, Undefined) or (isinstance(value, Iterable) and not isinstance(value, (str, bytes))):
        return iter(value)
    raise _rejection(value, "expected a list")


def first(value: object) -> object:
    """The first element."""
    return _element_at(list(elements(value)), 0, value)


def last(value: object) -> object:
    """The last element."""
    return _element_at(list(elements(value)), -1, value)


def _element_at(sequence: Sequence[object], index: int, value: object) -> object:
    if not sequence:
        raise _rejection(value, "an empty list has no first and no last element")
    return sequence[index]


@pass_context
def sort(context: Context, value: object, attribute: object = None) -> list[Any]:
    """The elements in ascending order, optionally by a field."""
    return sorted(elements(value), key=lambda element: _attribute_of(context, element, attribute))


@pass_context
def unique(context: Context, value: object, attribute: object = None) -> list[Any]:
    """The distinct elements, optionally by a field; the first of equal ones stays."""
    elements_by_key: dict[object, Any] = {}
    for element in elements(value):
        elements_by_key.setdefault(_attribute_of(context, element, attribute), element)
    return list(elements_by_key.values())


def _attribute_of(context: Context, element: object, attribute: object) -> Any:  # noqa: ANN401 - the type of the field
    return element if attribute is None else context.environment.getattr(element, str(attribute))


@pass_context
def map_(context: Context, value: object, name: object = None, attribute: object = None) -> list[Any]:
    """A field of each element, or the result of a filter on each."""
    if attribute is not None:
        return [_attribute_of(context, element, attribute) for element in elements(value)]
    return [context.environment.call_filter(str(name), element, context=context) for element in elements(value)]


def paragraphs(value: object) -> list[object]:
    """The paragraphs of a text, separated by empty lines; without empty lines, each line (as a folded `>` scalar has them)."""
    if not isinstance(value, (str, InterpolatedText)):
        raise _rejection(value, "expected text")
    parts = re.split(r"\n[ \t]*\n", str(value).strip())
    stripped_parts = [part.strip() for part in (parts if len(parts) > 1 else str(value).split("\n"))]
    return [traced_str(part, origins_of(value)) for part in stripped_parts if part]


def as_json(value: object) -> str:
    """The value as JSON with sorted keys."""
    if isinstance(value, Undefined):
        raise _rejection(value, "expected a value")
    data = to_plain(value, ValueBudget(RenderLimits(max_values=_MAX_LIST_SIZE)))
    if isinstance(data, Omit):
        raise _rejection(value, "expected a value")
    return traced_str(json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False), origins_of(value))


def _select_filter(*, keep_matches: bool) -> Filter:
    @pass_context
    def select(context: Context, value: object, attribute: object, test: object = None, *args: object) -> list[Any]:
        def matches(element: object) -> bool:
            field_value = _attribute_of(context, element, attribute)
            if test is None:
                return bool(field_value)
            return bool(context.environment.call_test(str(test), field_value, args, context=context))

        return [element for element in elements(value) if matches(element) is keep_matches]

    return select


def _encoder_filter(encoder: Encoder) -> Filter:
    def encode(value: object) -> EncodedStr:
        if isinstance(value, Undefined):
            raise _rejection(value, "expected text")
        return encoder(value)

    return encode


def _rejection(value: object, requirement: str) -> ValueRejectedError:
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's API for the message of an undefined value
    origins: Origins = origins_of(value)
    return ValueRejectedError(f"{requirement}, found {kind_of(value)}", origins)


_FILTERS: Final[dict[str, Filter]] = {
    "d": default, "default": default, "dictsort": dictsort, "first": first, "items": items, "join": join, "keys": keys,
    "last": last, "length": length, "list": lambda value: list(elements(value)), "lower": _text_filter(str.lower),
    "map": map_, "note": with_comment, "rejectattr": _select_filter(keep_matches=False),
    "reverse": lambda value: list(elements(value))[::-1],
    "selectattr": _select_filter(keep_matches=True), "sort": sort, "trim": _text_filter(str.strip), "unique": unique,
    "upper": _text_filter(str.upper),
    "hex": unit_filters.digest_hex, "json": as_json, "paragraphs": paragraphs,
    "bytes": unit_filters.bytes_, "millicores": unit_filters.millicores, "milliseconds": unit_filters.milliseconds,
    "percent": unit_filters.percent,
    "seconds": unit_filters.seconds,
    **{name: _encoder_filter(encoder) for name, encoder in ENCODERS.items() if name != "literal"},
}  # fmt: skip
FILTERS: Final[Mapping[str, Filter]] = MappingProxyType(_FILTERS)
FILTER_WORK: Final[Mapping[str, Work]] = MappingProxyType(
    dict.fromkeys(FILTERS, shallow_work)
    | dict.fromkeys(("d", "default"), constant_work)
    | dict.fromkeys(("map", "selectattr", "rejectattr"), field_work)
    | {"json": copy_work, "dictsort": sorting_work, "sort": sorting_work, "unique": sorting_work}
)
"""How much work each filter does with one value."""

"""Corrections of scalars of the wrong type: text for a number, a number for text, words for true and false."""

from collections.abc import Collection, Iterator

from compiler.foundation.json_data import Json
from compiler.json_schema.corrections.correction import Correction, certain

_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "on", "enabled"), True),
    **dict.fromkeys(("false", "no", "n", "off", "disabled"), False),
}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TYPOGRAPHIC_QUOTES = "“”„‟‘’‚‛«»‹›"


def scalar(types: Collection[str], value: Json, written: str) -> Iterator[Correction]:
    """The scalar in each of the types that the field accepts, where it has a meaning in that type."""
    text = value if isinstance(value, str) else written
    if "boolean" in types and text.lower() in _BOOLEANS:
        meant = _BOOLEANS[text.lower()]
        yield certain(meant, "true" if meant else "false")
    if {"integer", "number"} & set(types):
        yield from _numbers(text)
    if "string" in types and not isinstance(value, str):
        yield Correction(f'quote it, since the field expects text: `"{written}"`', written, is_certain=True)


def without_typographic_quotes(text: str) -> str | None:
    """The text between the quotes of a word processor, which YAML takes for a part of the text; none without them."""
    inner = text.strip(_TYPOGRAPHIC_QUOTES)
    return inner if len(text) - len(inner) > 1 and text[0] in _TYPOGRAPHIC_QUOTES else None


def _numbers(text: str) -> Iterator[Correction]:
    word = text.strip().lower()
    if word in _NUMBERS:
        yield certain(_NUMBERS.index(word))
    for convert in (int, float):
        try:
            yield certain(convert(word))
        except ValueError:
            continue

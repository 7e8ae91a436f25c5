"""Characters that reviewers cannot see: which they are, and where a script or an emoji needs them."""

import re
import unicodedata
from collections.abc import Iterator

HIDDEN_RANGES = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's default-ignorable code points (DerivedCoreProperties.txt, Default_Ignorable_Code_Point), its line and paragraph
separators, controls of bidirectional text, and interlinear annotations, as ranges of a character class.
"""
_HIDDEN_RUN = re.compile(f"[{HIDDEN_RANGES}]+")
_ZERO_WIDTH_NON_JOINER, _ZERO_WIDTH_JOINER = "\u200c", "\u200d"
_JOINERS = frozenset({_ZERO_WIDTH_NON_JOINER, _ZERO_WIDTH_JOINER})
_EMOJI_PRESENTATIONS = frozenset("\ufe0e\ufe0f")
_PRESENTATIONS_WITH_JOINER = frozenset(presentation + _ZERO_WIDTH_JOINER for presentation in _EMOJI_PRESENTATIONS)
_MONGOLIAN_SELECTORS = frozenset("\u180b\u180c\u180d\u180f")
_EMOJI_BLOCKS = ("\U0001f000", "\U0001faff")
"""Blocks of symbols; newer releases of Unicode add emojis to them."""
_KEYCAP_BASES = frozenset("0123456789#*")
_VIRAMA = 9
"""The combining class of signs that join two consonants."""
_SUBDIVISION_FLAGS = frozenset(
    "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f" for region in ("gbeng", "gbsct", "gbwls")
)
"""What follows a black flag in the emoji of England, Scotland and Wales: the only tag sequences that Unicode recommends."""
_BLACK_FLAG = "\U0001f3f4"
_TAGS = range(0xE0020, 0xE007F)
"""The tag characters that stand for printable ASCII characters."""


def find_hidden_runs(text: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each run of hidden characters, except where a script or an emoji needs the one that is there."""
    for match in _HIDDEN_RUN.finditer(text):
        start, end = match.span()
        if not _is_needed(match[0], text[max(start - 2, 0) : start], text[end : end + 1]):
            yield start, end


def hidden_text(run: str) -> str:
    """The ASCII text that tag characters of a run spell."""
    return "".join(chr(ord(character) - 0xE0000) for character in run if ord(character) in _TAGS)


def _is_needed(run: str, before: str, after: str) -> bool:
    previous = before[-1:]
    if run in _SUBDIVISION_FLAGS:
        return previous == _BLACK_FLAG
    if run in _PRESENTATIONS_WITH_JOINER:
        return _is_emoji(previous) and _is_symbol(after)
    if run in _EMOJI_PRESENTATIONS:
        return _is_emoji(previous)
    if run in _JOINERS:
        return _is_joined(run, before, after)
    return len(run) == 1 and _is_variant(run, previous)


def _is_variant(selector: str, base: str) -> bool:
    """Whether a single variation selector follows a letter of a script that has variants: Han, or Mongolian."""
    if selector in _MONGOLIAN_SELECTORS:
        return "\u1800" <= base <= "\u18aa"
    return unicodedata.name(selector, "").startswith("VARIATION SELECTOR") and _is_han(base)


def _is_joined(joiner: str, before: str, after: str) -> bool:
    """Whether a joiner is between two emojis, or between letters whose form it can change (RFC 5892, appendix A, and Indic scripts)."""
    previous = before[-1:]
    if joiner == _ZERO_WIDTH_JOINER and _is_symbol(after):
        return _is_symbol(previous)
    if any(_is_virama(character) for character in (previous, after)):
        return True
    letter = before[:1] if _is_mark(previous) else previous
    return _is_arabic_letter(letter) and _is_arabic_letter(after)


def _is_emoji(character: str) -> bool:
    return character in _KEYCAP_BASES or _is_symbol(character)


def _is_symbol(character: str) -> bool:
    if not character or character.isascii():
        return False
    return unicodedata.category(character) in {"So", "Sm", "Po"} or _EMOJI_BLOCKS[0] <= character <= _EMOJI_BLOCKS[1]


def _is_han(character: str) -> bool:
    return bool(character) and unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")


def _is_virama(character: str) -> bool:
    return bool(character) and unicodedata.combining(character) == _VIRAMA


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character) == "Mn"


def _is_arabic_letter(character: str) -> bool:
    return bool(character) and unicodedata.bidirectional(character) == "AL"

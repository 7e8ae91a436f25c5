"""Plain scalars: what they mean in YAML 1.2, and which of them readers of YAML 1.1 understand differently."""

import re
from typing import Final

_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
OLD_WORDS: Final = frozenset(
    form for word in ("y", "n", "yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper())
)
"""True or false in YAML 1.1, text in 1.2."""
_ONE_MEANING = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+|(?:[-+]?[0-9]+)?\.[0-9]+(?:[eE][-+][0-9]+)?|[-+]?[0-9]+\."
)
_OLD_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?"  # floats, with underscores
    r"|[-+]?[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"  # whole numbers, octal ones with a leading zero, exponents
    r"|[-+]?0(?:b[01_]+|x[0-9a-fA-F_]+|o[0-7_]+)"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # sexagesimal
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9].*)?"  # dates
)


def meaning(plain: str) -> str | int | float | bool | None:
    """What a plain scalar means in the core schema of YAML 1.2."""
    if plain in _WORDS:
        return _WORDS[plain]
    if _INT.fullmatch(plain):
        return int(plain)
    if _OCTAL.fullmatch(plain) or _HEX.fullmatch(plain):
        return int(plain, 0)
    if _FLOAT.fullmatch(plain):
        return float(plain)
    if infinite := _INFINITY.fullmatch(plain):
        return float(f"{infinite[1]}inf")
    return float("nan") if plain in {".nan", ".NaN", ".NAN"} else plain


def is_ambiguous(plain: str) -> bool:
    """Whether YAML 1.1 may read the plain scalar as something else than YAML 1.2 does."""
    if plain in OLD_WORDS or plain in {"=", "<<"}:
        return True
    return _ONE_MEANING.fullmatch(plain) is None and _OLD_NUMBER.fullmatch(plain) is not None

"""Plain scalars: their value in YAML 1.2, and whether YAML 1.1 reads them differently."""

import re
from typing import Final

_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_CONSTANTS: Final[dict[str, bool | None]] = {
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
YAML11_BOOLEANS: Final = frozenset(
    form for word in ("y", "n", "yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper())
)
"""Booleans of YAML 1.1, text in 1.2."""
_UNAMBIGUOUS = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+|(?:[-+]?[0-9]+)?\.[0-9]+(?:[eE][-+][0-9]+)?|[-+]?[0-9]+\."
)
_YAML11_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?"  # floats with underscores
    r"|[-+]?[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"  # integers, octal with a leading zero, exponents
    r"|[-+]?0(?:b[01_]+|x[0-9a-fA-F_]+|o[0-7_]+)"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # sexagesimal
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9].*)?"  # dates
)


def parse_scalar(scalar: str) -> str | int | float | bool | None:
    """The value of a plain scalar in the core schema of YAML 1.2."""
    if scalar in _CONSTANTS:
        return _CONSTANTS[scalar]
    if _INT.fullmatch(scalar):
        return int(scalar)
    if _OCTAL.fullmatch(scalar) or _HEX.fullmatch(scalar):
        return int(scalar, 0)
    if _FLOAT.fullmatch(scalar):
        return float(scalar)
    if infinite := _INFINITY.fullmatch(scalar):
        return float(f"{infinite[1]}inf")
    return float("nan") if scalar in {".nan", ".NaN", ".NAN"} else scalar


def is_ambiguous(scalar: str) -> bool:
    """Whether YAML 1.1 may read the plain scalar differently."""
    if scalar in YAML11_BOOLEANS or scalar in {"=", "<<"}:
        return True
    return _UNAMBIGUOUS.fullmatch(scalar) is None and _YAML11_NUMBER.fullmatch(scalar) is not None

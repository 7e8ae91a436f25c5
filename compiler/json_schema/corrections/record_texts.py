"""Corrections of values that records rely on: licenses, countries and email addresses."""

import re
from types import MappingProxyType

from compiler.foundation.suggestions import closest_match
from compiler.json_schema.corrections.correction import Correction, certain, guess
from compiler.json_schema.text_formats import canonical_license, countries

_NOT_IN_A_REFERENCE = re.compile(r"[^A-Za-z0-9.-]+")
_LICENSE_WORD = re.compile(r"[A-Za-z]+?(?=[vV]?[0-9])|[A-Za-z]+|[0-9]+(?:\.[0-9]+)*")
_FILLERS = frozenset({"the", "license", "licence", "version", "v", "gnu", "creative", "commons"})
_COMMON_LICENSES = (
    "AGPL-3.0-only", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0",
    "CC0-1.0", "CDLA-Permissive-2.0", "EUPL-1.2", "GPL-2.0-only", "GPL-3.0-only", "ISC", "LGPL-2.1-only", "LGPL-3.0-only",
    "MIT", "MPL-2.0", "ODC-By-1.0", "ODbL-1.0", "PDDL-1.0", "Unlicense", "Zlib",
)  # fmt: skip
"""What a misspelling is compared with."""
_REFERENCE = "LicenseRef-"
_OPERATORS = frozenset({"AND", "OR", "WITH"})
_MIN_COUNTRY_NAME = 4
"""Characters: a shorter text is a code of another standard, and no misspelled name."""
_NO_LICENSE = frozenset({"unknown", "other", "none", "proprietary", "custom", "internal", "commercial", "n/a", "tbd"})
_OTHER_COUNTRY_NAMES = MappingProxyType(
    {"UK": "GB", "EL": "GR", "UNITED KINGDOM": "GB", "USA": "US", "UNITED STATES OF AMERICA": "US", "SOUTH KOREA": "KR"}
)
"""Names in common use that are neither codes nor the names of the list; the European Union writes UK and EL in its own documents."""
_REGIONS = frozenset({"EU", "EEA", "EUROPE", "APAC", "EMEA"})
_ADDRESS = re.compile(r"(?:mailto:|[^<>]*<)?\s*(?P<address>[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+)\s*>?")


def license_expression(text: str) -> Correction | None:
    """Corrections of `mit`, `Apache2`, `GPLv3`, or a license that is not on SPDX's list."""
    plain = " ".join(text.split())
    canonical = canonical_license(plain)
    if canonical is not None:
        return certain(canonical)
    reference = f"LicenseRef-{_NOT_IN_A_REFERENCE.sub('-', plain).strip('-') or 'NAME'}"
    if plain.lower() in _NO_LICENSE:
        return Correction(
            "write the SPDX identifier of the license, or `LicenseRef-` and a name of your own, such as "
            "`LicenseRef-bank-internal`; leave the field out if the license is not known"
        )
    if plain.startswith(_REFERENCE):
        own = f"{_REFERENCE}{_NOT_IN_A_REFERENCE.sub('-', plain.removeprefix(_REFERENCE)).strip('-') or 'NAME'}"
        return Correction(f"write letters, digits, `.` and `-` after `{_REFERENCE}`, such as `{own}`", own)
    if _OPERATORS.intersection(plain.upper().split()) or "(" in plain:
        return Correction(
            "write identifiers of https://spdx.org/licenses/, joined by `AND`, `OR` and `WITH`, with closed parentheses"
        )
    if suggestion := _similar_license(plain):
        return guess(suggestion, f"For a license that is not on SPDX's list, write `{reference}`.")
    return Correction(f"write an identifier of https://spdx.org/licenses/, or `{reference}`", reference)


def country(text: str) -> Correction | None:
    """Corrections of `uk`, `Switzerland` or `ch`; a region is not a country."""
    plain = " ".join(text.split())
    if plain.upper() in _REGIONS:
        return Correction(f"list the countries; {plain} is a region")
    if plain.upper() in countries():
        return certain(plain.upper())
    if code := _OTHER_COUNTRY_NAMES.get(plain.upper()):
        return certain(code)
    codes = {name.casefold(): code for code, name in countries().items()}
    folded = plain.casefold()
    if folded not in codes and len(folded) < _MIN_COUNTRY_NAME:
        return Correction("write the code of two letters")
    name = folded if folded in codes else closest_match(folded, codes)
    return guess(codes[name]) if name else None


def email(text: str) -> Correction | None:
    """Corrections of `mailto:a@b.example` or `Name <a@b.example>`."""
    match = _ADDRESS.fullmatch(text.strip())
    return guess(match["address"]) if match and match["address"] != text else None


def _similar_license(text: str) -> str | None:
    """The license of which it is likely another spelling (`Apache2`, `GPLv3`, `BSD3`, `MIT License`) or a misspelling."""
    words = [word for word in _LICENSE_WORD.findall(text) if word.lower() not in _FILLERS]
    stem = "-".join(words)
    for ending in ("-only", ".0-only", "", ".0", "-clause"):
        if identifier := canonical_license(f"{stem}{ending}"):
            return identifier
    return closest_match(text, _COMMON_LICENSES)


def signal_action(text: str) -> Correction | None:
    """What people do about a signal, which the field `response` holds."""
    if text == "alert":
        return certain("page")
    action = {"retrain": "ticket", "rollback": "page"}.get(text)
    return Correction(f"write `action: {action}` and `response: {text}`; Modelyard starts neither") if action else None

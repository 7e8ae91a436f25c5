"""Formats of text that schemas of the language use and JSON Schema does not define: each decides with published lists."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


def canonical_license(text: str) -> str | None:
    """The canonical spelling of an SPDX license expression; `None` if it names a license that is not on SPDX's list."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # noqa: PLC0415 - most documents name no license

    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return None


@cache
def countries() -> Mapping[str, str]:
    """The names of countries by their code of ISO 3166-1, from the list in the time zone database."""
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return MappingProxyType({code: name for code, name, *_ in lines})


def is_license_expression(text: str) -> bool:
    """Whether the text is an SPDX license expression in its canonical spelling."""
    return canonical_license(text) == text


def is_country_code(text: str) -> bool:
    """Whether the text is a country code of ISO 3166-1."""
    return text in countries()


TEXT_FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"spdx-license-expression": is_license_expression, "iso-3166-1-alpha-2": is_country_code}
)
"""Whether a text is of a format, by its name in the keyword `format`."""

"""Corrections of digests, versions, names and dates."""

import re
from calendar import monthrange
from datetime import date

from compiler.json_schema.corrections.correction import Correction, certain, guess

_SHA256_DIGITS = 64
_OTHER_HASHES = {32: "MD5", 40: "SHA-1", 96: "SHA-384", 128: "SHA-512"}
_COMPUTE = "`sha256sum FILE` prints the 64 digits"
_MONTHS = 12
_LONGEST_NAME = 63

_DATE_SHAPES = (
    re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})"),
)
_SLASHED = re.compile(r"(?P<first>[0-9]{1,2})[/-](?P<second>[0-9]{1,2})[/-](?P<year>[0-9]{4})")


def digest(text: str) -> Correction | None:
    """Corrections of 64 digits without `sha256:`, upper case, too few or too many digits, or another hash."""
    match = re.fullmatch(r"(?:(?P<hash>[A-Za-z0-9-]+)[:=]|(?P<dashed>sha256)-)?(?P<digits>[0-9A-Fa-f]+)", text.strip())
    if match is None:
        return Correction(f"write `sha256:` and the digest of the artifact; {_COMPUTE}")
    named = (match["hash"] or match["dashed"] or "sha256").lower().replace("-", "")
    count = len(match["digits"])
    if named == "sha256" and count == _SHA256_DIGITS:
        return certain(f"sha256:{match['digits'].lower()}")
    other = _OTHER_HASHES.get(count) or (named.upper() if named != "sha256" else None)
    if other:
        return Correction(f"write the SHA-256 digest instead of {other}: {_COMPUTE}")
    return Correction(f"write 64 hexadecimal digits, not {count}: {_COMPUTE}")


def version(text: str) -> Correction | None:
    """Corrections of `v0.1.0`, `1.10`, `1` or `1.0-rc1`."""
    match = re.fullmatch(r"[vV=]?\s*(?P<numbers>[0-9]+(?:\.[0-9]+)*)(?P<rest>(?:[-+][0-9A-Za-z.+-]*)?)", text.strip())
    if match is None or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", text):
        return Correction("write a version of three numbers, such as `1.0.0`")
    numbers = [str(int(number)) for number in match["numbers"].split(".")]
    if len(numbers) > 3:  # noqa: PLR2004 - major, minor, patch
        shorter = ".".join(numbers[:3])
        return Correction(f"write three numbers, such as `{shorter}` or `{shorter}+{'.'.join(numbers[3:])}`")
    return certain(".".join([*numbers, "0", "0"][:3]) + match["rest"])


def release(text: str) -> Correction | None:
    """Corrections of the same spellings for the version of a release; never certain, because the release must exist."""
    correction = version(text)
    return correction if correction is None or correction.value is None else guess(correction.value)


def name(text: str) -> Correction | None:
    """Corrections of `Churn_Model`, `churn model` or a name that is too long; never certain, because other documents refer to it."""
    if "@" in text:
        return None
    plain = re.sub(r"[^a-z0-9]+", "-", _split_camel_case(text).lower()).strip("-")
    if len(plain) > _LONGEST_NAME:
        return Correction(f"shorten the name to at most {_LONGEST_NAME} characters; it has {len(plain)}")
    return guess(plain) if plain and plain != text else None


def day(text: str) -> Correction | None:
    """Corrections of `2026/10/01`, `01.10.2026`, `2026-1-5`, a date with a time, or a day that the month does not have."""
    for shape in _DATE_SHAPES:
        if match := shape.fullmatch(text.strip()):
            return _day(int(match["year"]), int(match["month"]), int(match["day"]))
    match = _SLASHED.fullmatch(text.strip())
    if match is None:
        return None
    year, first, second = int(match["year"]), int(match["first"]), int(match["second"])
    if first > _MONTHS or first == second:
        return _day(year, second, first)
    if second > _MONTHS:
        return _day(year, first, second)
    return Correction(f"write the year first: `{year}-{second:02}-{first:02}` or `{year}-{first:02}-{second:02}`")


def _day(year: int, month: int, day_: int) -> Correction | None:
    if not year:
        return None
    if not 1 <= month <= _MONTHS:
        return Correction(f"write a month from 01 to 12, not {month:02}")
    last = monthrange(year, month)[1]
    if not 1 <= day_ <= last:
        return Correction(f"write a day from 01 to {last}: month {month:02} of {year} has {last} days")
    return certain(date(year, month, day_).isoformat())


def _split_camel_case(text: str) -> str:
    """`churnModel` as `churn-Model`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)

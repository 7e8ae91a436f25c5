"""Corrections of schedules: macros, seconds, and the notation of Quartz."""

import re

from compiler.json_schema.corrections.correction import Correction, certain

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""crontab(5)."""
_FIELDS = 5
_NAMES = "minute, hour, day of month, month, day of week"
_FIELD = re.compile(r"[0-9A-Za-z*/,?#-]+")


def cron(text: str) -> Correction | None:
    """Corrections of `@weekly`, six fields (seconds first, as in Quartz), or too few or too many."""
    if text.strip().lower() in _MACROS:
        return certain(_MACROS[text.strip().lower()])
    fields = text.split()
    if not fields or not all(map(_FIELD.fullmatch, fields)) or not any("0" <= c <= "9" or c in "*?" for c in text):
        return None
    fields = ["*" if field == "?" else field for field in fields]
    if len(fields) == _FIELDS:
        return certain(" ".join(fields))
    if len(fields) == _FIELDS + 1:
        return _with_seconds(fields)
    return Correction(f"write five fields, not {len(fields)}: {_NAMES}")


def _with_seconds(fields: list[str]) -> Correction:
    shorter = " ".join(fields[1:])
    if fields[0] == "0":
        return Correction(
            f"write `{shorter}`: the first of six fields is the seconds, which cron does not have",
            shorter,
            is_certain=True,
        )
    return Correction(f"remove the seconds, the first of the six fields: `{shorter}`", shorter)

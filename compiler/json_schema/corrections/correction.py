"""A correction of a value that a field does not accept."""

from dataclasses import dataclass

from compiler.foundation.json_data import Json


@dataclass(frozen=True, slots=True)
class Correction:
    """An imperative for the author, and the value to write where one can be named; without words, to write that value.

    `is_certain`: the value has only one reading, so that a tool may write it.
    """

    help: str | None
    value: Json = None
    is_certain: bool = False


def certain(value: Json, shown: str | None = None) -> Correction:
    """The only reading."""
    return Correction(f"write `{value if shown is None else shown}`", value, is_certain=True)


def guess(value: Json, why: str = "") -> Correction:
    """The likely reading; a person has to confirm it."""
    return Correction(f"did you mean `{value}`?{f' {why}' if why else ''}", value)

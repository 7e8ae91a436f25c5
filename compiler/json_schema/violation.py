"""What is wrong at one place of the data."""

from dataclasses import dataclass

from compiler.foundation.json_data import Pointer


@dataclass(frozen=True, slots=True)
class SchemaViolation:
    """One thing to mend: the smallest place to edit, what was found there, and what was expected.

    `keyword` is the one of JSON Schema, save `unknown`: a key that may not stand where it stands.
    """

    pointer: Pointer
    keyword: str
    message: str
    help: str | None = None
    missing_key: str | None = None
    """The key that is not there (`required`); the pointer is the map that lacks it."""
    suggestion: str | None = None
    """The key or value that was probably meant."""

    @property
    def sort_key(self) -> tuple[tuple[tuple[int, str], ...], str, str]:
        """By place, then by rule; list elements in their order."""
        return (tuple(_sort_part(part) for part in self.pointer), self.keyword, self.message)


def _sort_part(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)

"""A schema violation at one location of the data."""

from dataclasses import dataclass

from compiler.foundation.json_data import Pointer


@dataclass(frozen=True, slots=True)
class SchemaViolation:
    """One violation: the smallest location to edit, what was found, and what was expected.

    `keyword` is the JSON Schema keyword, or `unknown` for a key that is not allowed.
    """

    pointer: Pointer
    keyword: str
    message: str
    help: str | None = None
    missing_key: str | None = None
    """The missing key (`required`); the pointer is the map that lacks it."""
    suggestion: str | None = None
    """The key or value that was probably meant."""

    @property
    def sort_key(self) -> tuple[tuple[tuple[int, str], ...], str, str]:
        """By location, then by rule; list elements in order."""
        return (tuple(_sort_part(part) for part in self.pointer), self.keyword, self.message)


def _sort_part(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)

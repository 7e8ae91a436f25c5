"""A schema violation at one location of the data."""

from dataclasses import dataclass, field

from compiler.foundation.json_data import Json, Pointer

INCOMPLETE = "incomplete"
"""The keyword of what stands for all violations that are not listed."""


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
    """The missing key, if the keyword is `required`; the pointer is then the map that lacks it."""
    suggestion: str | None = None
    """The key or value that was probably meant."""
    replacement: Json = field(default=None, hash=False)
    """A key or value to write instead: the schema accepts it here, and no other value changes."""
    is_certain: bool = False
    """Whether the replacement is the only reading of what is written."""

    @property
    def sort_key(self) -> tuple[bool, tuple[tuple[int, str], ...], str, str]:
        """By location, then by rule; list elements in order. What stands for all that is not listed is last."""
        return (
            self.keyword == INCOMPLETE,
            tuple(_sort_part(part) for part in self.pointer),
            self.keyword,
            self.message,
        )


def _sort_part(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)

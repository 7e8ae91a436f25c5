"""What is wrong with a template, or with a value where the template places it."""

from dataclasses import dataclass

from compiler.foundation.provenance import Origins


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: in the template at its line, or where the value at fault came from."""

    message: str
    template: str
    line: int
    origins: Origins = ()
    help: str | None = None


class RefusedError(Exception):
    """A value cannot stand where the template places it. Never leaves the rendering."""

    def __init__(self, message: str, origins: Origins = (), *, help: str | None = None) -> None:  # noqa: A002 - as in Problem
        super().__init__(message)
        self.message = message
        self.origins = origins
        self.help = help


@dataclass(frozen=True, slots=True)
class Flaw:
    """A problem at a line of the rendered text, which is still to be traced to a line of the template."""

    line: int
    message: str
    origins: Origins = ()
    help: str | None = None

    @staticmethod
    def of(refused: RefusedError, line: int) -> "Flaw":
        """The refusal, at the line."""
        return Flaw(line, refused.message, refused.origins, refused.help)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendering may cost; strangers write templates too."""

    characters: int = 16_000_000
    tokens: int = 1_000_000
    steps: int = 2_000_000
    values: int = 4_000_000
    template: int = 1_000_000

"""What is wrong with a template, or with a value where the template places it."""

from dataclasses import dataclass

from compiler.foundation.provenance import Origins


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One thing to mend: in the template at its line, or where the value at fault came from."""

    message: str
    template: str
    line: int
    origins: Origins = ()
    help: str | None = None


class ValueRejectedError(Exception):
    """A value cannot stand where the template places it. Never leaves the rendering."""

    def __init__(self, message: str, origins: Origins = (), *, help: str | None = None) -> None:  # noqa: A002 - as in Problem
        super().__init__(message)
        self.message = message
        self.origins = origins
        self.help = help


@dataclass(frozen=True, slots=True)
class OutputProblem:
    """A problem at a line of the rendered text, which is still to be traced to a line of the template."""

    line: int
    message: str
    origins: Origins = ()
    help: str | None = None

    @staticmethod
    def from_rejection(rejection: ValueRejectedError, line: int) -> "OutputProblem":
        """The refusal, at the line."""
        return OutputProblem(line, rejection.message, rejection.origins, rejection.help)


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What one rendering may cost; strangers write templates too."""

    max_characters: int = 16_000_000
    max_placeholders: int = 1_000_000
    max_steps: int = 2_000_000
    max_values: int = 4_000_000
    max_template_characters: int = 1_000_000

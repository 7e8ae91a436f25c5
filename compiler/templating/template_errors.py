"""Problems of templates, and of values where a template places them."""

from dataclasses import dataclass

from compiler.foundation.provenance import Origins


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One problem: at a line of the template, or at the origin of the value."""

    message: str
    template: str
    line: int
    origins: Origins = ()
    help: str | None = None


class ValueRejectedError(Exception):
    """A value cannot be placed here. Rendering always handles it."""

    def __init__(self, message: str, origins: Origins = (), *, help: str | None = None) -> None:  # noqa: A002 - the same name as the field of a problem
        super().__init__(message)
        self.message = message
        self.origins = origins
        self.help = help


class OutOfStepsError(ValueRejectedError):
    """A template takes more steps than it may."""


@dataclass(frozen=True, slots=True)
class OutputProblem:
    """A problem at a line of the output, which is mapped to a line of the template later."""

    line: int
    message: str
    origins: Origins = ()
    help: str | None = None

    @staticmethod
    def from_rejection(rejection: ValueRejectedError, line: int) -> "OutputProblem":
        """The rejection as a problem at the line."""
        return OutputProblem(line, rejection.message, rejection.origins, rejection.help)


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """Limits of one rendering, and of all renderings of one template: templates can come from strangers."""

    max_characters: int = 64_000_000
    """Of a value, and of a file."""
    max_placeholders: int = 1_000_000
    max_steps: int = 2_000_000
    """A step takes about half a microsecond."""
    max_values: int = 4_000_000
    max_repeated_values: int = 400_000
    """Of maps and lists that a file places more than once: these grow with the template, and others with the specs."""
    max_template_characters: int = 1_000_000
    max_template_tokens: int = 50_000
    """Of names, operators and delimiters; text between them is one token."""
    max_problems: int = 100
    average_steps: int = 50_000
    """Steps by which each rendering of a template raises the limit for all of them."""
    average_characters: int = 1_000_000
    """Likewise for the characters that it prints."""

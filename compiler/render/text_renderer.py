"""Text formats: literal text and values alternate, each value escaped for its context."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from compiler.render.escape.escaper import Escaper
from compiler.templating.interpolation import (
    PLACEHOLDER_END,
    PLACEHOLDER_START,
    InterpolatedText,
    Placeholder,
    scalar_text,
)
from compiler.templating.plain_values import to_plain_str
from compiler.templating.template_errors import OutputProblem, RenderLimits, ValueRejectedError
from compiler.templating.traced_values import EncodedStr, origins_of

_PLACEHOLDER = re.compile(f"{PLACEHOLDER_START}([0-9]+){PLACEHOLDER_END}")


@dataclass(slots=True)
class _TextWriter:
    escaper: Escaper
    pieces: list[str] = field(default_factory=list)
    size: int = 0

    def add_literal(self, text: str) -> None:
        self.escaper.feed(text)
        self._add_piece(text)

    def _add_piece(self, text: str) -> None:
        self.pieces.append(text)
        self.size += len(text)

    def add_value(self, value: object) -> None:
        if isinstance(value, InterpolatedText):
            for part in value.parts:
                if isinstance(part, Placeholder):
                    self.add_value(part.value)
                else:
                    self.add_literal(part)
        elif type(value) is str:  # a constant of the template
            self.add_literal(value)
        else:
            is_encoded = isinstance(value, EncodedStr) and value.encoder_name == self.escaper.encoder_name
            self._add_piece(to_plain_str(self.escaper.escape(scalar_text(value), is_encoded=is_encoded)))


def fill_text(
    text: str, values: Sequence[object], escaper: Escaper, limits: RenderLimits
) -> tuple[str, tuple[OutputProblem, ...]]:
    """The text with its values, and its problems."""
    writer = _TextWriter(escaper)
    problems: list[OutputProblem] = []
    line = 1
    for index, part in enumerate(_PLACEHOLDER.split(text)):
        if index % 2 == 0:
            writer.add_literal(part)
            line += part.count("\n")
            continue
        try:
            writer.add_value(values[int(part)])
        except ValueRejectedError as rejection:
            problems.append(
                OutputProblem(
                    line, rejection.message, rejection.origins or origins_of(values[int(part)]), rejection.help
                )
            )
            if len(problems) >= limits.max_problems:
                break
        if writer.size > limits.max_characters:
            problems.append(OutputProblem(line, "the file is longer than one file may be", (), "render less into it"))
            break
    return "".join(writer.pieces), tuple(problems)

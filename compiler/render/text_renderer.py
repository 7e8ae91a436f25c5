"""Text formats: literal text and values in turn, each value written as its place demands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from compiler.render.escape.escaper import Place
from compiler.render.interpolation import CLOSING, OPENING, Glued, Token, scalar_text
from compiler.render.plain_values import whole_text
from compiler.render.template_errors import Flaw, RefusedError
from compiler.render.traced_values import Encoded, origins_of

_TOKEN = re.compile(f"{OPENING}([0-9]+){CLOSING}")


@dataclass(slots=True)
class _Writing:
    place: Place
    out: list[str] = field(default_factory=list)

    def literal(self, text: str) -> None:
        self.place.after(text)
        self.out.append(text)

    def value(self, value: object) -> None:
        if isinstance(value, Glued):
            for part in value.parts:
                if isinstance(part, Token):
                    self.value(part.value)
                else:
                    self.literal(part)
        elif type(value) is str:  # a constant of the template
            self.literal(value)
        else:
            encoded = isinstance(value, Encoded) and value.encoding == self.place.encoding
            self.out.append(whole_text(self.place.write(scalar_text(value), encoded=encoded)))


def fill(text: str, values: Sequence[object], place: Place) -> tuple[str, tuple[Flaw, ...]]:
    """The text with its values, and what could not be written."""
    writing = _Writing(place)
    flaws: list[Flaw] = []
    line = 1
    for odd, part in enumerate(_TOKEN.split(text)):
        if odd % 2 == 0:
            writing.literal(part)
            line += part.count("\n")
            continue
        try:
            writing.value(values[int(part)])
        except RefusedError as refused:
            flaws.append(Flaw(line, refused.message, refused.origins or origins_of(values[int(part)]), refused.help))
    return "".join(writing.out), tuple(flaws)

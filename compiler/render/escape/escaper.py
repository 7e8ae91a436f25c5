"""What a format of text knows of the place where the next value stands."""

import re
from typing import ClassVar, Protocol

from compiler.templating.interpolation import quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.visible_characters import VISIBLE


class Escaper(Protocol):
    """A walk along a text: told of each piece of literal text, asked for each value between them."""

    encoder_name: ClassVar[str]
    """The encoder that belongs to the format; its work is not done again."""

    def feed(self, literal: str) -> None:
        """Go on past literal text of the template."""

    def escape(self, value: str, *, is_encoded: bool) -> str:
        """The text as it has to be written here; `RefusedError` where nothing makes it safe."""


_ONE_WORD = re.compile(rf"[A-Za-z0-9@/._*][!-~{VISIBLE}]*")


class PlainTextEscaper:
    """Text of no known language: one printable word a value."""

    encoder_name: ClassVar[str] = ""

    def feed(self, literal: str) -> None:
        """Nothing changes what may stand next."""

    def escape(self, value: str, *, is_encoded: bool) -> str:  # noqa: ARG002 - no encoder belongs to plain text
        """The value, if it is a single word that opens no comment, option or quotation."""
        if _ONE_WORD.fullmatch(value):
            return value
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} is not a single printable word, which is all that plain text takes"
        )

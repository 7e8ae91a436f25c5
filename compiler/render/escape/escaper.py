"""The interface of escapers."""

import re
from typing import ClassVar, Protocol

from compiler.templating.interpolation import quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.visible_characters import VISIBLE


class Escaper(Protocol):
    """Follows a text: receives each literal part, and escapes each value in between."""

    encoder_name: ClassVar[str]
    """The encoder of the format; its output is not encoded again."""

    def feed(self, literal: str) -> None:
        """Follow a literal part of the template."""

    def escape(self, value: str, *, is_encoded: bool) -> str:
        """The text as it must be written here; raises `ValueRejectedError` if it cannot be written safely."""


_ONE_WORD = re.compile(rf"[A-Za-z0-9@/._*][!-~{VISIBLE}]*")


class PlainTextEscaper:
    """Text of an unknown language: one printable word per value."""

    encoder_name: ClassVar[str] = ""

    def feed(self, literal: str) -> None:
        """Literal text does not change how the next value is written."""

    def escape(self, value: str, *, is_encoded: bool) -> str:  # noqa: ARG002 - plain text has no encoder
        """The value, if it is a single word that starts no comment, option or quotation."""
        if _ONE_WORD.fullmatch(value):
            return value
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} is not a single printable word, but plain text allows nothing else"
        )

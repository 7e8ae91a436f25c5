"""Values in shell scripts."""

import re
from typing import ClassVar

from compiler.templating.encoders import ENCODERS
from compiler.templating.interpolation import is_safe_word, quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError

_SYNTAX = re.compile(r"\\.|\$\{[^}\"'`$\\\n]*\}|\$\(\(|\$[({\[']|'|\"|`|\(\(|\[\[|<<|#|\n", re.DOTALL)
_UNTRACKABLE = frozenset({"`", "((", "$((", "[[", "<<", "$[", "$'"})
_BEFORE_COMMENT = frozenset(" \t\n;&|()<>")


class ShellEscaper:
    """Outside quotes a value becomes a quoted word; elsewhere only a plain word is safe.

    Nested quotation is not followed: after a substitution in quotes, an arithmetic expansion, a `[[` or a here-document, all text
    counts as quoted.
    """

    encoder_name: ClassVar[str] = "shell"

    def __init__(self) -> None:
        self._context = ""
        self._is_untracked = False
        self._tail = "\n"

    def feed(self, literal: str) -> None:
        """Follow quotes and comments."""
        text = self._tail + literal
        for match in _SYNTAX.finditer(literal):
            self._update_context(match[0], text[match.start()])
        self._tail = literal[-1:] or self._tail

    def _update_context(self, symbol: str, previous: str) -> None:
        if self._context == "#":
            self._context = "" if "\n" in symbol else "#"
        elif self._context == "'":
            self._context = "" if "'" in symbol else "'"
        elif symbol in _UNTRACKABLE or (self._context and symbol in {"$(", "${"}):
            self._is_untracked = True
        elif self._context:
            self._context = "" if symbol == '"' else '"'
        elif symbol in {"'", '"'} or (symbol == "#" and previous in _BEFORE_COMMENT):
            self._context = symbol

    def escape(self, value: str, *, is_encoded: bool) -> str:
        """A quoted word, or a plain word unchanged."""
        is_unquoted = not self._context and not self._is_untracked and self._tail not in {"\\", "$"}
        if not is_unquoted and not is_safe_word(value):
            raise ValueRejectedError(
                f"{quoted_excerpt(value)} is not a plain word, and cannot be quoted here",
                help="insert it outside quotes, substitutions and here-documents",
            )
        self._tail = "x"
        return value if is_encoded or is_safe_word(value) else ENCODERS["shell"].encode(value)

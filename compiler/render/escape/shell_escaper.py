"""Values in shell scripts."""

import re
from typing import ClassVar

from compiler.render.encoders import ENCODERS
from compiler.render.interpolation import is_plain_word, shown
from compiler.render.template_errors import RefusedError

_STEPS = re.compile(r"\\.|\$\{[^}\"'`$\\\n]*\}|\$\(\(|\$[({\[']|'|\"|`|\(\(|\[\[|<<|#|\n", re.DOTALL)
_LOSING = frozenset({"`", "((", "$((", "[[", "<<", "$[", "$'"})
_BEFORE_COMMENT = frozenset(" \t\n;&|()<>")


class Shell:
    """Where words are bare a value becomes one of them; elsewhere only a plain word means nothing but itself.

    Nested quotation is not followed: past a substitution within quotes, a sum, a `[[` or a here-document, none is bare.
    """

    encoding: ClassVar[str] = "shell"

    def __init__(self) -> None:
        self._inside = ""
        self._lost = False
        self._tail = "\n"

    def after(self, literal: str) -> None:
        """Follow quotes and comments."""
        before = self._tail + literal
        for found in _STEPS.finditer(literal):
            self._step(found[0], before[found.start()])
        self._tail = literal[-1:] or self._tail

    def _step(self, mark: str, before: str) -> None:
        if self._inside == "#":
            self._inside = "" if "\n" in mark else "#"
        elif self._inside == "'":
            self._inside = "" if "'" in mark else "'"
        elif mark in _LOSING or (self._inside and mark in {"$(", "${"}):
            self._lost = True
        elif self._inside:
            self._inside = "" if mark == '"' else '"'
        elif mark in {"'", '"'} or (mark == "#" and before in _BEFORE_COMMENT):
            self._inside = mark

    def write(self, value: str, *, encoded: bool) -> str:
        """A word of its own, or a plain word as it is."""
        bare = not self._inside and not self._lost and self._tail not in {"\\", "$"}
        if not bare and not is_plain_word(value):
            raise RefusedError(
                f"{shown(value)} is not a plain word, and stands where no quoting makes it one",
                help="place it outside of quotes, substitutions and here-documents",
            )
        self._tail = "x"
        return value if encoded or is_plain_word(value) else ENCODERS["shell"].encode(value)

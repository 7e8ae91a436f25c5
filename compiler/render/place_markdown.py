"""Values in Markdown."""

import re
from typing import ClassVar

from compiler.render.encoders import ENCODERS
from compiler.render.glue import is_plain_word, shown
from compiler.render.problem import RefusedError

_FENCE = re.compile(r"[ >*-]*(`{3,}|~{3,})")


class Markdown:
    """Prose is encoded. Within code nothing can be, so only what cannot end the code stands there.

    Front matter, between two lines of `---` at the start, takes plain words.
    """

    encoding: ClassVar[str] = "markdown"

    def __init__(self) -> None:
        self._fence = ""
        self._line = ""
        self._front: bool | None = None

    def after(self, literal: str) -> None:
        """Note where fences open and close, and the line so far."""
        *ended, rest = literal.split("\n")
        for line in ended:
            self._end(self._line + line)
            self._line = ""
        self._line += rest

    def _end(self, line: str) -> None:
        if self._front is not False:
            self._front = (line == "---") is (self._front is None)
        found = _FENCE.match(line)
        if found and not self._fence:
            self._fence = found[1]
        elif self._fence and line.lstrip(" >").startswith(self._fence):
            self._fence = ""

    def write(self, value: str, *, encoded: bool) -> str:
        """The value encoded; in code as it is, if it cannot end the code."""
        if self._front:
            return self._in_front(value)
        if not self._fence and self._line.count("`") % 2 == 0:
            return value if encoded else ENCODERS["markdown"].encode(value)
        if "`" in value or "~~~" in value or ("\n" in value and not self._fence):
            raise RefusedError(f"{shown(value)} could end the code that it stands in")
        return value

    @staticmethod
    def _in_front(value: str) -> str:
        if is_plain_word(value):
            return value
        raise RefusedError(f"{shown(value)} is not a plain word, and stands in front matter, which is YAML")

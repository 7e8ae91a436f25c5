"""Values in Markdown."""

import re
from typing import ClassVar, Final
from urllib.parse import quote

from compiler.render.encoders import markdown
from compiler.render.interpolation import shown
from compiler.render.template_errors import RefusedError

_FENCE = re.compile(r"[ >*-]*(`{3,}|~{3,})")
_ADDRESS = re.compile(r"https?://.+|mailto:.+|[^:]*|[./#?].*", re.IGNORECASE | re.DOTALL)
_NOTHING_YET = re.compile(r"[\s>*+\-0-9.)]*")
"""What may stand before something that is told by how its line begins, such as a list or a heading."""
_OF_ADDRESSES: Final = "/?#@!$&'*+,;=:%~[]"


class Markdown:
    """Prose is encoded. Within code nothing can be, so only what cannot end the code stands there; links lead to no code."""

    encoding: ClassVar[str] = "markdown"

    def __init__(self) -> None:
        self._fence = ""
        self._line = ""
        self._is_tag = False
        self._address: str | None = None

    def after(self, literal: str) -> None:
        """Note where fences, tags and addresses open and close, and the line so far."""
        if self._address is not None:
            self._address = None if ")" in literal else self._address + literal
        if "<" in literal or ">" in literal:
            self._is_tag = literal.rfind("<") > literal.rfind(">")
        *ended, rest = literal.split("\n")
        for line in ended:
            self._end(self._line + line)
            self._line = ""
        self._line += rest
        _, opens, begun = self._line.rpartition("](")
        if opens and self._address is None and ")" not in begun and not self._is_code:
            self._address = begun

    def _end(self, line: str) -> None:
        found = _FENCE.match(line)
        if found and not self._fence:
            self._fence = found[1]
        elif self._fence and line.lstrip(" >").startswith(self._fence):
            self._fence = ""

    @property
    def _is_code(self) -> bool:
        return bool(self._fence) or self._line.count("`") % 2 == 1

    def write(self, value: str, *, encoded: bool) -> str:
        """The value encoded; in code as it is, if it cannot end the code; in an address with what could end it quoted."""
        if self._is_code:
            if "`" in value or "~~~" in value or ("\n" in value and not self._fence):
                raise RefusedError(f"{shown(value)} could end the code that it stands in")
            return value
        if self._address is None:
            begins = _NOTHING_YET.fullmatch(self._line) is not None or "<!--" in self._line
            return value if encoded else markdown(value, begins_block=begins, in_prose=not self._is_tag)
        self._address += value
        if not _ADDRESS.fullmatch(self._address):
            raise RefusedError(f"{shown(self._address)} is an address that may run code", help="use https or mailto")
        return quote(value, safe=_OF_ADDRESSES, errors="replace").replace("&", "&amp;")

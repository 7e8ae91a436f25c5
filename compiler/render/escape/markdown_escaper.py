"""Values in Markdown."""

import re
from typing import ClassVar, Final
from urllib.parse import quote

from compiler.templating.encoders import escape_markdown
from compiler.templating.interpolation import quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError

_FENCE = re.compile(r"[ >*-]*(`{3,}|~{3,})")
_SAFE_URL = re.compile(r"https?://.+|mailto:.+|[^:]*|[./#?].*", re.IGNORECASE | re.DOTALL)
_LINE_PREFIX = re.compile(r"[\s>*+\-0-9.)]*")
"""What can precede the markup at the start of a line, such as of a list or a heading."""
_URL_CHARACTERS: Final = "/?#@!$&'*+,;=:%~[]"


class MarkdownEscaper:
    """Prose is encoded. In code nothing can be encoded, so values that could end the code are rejected; links cannot execute code."""

    encoder_name: ClassVar[str] = "markdown"

    def __init__(self) -> None:
        self._fence = ""
        self._line = ""
        self._in_tag = False
        self._url: str | None = None

    def feed(self, literal: str) -> None:
        """Follow the start and end of fences, tags and addresses, and record the line so far."""
        if self._url is not None:
            self._url = None if ")" in literal else self._url + literal
        if "<" in literal or ">" in literal:
            self._in_tag = literal.rfind("<") > literal.rfind(">")
        *complete_lines, rest = literal.split("\n")
        for line in complete_lines:
            self._end_line(self._line + line)
            self._line = ""
        self._line += rest
        _, link_start, url_start = self._line.rpartition("](")
        if link_start and self._url is None and ")" not in url_start and not self._in_code:
            self._url = url_start

    def _end_line(self, line: str) -> None:
        match = _FENCE.match(line)
        if match and not self._fence:
            self._fence = match[1]
        elif self._fence and line.lstrip(" >").startswith(self._fence):
            self._fence = ""

    @property
    def _in_code(self) -> bool:
        return bool(self._fence) or self._line.count("`") % 2 == 1

    def escape(self, value: str, *, is_encoded: bool) -> str:
        """The value encoded; unchanged in code, if it cannot end the code; percent-encoded in an address."""
        if self._in_code:
            if "`" in value or "~~~" in value or ("\n" in value and not self._fence):
                raise ValueRejectedError(f"{quoted_excerpt(value)} would end the code span or block around it")
            return value
        if self._url is None:
            begins_block = _LINE_PREFIX.fullmatch(self._line) is not None or "<!--" in self._line
            return value if is_encoded else escape_markdown(value, begins_block=begins_block, in_prose=not self._in_tag)
        self._url += value
        if not _SAFE_URL.fullmatch(self._url):
            raise ValueRejectedError(
                f"{quoted_excerpt(self._url)} is a URL that can run code", help="use https or mailto"
            )
        return quote(value, safe=_URL_CHARACTERS, errors="replace").replace("&", "&amp;")

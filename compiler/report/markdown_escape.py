"""Text for Markdown tables, without anything that a forge would interpret."""

import re

from compiler.report.text_report import to_printable

_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~$^&@#!%]|:(?=//)|www(?=\.)")
_SEPARATOR_COMMENT = "<!-- -->"  # stops a forge from recognising a mention, an issue number or an address
_MENTION_CHARACTERS = frozenset("@#!$~%&:")
_ADDRESS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9./_~#?&=%-]*")


def escape_inline(text: str, max_length: int) -> str:
    """The text on one line: parts in backticks become code, everything else is escaped; truncated to `max_length` characters."""
    parts = _truncate(text, max_length).split("`")
    if len(parts) % 2 == 0:  # the last backtick has no partner
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(_quote_code(part) if index % 2 else escape_text(part) for index, part in enumerate(parts))


def code_span(text: str, max_length: int) -> str:
    """The text as code, unless it contains what ends code."""
    content = _truncate(text, max_length)
    return escape_text(content) if "`" in content else _quote_code(content)


def escape_text(text: str) -> str:
    """The text with all markup escaped."""
    return _MARKUP.sub(_neutralize, text)


def link(text: str, address: str | None) -> str:
    """The text, linked if the address cannot be misread."""
    return f"[{escape_text(text)}]({address})" if address and _ADDRESS.fullmatch(address) else escape_text(text)


def table_row(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |\n"


def _truncate(text: str, max_length: int) -> str:
    line = to_printable(" ".join(text.split()))
    return line if len(line) <= max_length else f"{line[: max_length - 1]}…"


def _neutralize(match: re.Match[str]) -> str:
    marker = match[0]
    escaped_marker = marker if marker in {":", "www"} else f"\\{marker}"
    return escaped_marker + (_SEPARATOR_COMMENT if marker in _MENTION_CHARACTERS or marker == "www" else "")


def _quote_code(text: str) -> str:
    """Code in a table, where `|` ends the cell even within backticks."""
    inner = text.replace("|", r"\|")
    return f"`{inner}`" if text.strip() else escape_text(f"`{text}`")

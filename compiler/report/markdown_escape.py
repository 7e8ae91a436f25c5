"""Text inside a table of Markdown, with nothing in it that a forge would act on."""

import re

from compiler.report.text_report import printable

_ACTIVE = re.compile(r"[\\`*_{}\[\]<>|~$^&@#!%]|:(?=//)|www(?=\.)")
_APART = "<!-- -->"  # keeps a forge from seeing a name to notify, an issue to link or an address
_NAMING = frozenset("@#!$~%&:")
_ADDRESS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9./_~#?&=%-]*")


def inline(text: str, most: int) -> str:
    """The text on one line: what stands between backticks is code, and nothing else is markup; cut after `most` characters."""
    parts = _cut(text, most).split("`")
    if len(parts) % 2 == 0:  # the last backtick has no partner
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(_code(part) if at % 2 else plain(part) for at, part in enumerate(parts))


def code(text: str, most: int) -> str:
    """The text as code, unless it holds what ends code."""
    said = _cut(text, most)
    return plain(said) if "`" in said else _code(said)


def plain(text: str) -> str:
    """The text as it stands, whatever it looks like."""
    return _ACTIVE.sub(_inert, text)


def link(text: str, address: str | None) -> str:
    """The text, linked where the address is one that cannot be read in another way."""
    return f"[{plain(text)}]({address})" if address and _ADDRESS.fullmatch(address) else plain(text)


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |\n"


def _cut(text: str, most: int) -> str:
    said = printable(" ".join(text.split()))
    return said if len(said) <= most else f"{said[: most - 1]}…"


def _inert(found: re.Match[str]) -> str:
    said = found[0]
    escaped = said if said in {":", "www"} else f"\\{said}"
    return escaped + (_APART if said in _NAMING or said == "www" else "")


def _code(text: str) -> str:
    """Code in a table, where a bar ends the cell even between backticks."""
    inner = text.replace("|", r"\|")
    return f"`{inner}`" if text.strip() else plain(f"`{text}`")

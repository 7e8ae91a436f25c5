"""Changes of a file as `diff -u` shows them."""

import difflib

_RESET = "\x1b[0m"
_HEADER_STYLE, _HEADER_LINES = "\x1b[1m", 2
_STYLES = {"@": "\x1b[36m", "+": "\x1b[32m", "-": "\x1b[31m"}
"""The style of a line by its first character, as git shows it."""


def unified_diff(path: str, old_text: str, new_text: str, *, colour: bool = False) -> str:
    """The changes from the old text to the new one; empty if there are none."""
    lines = difflib.unified_diff(
        old_text.splitlines(keepends=True), new_text.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    complete_lines = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(_paint(index, line) if colour else line for index, line in enumerate(complete_lines))


def _paint(index: int, line: str) -> str:
    style = _HEADER_STYLE if index < _HEADER_LINES else _STYLES.get(line[:1])
    return "".join(f"{style}{part}{_RESET}\n" if style else f"{part}\n" for part in line.splitlines())

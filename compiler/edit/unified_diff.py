"""Changes of a file as `diff -u` shows them."""

import difflib


def unified_diff(path: str, old_text: str, new_text: str) -> str:
    """The changes from the old text to the new one; empty if there are none."""
    lines = difflib.unified_diff(
        old_text.splitlines(keepends=True), new_text.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

"""Lines for a terminal: broken between words, never inside one."""

from textwrap import TextWrapper

MIN_WIDTH = 40
"""A narrower terminal wraps by itself."""


def wrap_line(prefix: str, text: str, width: int | None, indent: int | None = None) -> list[str]:
    """The text behind a prefix, on lines of at most `width` characters; one line without a width.

    Further lines begin with `indent` spaces, by default as many as the prefix has characters.
    """
    if width is None or width < MIN_WIDTH:
        return [f"{prefix}{text}"]
    wrapper = TextWrapper(
        width=width,
        initial_indent=prefix,
        subsequent_indent=" " * (len(prefix) if indent is None else indent),
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return wrapper.wrap(text) or [prefix.rstrip()]

"""XML elements as text."""

import re
from html import escape

_INVALID_CHARACTERS = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 (section 2.2) forbids or discourages: controls and lone surrogates."""


def element(name: str, *children: str, **attributes: object) -> str:
    """An element. `_` in an attribute name stands for `-`; a trailing `_` is dropped. Children are markup already."""
    attribute_text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape_text(format_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{attribute_text}>{''.join(children)}</{name}>" if children else f"<{name}{attribute_text}/>"


def escape_text(value: str) -> str:
    """Escape the text and replace characters that XML 1.0 does not allow."""
    return escape(_INVALID_CHARACTERS.sub("\ufffd", value))


def format_value(value: object) -> str:
    """A number without insignificant digits."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)

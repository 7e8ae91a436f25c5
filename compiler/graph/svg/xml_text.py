"""Elements of XML as text."""

import re
from html import escape

_INVALID_CHARACTERS = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) does not take as a character, or warns of: controls and halves of pairs."""


def element(name: str, *children: str, **attributes: object) -> str:
    """An element; `_` in the name of an attribute stands for `-`, one at its end is left out. Children are markup already."""
    attribute_text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape_text(format_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{attribute_text}>{''.join(children)}</{name}>" if children else f"<{name}{attribute_text}/>"


def escape_text(value: str) -> str:
    """Text as markup: nothing in it is markup, and no character that XML 1.0 does not know is left."""
    return escape(_INVALID_CHARACTERS.sub("\ufffd", value))


def format_value(value: object) -> str:
    """A number without digits that nobody sees."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)

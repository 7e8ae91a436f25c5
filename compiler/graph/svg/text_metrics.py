"""How wide text is, whatever font a reader has: widths of DejaVu Sans, than which few are wider."""

_WIDTHS = (
    (28, "ijl'"), (30, "IJ"), (33, " ,."), (35, "f/:;\\|"), (37, "-"), (40, "()[]t!"), (42, "r"), (51, '"*_`'), (54, "sz?"),
    (57, "cL"), (60, "Fkvxy"), (64, "PTYaoeESbdghnpqu0123456789${}"), (70, "KAVBRXZC"), (77, "UHNDG&"), (82, "OQw"), (86, "#+<=>^~M"),
    (98, "%m"), (100, "W@"),
)  # fmt: skip
"""Hundredths of the font's size, and the characters that wide."""

_WIDTH = {character: width / 100 for width, characters in _WIDTHS for character in characters}
_OTHER = 1.0
_BOLD = 1.2  # DejaVu Sans Bold is that much wider, the widest letters less


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is at a size, at the most."""
    return sum(_WIDTH.get(character, _OTHER) for character in text) * size * (_BOLD if bold else 1.0)


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, its end left out where it has no room."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text}…"

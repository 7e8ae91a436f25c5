"""Upper bounds of text widths: those of DejaVu Sans, which few fonts exceed."""

_WIDTH_TABLE = (
    (28, "ijl'"), (30, "IJ"), (33, " ,."), (35, "f/:;\\|"), (37, "-"), (40, "()[]t!"), (42, "r"), (51, '"*_`'), (54, "sz?"),
    (57, "cL"), (60, "Fkvxy"), (64, "PTYaoeESbdghnpqu0123456789${}"), (70, "KAVBRXZC"), (77, "UHNDG&"), (82, "OQw"), (86, "#+<=>^~M"),
    (98, "%m"), (100, "W@"),
)  # fmt: skip
"""Widths in hundredths of the font size, and the characters with that width."""

_CHARACTER_WIDTHS = {character: width / 100 for width, characters in _WIDTH_TABLE for character in characters}
_DEFAULT_WIDTH = 1.0
_BOLD_FACTOR = 1.2  # DejaVu Sans Bold is wider by this factor, the widest letters by less


def measure_text(text: str, size: float, *, bold: bool = False) -> float:
    """The maximum width of the text at a font size."""
    return (
        sum(_CHARACTER_WIDTHS.get(character, _DEFAULT_WIDTH) for character in text)
        * size
        * (_BOLD_FACTOR if bold else 1.0)
    )


def truncate_text(text: str, max_width: float, size: float, *, bold: bool = False) -> str:
    """The text, truncated if it does not fit."""
    if measure_text(text, size, bold=bold) <= max_width:
        return text
    while text and measure_text(f"{text}…", size, bold=bold) > max_width:
        text = text[:-1]
    return f"{text}…"

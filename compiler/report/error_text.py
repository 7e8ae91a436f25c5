"""The text of an error that stops a run."""

from compiler.report.line_wrap import wrap_line
from compiler.report.text_report import to_printable


def error_lines(label: str, text: str, width: int | None) -> list[str]:
    """The label and the text, wrapped at words to the width, without characters that could control the terminal."""
    return list(wrap_line(f"{label}: ", to_printable(text), width))

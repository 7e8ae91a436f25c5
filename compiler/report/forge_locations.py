"""Where findings lie as a forge counts: paths of its checkout, columns in the unit that the reader asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import join, normpath

from compiler.diagnostics.finding import Place
from compiler.report.report_formats import Report

OUTSIDE = "modelyard:"
"""What a path begins with that no checkout holds: a template that comes with Modelyard."""

_FALLBACK = "modelyard.yaml"  # readers that ask for a file drop a finding without


def utf8(text: str) -> int:
    """How many bytes of UTF-8 the text takes."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16(text: str) -> int:
    """How many units of UTF-16 the text takes: what JavaScript counts, and SARIF unless told otherwise."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_inside(place: Place | None) -> bool:
    """Whether the place lies in a file of the checkout."""
    return place is not None and not place.path.startswith(OUTSIDE)


@dataclass(frozen=True)
class Places:
    """The places of a report as its reader names and counts them; each file is read once."""

    report: Report
    unit: Callable[[str], int] = len
    _lines: dict[str, list[str] | None] = field(default_factory=dict)

    def shown(self, place: Place | None) -> Place:
        """The place in the checkout, its end never before its start; the project file where no file is to blame.

        Where the text cannot be read, columns stay characters.
        """
        if place is None or not is_inside(place):
            return Place(join(self.report.within, _FALLBACK))
        start = (place.line, self._column(place.path, place.line, place.column))
        end = (place.end_line, self._column(place.path, place.end_line, place.end_column))
        return Place(normpath(join(self.report.within, place.path)), *start, *max(start, end))

    def is_readable(self, place: Place | None) -> bool:
        """Whether the text is there that columns are counted in."""
        return place is not None and is_inside(place) and self._lines_of(place.path) is not None

    def _column(self, path: str, line: int, column: int) -> int:
        lines = self._lines_of(path) or []
        before = lines[line - 1][: column - 1] if line <= len(lines) else ""
        return column + self.unit(before) - len(before)

    def _lines_of(self, path: str) -> list[str] | None:
        """The lines of a file as places count them: nothing but a line feed ends one."""
        if path not in self._lines:
            text = self.report.text_of(path)
            self._lines[path] = None if text is None else text.split("\n")
        return self._lines[path]

"""Locations as forges count them: paths in the checkout, columns in the unit that the reader expects."""

from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import join, normpath

from compiler.diagnostics.finding import Location
from compiler.report.report_formats import Report

BUILTIN_PREFIX = "modelyard:"
"""The path prefix of shipped templates, which no checkout contains."""

_FALLBACK_PATH = "modelyard.yaml"  # readers that require a file drop findings without one


def utf8_length(text: str) -> int:
    """The number of UTF-8 bytes of the text."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units of the text, which JavaScript counts, and SARIF by default."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_in_checkout(location: Location | None) -> bool:
    """Whether the location is in a file of the checkout."""
    return location is not None and not location.path.startswith(BUILTIN_PREFIX)


@dataclass(frozen=True)
class ForgeLocations:
    """The locations of a report as its reader counts them; each file is read once."""

    report: Report
    measure: Callable[[str], int] = len
    _lines: dict[str, list[str] | None] = field(default_factory=dict)

    def to_forge(self, location: Location | None) -> Location:
        """The location in the checkout, its end never before its start; the project file for findings without a file.

        If the text cannot be read, columns stay in characters.
        """
        if location is None or not is_in_checkout(location):
            return Location(join(self.report.project_folder, _FALLBACK_PATH))
        start = (location.line, self._column(location.path, location.line, location.column))
        end = (location.end_line, self._column(location.path, location.end_line, location.end_column))
        return Location(normpath(join(self.report.project_folder, location.path)), *start, *max(start, end))

    def is_readable(self, location: Location | None) -> bool:
        """Whether the text is available to count columns in."""
        return location is not None and is_in_checkout(location) and self._lines_of(location.path) is not None

    def _column(self, path: str, line: int, column: int) -> int:
        lines = self._lines_of(path) or []
        prefix = lines[line - 1][: column - 1] if line <= len(lines) else ""
        return column + self.measure(prefix) - len(prefix)

    def _lines_of(self, path: str) -> list[str] | None:
        """The lines of a file as locations count them: only a line feed ends a line."""
        if path not in self._lines:
            text = self.report.read_text(path)
            self._lines[path] = None if text is None else text.split("\n")
        return self._lines[path]

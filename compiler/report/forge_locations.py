"""Where findings lie as a forge counts: paths of its checkout, columns in the unit that the reader asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import join, normpath

from compiler.diagnostics.finding import Location
from compiler.report.report_formats import Report

BUILTIN_PREFIX = "modelyard:"
"""What a path begins with that no checkout holds: a template that comes with Modelyard."""

_FALLBACK_PATH = "modelyard.yaml"  # readers that ask for a file drop a finding without


def utf8_length(text: str) -> int:
    """How many bytes of UTF-8 the text takes."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16_length(text: str) -> int:
    """How many units of UTF-16 the text takes: what JavaScript counts, and SARIF unless told otherwise."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_in_checkout(location: Location | None) -> bool:
    """Whether the place lies in a file of the checkout."""
    return location is not None and not location.path.startswith(BUILTIN_PREFIX)


@dataclass(frozen=True)
class ForgeLocations:
    """The places of a report as its reader names and counts them; each file is read once."""

    report: Report
    measure: Callable[[str], int] = len
    _lines: dict[str, list[str] | None] = field(default_factory=dict)

    def to_forge(self, location: Location | None) -> Location:
        """The place in the checkout, its end never before its start; the project file where no file is to blame.

        Where the text cannot be read, columns stay characters.
        """
        if location is None or not is_in_checkout(location):
            return Location(join(self.report.project_folder, _FALLBACK_PATH))
        start = (location.line, self._column(location.path, location.line, location.column))
        end = (location.end_line, self._column(location.path, location.end_line, location.end_column))
        return Location(normpath(join(self.report.project_folder, location.path)), *start, *max(start, end))

    def is_readable(self, location: Location | None) -> bool:
        """Whether the text is there that columns are counted in."""
        return location is not None and is_in_checkout(location) and self._lines_of(location.path) is not None

    def _column(self, path: str, line: int, column: int) -> int:
        lines = self._lines_of(path) or []
        prefix = lines[line - 1][: column - 1] if line <= len(lines) else ""
        return column + self.measure(prefix) - len(prefix)

    def _lines_of(self, path: str) -> list[str] | None:
        """The lines of a file as places count them: nothing but a line feed ends one."""
        if path not in self._lines:
            text = self.report.read_text(path)
            self._lines[path] = None if text is None else text.split("\n")
        return self._lines[path]

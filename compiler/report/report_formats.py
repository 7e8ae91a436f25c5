"""What a command reports: sorted findings, and the texts that they point into."""

from collections.abc import Callable
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding, Status
from compiler.foundation.secret_redaction import Redactor


@dataclass(frozen=True)
class Report:
    """Findings, and a function that reads the file of a finding (`None`: it cannot be shown).

    `project_folder` is the project's path in its checkout, `""` for the root: forges name files relative to the checkout.
    `redactor` masks secrets in shown lines. `max_shown` limits what the text report shows; counts and the exit code are of all findings.
    """

    findings: tuple[Finding, ...]
    read_text: Callable[[str], str | None]
    checked_scope: str = ""
    colour: bool = False
    project_folder: str = ""
    width: int | None = None
    """The number of columns of the terminal; `None` if the report goes elsewhere."""
    verbose: bool = False
    """Whether text shows each notice about a shipped file, instead of their number."""
    redactor: Redactor = field(default_factory=Redactor)
    max_shown: int | None = None
    _lines: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    def line(self, path: str, number: int) -> str | None:
        """A line of a file, without its end; `None` if it cannot be shown. Each file is read and split once."""
        if path not in self._lines:
            text = self.read_text(path)
            self._lines[path] = text.split("\n") if text else []  # only a line feed ends a line, as in locations
        lines = self._lines[path]
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else None

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The open findings that people see: at most `max_shown`, blocking ones first, in the order of the report."""
        if self.max_shown is None or len(self.open) <= self.max_shown:
            return self.open
        ranked = sorted(enumerate(self.open), key=lambda entry: (not entry[1].is_blocking, entry[0]))
        return tuple(finding for _, finding in sorted(ranked[: self.max_shown], key=lambda entry: entry[0]))

    def with_status(self, status: Status) -> tuple[Finding, ...]:
        """The findings with the status, in order."""
        return tuple(finding for finding in self.findings if finding.status is status)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The open findings."""
        return self.with_status(Status.OPEN)

    @property
    def blocking_count(self) -> int:
        """The number of findings that make the command fail."""
        return sum(finding.is_blocking for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 if there is no blocking finding, else 1."""
        return 1 if self.blocking_count else 0

"""What a command reports: sorted findings, and the texts that they point into."""

from collections.abc import Callable
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding, Status


@dataclass(frozen=True)
class Report:
    """Findings, and a function that reads the file of a finding (`None`: it cannot be shown).

    `project_folder` is the project's path in its checkout, `""` for the root: forges name files relative to the checkout.
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

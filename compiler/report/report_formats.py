"""What a command reports: findings in order, and the texts that they point into."""

from collections.abc import Callable
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding, Status


@dataclass(frozen=True)
class Report:
    """Findings, and how to read the file that one points into (`None`: it cannot be shown).

    `within` is where the project lies in its checkout, `""` for the root: forges name files from there.
    """

    findings: tuple[Finding, ...]
    read_text: Callable[[str], str | None]
    checked_scope: str = ""
    colour: bool = False
    project_folder: str = ""

    def with_status(self, status: Status) -> tuple[Finding, ...]:
        """The findings of that status, in their order."""
        return tuple(finding for finding in self.findings if finding.status is status)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody answered for."""
        return self.with_status(Status.OPEN)

    @property
    def blocking_count(self) -> int:
        """How many findings make the command fail."""
        return sum(finding.is_blocking for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 where nothing mandatory was found, else 1."""
        return 1 if self.blocking_count else 0

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
    text_of: Callable[[str], str | None]
    checked: str = ""
    colour: bool = False
    within: str = ""

    def having(self, status: Status) -> tuple[Finding, ...]:
        """The findings of that status, in their order."""
        return tuple(finding for finding in self.findings if finding.status is status)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody answered for."""
        return self.having(Status.OPEN)

    @property
    def mandatory(self) -> int:
        """How many findings make the command fail."""
        return sum(finding.mandatory for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 where nothing mandatory was found, else 1."""
        return 1 if self.mandatory else 0

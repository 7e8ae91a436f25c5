"""What the checks of shared documents find."""

from dataclasses import dataclass

from compiler.diagnostics.finding import Finding


@dataclass(frozen=True)
class SharedDocumentChecks:
    """The findings about documents that several models share, and which of these documents no model can use."""

    findings: tuple[Finding, ...]
    broken_documents: frozenset[tuple[str, int]]

"""Factories of the two usual kinds of code."""

from compiler.diagnostics.finding import Code, Enforcement, Severity


def error(code: str, name: str, summary: str, why: str, remedy: str) -> Code:
    """A code of high severity that stops a build."""
    return Code(code, name, Severity.HIGH, Enforcement.MANDATORY, summary, why, remedy)


def warning(code: str, name: str, summary: str, why: str, remedy: str) -> Code:
    """A code of low severity that does not stop a build."""
    return Code(code, name, Severity.LOW, Enforcement.ADVISORY, summary, why, remedy)

"""Completes an interrupted build of a folder, or reports it."""

from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics.finding import Finding
from compiler.write.conflicts import ConflictReporter
from compiler.write.journal import DamagedJournalError, Interruption
from compiler.write.transaction import complete_interrupted, find_interruption


class Recovery(NamedTuple):
    """The result of completing an interrupted build; without `interruption` there was nothing to complete."""

    interruption: Interruption | None = None
    findings: tuple[Finding, ...] = ()


def recover(root: Path, folder: str, root_name: str) -> Recovery:
    """Complete an interrupted build of a folder; findings name the files that were kept, or say why that is impossible."""
    reporter = ConflictReporter(root_name)
    try:
        completion = complete_interrupted(root, folder)
    except DamagedJournalError as error:
        return Recovery(findings=(reporter.damaged_journal(str(error)),))
    if completion is None:
        return Recovery()
    removals = (operation for operation in completion.kept_operations if operation.new_digest is None)
    findings = tuple(reporter.changed_since_interruption(operation.path) for operation in removals)
    return Recovery(completion.interruption, findings)


def interruption_findings(root: Path, folder: str, root_name: str) -> tuple[Finding, ...]:
    """The finding about an interrupted build of a folder, for a command that writes nothing."""
    reporter = ConflictReporter(root_name)
    try:
        interruption = find_interruption(root, folder)
    except DamagedJournalError as error:
        return (reporter.damaged_journal(str(error)),)
    return (reporter.interrupted_build(interruption),) if interruption else ()

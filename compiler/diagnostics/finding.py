"""What a run has to say: findings, their places, and the order in which they are said."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compiler.foundation.json_data import Pointer, json_pointer


class Severity(StrEnum):
    """How bad it is; says nothing about whether it stops anybody."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Enforcement(StrEnum):
    """Whether it decides the exit code."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"


class Status(StrEnum):
    """Whether a finding stands, or somebody answered for it."""

    OPEN = "open"
    WAIVED = "waived"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding, described once: `docs/reference/codes.md` and `modelyard explain CODE` read this.

    A policy's id is its qualified name, `pack/policy`; it may name the controls that it serves, and a page about it.
    """

    id: str
    name: str
    severity: Severity
    enforcement: Enforcement
    summary: str
    why: str
    remedy: str
    controls: tuple[str, ...] = ()
    docs: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A range of text: path from the repository's root, 1-based lines and columns in characters, the end exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: an object of the language, perhaps in one environment, and where in it."""

    kind: str
    name: str
    environment: str | None = None
    pointer: Pointer = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that helps to understand a finding."""

    message: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that mends the finding; a safe one changes nothing else that the file means."""

    location: Location
    text: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: what was found, at the smallest place that somebody must edit, and what to do.

    `because` says why it is not open: the reason and the ticket of a waiver. `anchor` is the subject's pointer with elements of
    lists by their names: it stays the same when a list is put in another order. `rule` tells apart what one code asks of a value.
    `environments`: where it was found, of a value that is the same in others where it was not, or was decided otherwise.
    """

    code: Code
    message: str
    location: Location | None = None
    subject: Subject | None = None
    help: str | None = None
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    status: Status = Status.OPEN
    status_reason: str | None = None
    anchor: Pointer | None = None
    rule: str = ""
    environments: tuple[str, ...] = ()

    @property
    def is_blocking(self) -> bool:
        """Whether the finding alone makes a command fail."""
        return self.status is Status.OPEN and self.code.enforcement is Enforcement.MANDATORY

    @property
    def affected_environments(self) -> tuple[str, ...]:
        """The environments that it is about; none stands for all."""
        return (self.subject.environment,) if self.subject and self.subject.environment else self.environments

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """Path, line and column first, so that a report reads as the files do; never the order of discovery."""
        location = self.location or Location("")
        return (
            location.path,
            location.line,
            location.column,
            self.code.id,
            " ".join(self.affected_environments),
            self.message,
        )

    @property
    def fingerprint(self) -> str:
        """Equal for the same finding after lines move or words change: code and rule, identity of the object, pointer."""
        subject = self.subject
        if subject is None:
            identity = ["", self.location.path if self.location else "", "", ""]
        else:
            pointer = subject.pointer if self.anchor is None else self.anchor
            identity = [subject.kind, subject.name, subject.environment or "", json_pointer(pointer)]
        rule = [self.rule] if self.rule else []
        return hashlib.sha256("\0".join([self.code.id, *identity, *rule]).encode()).hexdigest()[:32]


def sorted_unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in their fixed order, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key))

"""Findings, their locations, and the order in which reports show them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compiler.foundation.json_data import Pointer, json_pointer


class Severity(StrEnum):
    """How serious a finding is. It does not decide whether a command fails."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Enforcement(StrEnum):
    """Whether a finding makes a command fail."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"


class Status(StrEnum):
    """Whether a finding is open, waived, or known from a baseline."""

    OPEN = "open"
    WAIVED = "waived"
    BASELINE = "baseline"


NOT_WAIVABLE = "not allowed"
"""`Code.waiver` of a policy that nobody may waive."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding. `docs/reference/codes.md` and `modelyard explain CODE` show its texts.

    The id of a policy is its qualified name, `pack/policy`. It can name the controls that it implements, a documentation page and its
    owner. `waiver` says who may waive it; it is empty for a code of Modelyard.
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
    owner: str | None = None
    waiver: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A range of text: a path from the repository's root, 1-based lines and columns in characters, end exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: a document, optionally in one environment, and a pointer into it."""

    kind: str
    name: str
    environment: str | None = None
    pointer: Pointer = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A second location that helps to understand a finding."""

    message: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that fixes the finding. A safe fix changes the meaning of nothing else in the file."""

    location: Location
    text: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, at the smallest text to edit, with the fix.

    `status_reason` says why the finding is not open: the reason and the ticket of a waiver. `anchor` is the subject's pointer with list
    elements by name: it stays the same when the list is reordered. `rule` tells apart several requirements of one code for one value.
    `environments` lists where the value was found if other environments have the same value without this finding.
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
        """Whether this finding alone makes a command fail."""
        return self.status is Status.OPEN and self.code.enforcement is Enforcement.MANDATORY

    @property
    def affected_environments(self) -> tuple[str, ...]:
        """The environments that the finding is about; empty means all."""
        return (self.subject.environment,) if self.subject and self.subject.environment else self.environments

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """Path, line and column first, so that a report reads like the files; never the order of discovery."""
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
        """The same for the same finding after lines move or words change: code, rule, identity of the document, pointer."""
        subject = self.subject
        if subject is None:
            identity = ["", self.location.path if self.location else "", "", ""]
        else:
            pointer = subject.pointer if self.anchor is None else self.anchor
            identity = [subject.kind, subject.name, subject.environment or "", json_pointer(pointer)]
        rule = [self.rule] if self.rule else []
        return hashlib.sha256("\0".join([self.code.id, *identity, *rule]).encode()).hexdigest()[:32]


def sorted_unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in their fixed order, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key))

"""Masks secrets in every text of a finding, before any format sees it."""

from dataclasses import replace

from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Pointer
from compiler.foundation.secret_redaction import Redactor

_SECRETS_VARIABLE = "secretCandidates"


def is_about_secrets(finding: Finding) -> bool:
    """Whether a policy reports a value because it looks like a secret; the rule's text names the variable."""
    return _SECRETS_VARIABLE in finding.rule


def redact_finding(finding: Finding, redactor: Redactor) -> Finding:
    """The finding with secrets masked in its texts, and in the keys of its pointers."""
    return replace(
        finding,
        message=redactor.redact(finding.message),
        help=_redact_optional(finding.help, redactor),
        status_reason=_redact_optional(finding.status_reason, redactor),
        notes=tuple(Note(redactor.redact(note.message), note.location) for note in finding.notes),
        fix=replace(finding.fix, text=redactor.redact(finding.fix.text)) if finding.fix else None,
        subject=_redact_subject(finding.subject, redactor) if finding.subject else None,
        anchor=None if finding.anchor is None else _redact_pointer(finding.anchor, redactor),
    )


def _redact_optional(text: str | None, redactor: Redactor) -> str | None:
    return None if text is None else redactor.redact(text)


def _redact_subject(subject: Subject, redactor: Redactor) -> Subject:
    return replace(subject, name=redactor.redact(subject.name), pointer=_redact_pointer(subject.pointer, redactor))


def _redact_pointer(pointer: Pointer, redactor: Redactor) -> Pointer:
    return tuple(redactor.redact(part) if isinstance(part, str) else part for part in pointer)

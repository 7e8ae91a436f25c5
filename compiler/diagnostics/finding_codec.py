"""Findings as rows of plain data, to store them or send them to another process.

A row consists of tuples, strings, numbers and booleans; the lists that JSON makes of tuples are accepted, too. Decoded findings are
equal to the encoded ones, and a built-in code is the same object.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from compiler.diagnostics.built_in_codes import codes_by_id
from compiler.diagnostics.finding import Code, Enforcement, Finding, Fix, Location, Note, Severity, Status, Subject
from compiler.foundation.json_data import Pointer

LocationRow: TypeAlias = tuple[str, int, int, int, int]
SubjectRow: TypeAlias = tuple[str, str, str | None, Pointer]
NoteRow: TypeAlias = tuple[str, LocationRow | None]
FixRow: TypeAlias = tuple[LocationRow, str, bool]
CodeFields: TypeAlias = tuple[str, str, str, str, str, str, str, tuple[str, ...], str | None, str | None, str]
CodeRow: TypeAlias = str | CodeFields
"""The id of a built-in code; the fields of another, such as that of a policy."""

_CODE_CACHE_SIZE = 1024


class FindingRow(NamedTuple):
    """One finding; `code` is an index in the codes of all."""

    code: int
    message: str
    location: LocationRow | None
    subject: SubjectRow | None
    help: str | None
    notes: tuple[NoteRow, ...]
    fix: FixRow | None
    status: str
    status_reason: str | None
    anchor: Pointer | None
    rule: str
    environments: tuple[str, ...]


class FindingRows(NamedTuple):
    """Findings in their order, and each of their codes once."""

    codes: tuple[CodeRow, ...]
    findings: tuple[FindingRow, ...]


def encode_findings(findings: Iterable[Finding]) -> FindingRows:
    """The rows of findings."""
    code_indexes: dict[Code, int] = {}
    rows = tuple(
        FindingRow(
            code_indexes.setdefault(finding.code, len(code_indexes)),
            finding.message,
            encode_location(finding.location) if finding.location else None,
            _encode_subject(finding.subject) if finding.subject else None,
            finding.help,
            tuple((note.message, encode_location(note.location) if note.location else None) for note in finding.notes),
            (encode_location(finding.fix.location), finding.fix.text, finding.fix.safe) if finding.fix else None,
            finding.status.value,
            finding.status_reason,
            finding.anchor,
            finding.rule,
            finding.environments,
        )
        for finding in findings
    )
    return FindingRows(tuple(map(_encode_code, code_indexes)), rows)


def decode_findings(rows: FindingRows) -> tuple[Finding, ...]:
    """The findings of rows; raises `ValueError`, `TypeError`, `KeyError` or `IndexError` for data of another form."""
    code_rows, finding_rows = rows
    codes = [_decode_code(row) for row in code_rows]
    return tuple(_decode_finding(codes, row) for row in finding_rows)


def _decode_finding(codes: Sequence[Code], row: FindingRow) -> Finding:
    code, message, location, subject, help_, notes, fix, status, reason, anchor, rule, environments = row
    return Finding(
        codes[code],
        message,
        decode_location(location) if location else None,
        _decode_subject(subject) if subject else None,
        help_,
        tuple(Note(text, decode_location(location_row) if location_row else None) for text, location_row in notes),
        Fix(decode_location(fix[0]), fix[1], fix[2]) if fix else None,
        Status(status),
        reason,
        None if anchor is None else tuple(anchor),
        rule,
        tuple(environments),
    )


def encode_location(location: Location) -> LocationRow:
    """The row of a location."""
    return location.path, location.line, location.column, location.end_line, location.end_column


def decode_location(row: LocationRow) -> Location:
    """The location of a row."""
    return Location(*row)


def _encode_subject(subject: Subject) -> SubjectRow:
    return subject.kind, subject.name, subject.environment, subject.pointer


def _decode_subject(row: SubjectRow) -> Subject:
    kind, name, environment, pointer = row
    return Subject(kind, name, environment, tuple(pointer))


def _encode_code(code: Code) -> CodeRow:
    if codes_by_id().get(code.id) == code:
        return code.id
    texts = (code.id, code.name, code.severity.value, code.enforcement.value, code.summary, code.why, code.remedy)
    return (*texts, code.controls, code.docs, code.owner, code.waiver)


def _decode_code(row: CodeRow) -> Code:
    if isinstance(row, str):
        return codes_by_id()[row]
    *texts, controls, docs, owner, waiver = row
    return _code_of_fields((*texts, tuple(controls), docs, owner, waiver))


@lru_cache(_CODE_CACHE_SIZE)
def _code_of_fields(fields: CodeFields) -> Code:
    """The code with these fields: the findings of one policy share one object."""
    id_, name, severity, enforcement, summary, why, remedy, controls, docs, owner, waiver = fields
    return Code(
        id_, name, Severity(severity), Enforcement(enforcement), summary, why, remedy, controls, docs, owner, waiver
    )

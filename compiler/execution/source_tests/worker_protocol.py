"""The types exchanged between Modelyard and the worker process: jobs and issues."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.spec.data_types import CaseData, InterfaceData, SourceData


class IssueKind(StrEnum):
    """The kinds of issues; each has a code."""

    INVALID = "invalid"
    WRONG_ANSWER = "wrong-answer"
    SPEC_MISMATCH = "spec-mismatch"
    EXTERNAL_ACCESS = "external-access"
    ABORTED_RUN = "aborted-run"
    SUSPICIOUS = "suspicious"
    SHACL_VIOLATION = "shacl-violation"
    COVERAGE_GAP = "coverage-gap"
    NOT_RUN = "not-run"


class MissingFileError(LookupError):
    """A companion file is missing, which another check reports."""


FileListKey = Literal["files", "tests", "shapes"]
"""The keys of a source that list companion files."""


@dataclass(frozen=True, slots=True)
class Job:
    """A release to test: its source, its companion files by name, and its cases."""

    engine: str
    type: str
    source: SourceData
    interface: InterfaceData
    files: Mapping[str, bytes]
    cases: Mapping[str, Sequence[CaseData]] = field(default_factory=dict)

    def content(self, name: str) -> bytes:
        """The content of a file."""
        if name not in self.files:
            raise MissingFileError(name)
        return self.files[name]

    def text(self, name: str) -> str:
        """The text of a file; invalid UTF-8 is replaced, because the engine reports it at its location."""
        return self.content(name).decode("utf-8", "replace")

    def file_names(self, key: FileListKey) -> tuple[str, ...]:
        """The files that a list of the source names."""
        return tuple(self.source.get(key, ()))

    def to_line(self) -> bytes:
        """The job as a line."""
        files = {name: base64.b64encode(content).decode() for name, content in self.files.items()}
        fields = (self.engine, self.type, self.source, self.interface, files, self.cases)
        return json.dumps(fields).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Job":
        """Parse a job from a line."""
        engine, type_, source, interface, files, cases = json.loads(line)
        contents = {name: base64.b64decode(content) for name, content in files.items()}
        return cls(engine, type_, source, interface, contents, cases)


@dataclass(frozen=True, slots=True)
class IssueLocation:
    """A location in the spec's `source`, or in a companion file, by line or by pointer."""

    file: str | None = None
    pointer: Pointer = ()
    line: int | None = None
    column: int = 1


def source_location(*pointer: str | int) -> IssueLocation:
    """A location in the spec, below `source`."""
    return IssueLocation(None, pointer)


def data_location(file: str, *pointer: str | int) -> IssueLocation:
    """A location in the data of a YAML or JSON companion file."""
    return IssueLocation(file, pointer)


def line_location(file: str, line: int = 1, column: int = 1) -> IssueLocation:
    """A line of a companion file."""
    return IssueLocation(file, (), max(line, 1), max(column, 1))


@dataclass(frozen=True, slots=True)
class Issue:
    """One result of a run."""

    kind: IssueKind
    message: str
    location: IssueLocation
    help: str | None = None


def values_by_name(case: CaseData, file: str, index: int) -> Object | Issue:
    """The input of a case as values by name; an issue if it is not a map."""
    case_input = case["input"]
    if isinstance(case_input, dict):
        return case_input
    message = f"the input of the case `{case['name']}` is not a map: its inputs have names"
    return Issue(
        IssueKind.SPEC_MISMATCH, message, data_location(file, index, "input"), "write `input: {<name>: <value>}`"
    )


FileCallback = Callable[[str], None]
"""Announces the file that is about to run, so that a crash can be attributed to it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Tests releases of some type; its packages are imported only by `run`, in the worker."""

    name: str
    title: str
    supports: Callable[[str, SourceData], bool]
    """Whether the engine supports a release of this type with this source."""
    run: Callable[[Job, FileCallback], Iterator[Issue]]
    packages: tuple[str, ...] = ()
    tests_key: Literal["tests", "questions"] | None = None
    """The key of the source with its tests, if it supports tests."""
    has_case_files: bool = False
    """Whether the tests are case files in YAML or JSON."""
    test_suffixes: tuple[str, ...] = ()
    """File extensions of tests that the engine reads itself."""


def issue_to_json(issue: Issue) -> Json:
    """An issue as JSON data."""
    location = issue.location
    return [
        issue.kind.value,
        issue.message,
        issue.help,
        location.file,
        list(location.pointer),
        location.line,
        location.column,
    ]


def issue_from_json(data: Json) -> Issue:
    """Parse an issue; raises `ValueError` if it is invalid, because a worker that ran hostile code may send anything."""
    match data:
        case [str(kind), str(message), None | str() as help_, None | str() as file, list(pointer), line, int(column)]:
            if (line is None or isinstance(line, int)) and all(isinstance(part, str | int) for part in pointer):
                return Issue(IssueKind(kind), message, IssueLocation(file, tuple(pointer), line, column), help_)
    raise ValueError("this is not an issue")


def _parse_line(line: bytes) -> tuple[Issue, ...] | str:
    match json.loads(line):
        case {"running": str(file)}:
            return file
        case {"issues": [*issues]}:
            return tuple(map(issue_from_json, issues))
    raise ValueError("it is neither a result nor a file")


def parse_response(line: bytes) -> tuple[Issue, ...] | str:
    """Parse an output line of the worker: a result, or the file that it is about to run."""
    try:
        return _parse_line(line)
    except (ValueError, KeyError, RecursionError, binascii.Error) as error:
        raise ValueError("the worker's output is not a valid answer") from error

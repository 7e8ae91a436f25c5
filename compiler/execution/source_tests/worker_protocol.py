"""What is run, and what comes of it: the only types that cross from this process to the one that runs, and back."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str


class IssueKind(StrEnum):
    """What is said of a source; each has a code of its own."""

    INVALID = "broken"
    WRONG_ANSWER = "wrong"
    SPEC_MISMATCH = "disagrees"
    EXTERNAL_ACCESS = "reaches-out"
    ABORTED_RUN = "stopped"
    SUSPICIOUS = "doubtful"
    SHACL_VIOLATION = "nonconforming"
    COVERAGE_GAP = "uncovered"
    NOT_RUN = "not-run"


class MissingFileError(LookupError):
    """A file that the source names was not there to be run, which is a finding of its own elsewhere."""


@dataclass(frozen=True, slots=True)
class Job:
    """A release to be run: what it is made of, the files beside its spec by the names it gives them, and its cases."""

    engine: str
    type: str
    source: Object
    interface: Object
    files: Mapping[str, bytes]
    cases: Mapping[str, Sequence[Object]] = field(default_factory=dict)

    def content(self, name: str) -> bytes:
        """A file's bytes."""
        if name not in self.files:
            raise MissingFileError(name)
        return self.files[name]

    def text(self, name: str) -> str:
        """A file's text; what is not UTF-8 is replaced, since whoever reads it says so at its place."""
        return self.content(name).decode("utf-8", "replace")

    def file_names(self, key: str) -> tuple[str, ...]:
        """The files that a list of the source names."""
        return tuple(as_str(name) for name in as_list(self.source.get(key)))

    def to_line(self) -> bytes:
        """The job as a line."""
        files = {name: base64.b64encode(content).decode() for name, content in self.files.items()}
        fields = (self.engine, self.type, self.source, self.interface, files, self.cases)
        return json.dumps(fields).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Job":
        """The job of a line."""
        engine, type_, source, interface, files, cases = json.loads(line)
        contents = {name: base64.b64decode(content) for name, content in files.items()}
        return cls(engine, type_, source, interface, contents, cases)


@dataclass(frozen=True, slots=True)
class IssueLocation:
    """Where something stands: in the spec's `source`, or in a file beside it, by line or by pointer into its data."""

    file: str | None = None
    pointer: Pointer = ()
    line: int | None = None
    column: int = 1


def source_location(*pointer: str | int) -> IssueLocation:
    """A place in the spec, below `source`."""
    return IssueLocation(None, pointer)


def data_location(file: str, *pointer: str | int) -> IssueLocation:
    """A place in the data of a YAML or JSON file beside the spec."""
    return IssueLocation(file, pointer)


def line_location(file: str, line: int = 1, column: int = 1) -> IssueLocation:
    """A line of a file beside the spec."""
    return IssueLocation(file, (), max(line, 1), max(column, 1))


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that came of a run."""

    kind: IssueKind
    message: str
    location: IssueLocation
    help: str | None = None


FileCallback = Callable[[str], None]
"""Says which file is about to be run, so that whatever happens is blamed on it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs releases of some kind; its packages are imported by `run` alone, in the process that runs it."""

    name: str
    title: str
    supports: Callable[[str, Object], bool]
    """Whether it runs a release of the type with that source."""
    run: Callable[[Job, FileCallback], Iterator[Issue]]
    packages: tuple[str, ...] = ()
    tests_key: str | None = None
    """The key of the source that holds its tests, where releases can have some."""
    has_case_files: bool = False
    """Whether those tests are files of cases, in YAML or JSON."""
    test_suffixes: tuple[str, ...] = ()
    """How names of tests end that it reads itself, beside or instead of cases."""


def issue_to_json(issue: Issue) -> Json:
    """A remark as plain data."""
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
    """The remark of plain data; `ValueError` where it is none: a process that ran hostile code may say anything."""
    match data:
        case [str(kind), str(message), None | str() as help_, None | str() as file, list(pointer), line, int(column)]:
            if (line is None or isinstance(line, int)) and all(isinstance(part, str | int) for part in pointer):
                return Issue(IssueKind(kind), message, IssueLocation(file, tuple(pointer), line, column), help_)
    raise ValueError("this is no remark")


def parse_response(line: bytes) -> tuple[Issue, ...] | str:
    """What a line of the process says: what came of the job, or which file it is about to run."""
    try:
        response = as_object(json.loads(line))
        if isinstance(response.get("doing"), str):
            return as_str(response["doing"])
        return tuple(issue_from_json(issue) for issue in as_list(response["remarks"]))
    except (ValueError, KeyError, RecursionError, binascii.Error) as error:
        raise ValueError("what came back is no answer") from error

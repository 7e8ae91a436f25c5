"""Turns results of the worker into findings at the lines to edit."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Location
from compiler.execution.source_tests.release_runs import ReleaseRun
from compiler.execution.source_tests.worker_process import RunFailure
from compiler.execution.source_tests.worker_protocol import Engine, Issue, IssueKind, IssueLocation, line_location
from compiler.source.data_files import read_data_file

CODE_BY_KIND: Mapping[IssueKind, Code] = MappingProxyType(
    {
        IssueKind.INVALID: codes.INVALID_SOURCE,
        IssueKind.WRONG_ANSWER: codes.SOURCE_TEST_FAILED,
        IssueKind.SPEC_MISMATCH: codes.SOURCE_MISMATCH,
        IssueKind.EXTERNAL_ACCESS: codes.NETWORK_ACCESS,
        IssueKind.ABORTED_RUN: codes.SOURCE_RUN_ABORTED,
        IssueKind.SUSPICIOUS: codes.SUSPICIOUS_SOURCE,
        IssueKind.SHACL_VIOLATION: codes.SHAPE_VIOLATION,
        IssueKind.COVERAGE_GAP: codes.SCORECARD_COVERAGE,
        IssueKind.NOT_RUN: codes.SOURCE_RUN_SKIPPED,
    }
)


def to_finding(release_run: ReleaseRun, issue: Issue) -> Finding:
    """The finding for an issue."""
    location = issue.location
    pointer = location.pointer if location.file is None else ()
    code = CODE_BY_KIND[issue.kind]
    return Finding(
        code,
        issue.message,
        resolve_location(release_run, location),
        release_run.subject(*pointer),
        issue.help or code.remedy,
    )


def failure_finding(release_run: ReleaseRun, engine: Engine, failure: RunFailure) -> Finding:
    """The finding for a release whose run did not finish."""
    name = f"`{failure.file}`" if failure.file else f"{release_run.model.name} {release_run.release.version}"
    message = f"{engine.title} could not test {name}: it {failure.reason}"
    location = line_location(failure.file) if failure.file else IssueLocation()
    return to_finding(release_run, Issue(IssueKind.ABORTED_RUN, message, location))


def resolve_location(release_run: ReleaseRun, location: IssueLocation) -> Location:
    """The location in the tree; for a file that the spec does not name, the spec."""
    path = release_run.file_paths.get(location.file) if location.file is not None else None
    if path is None or location.file is None:
        return release_run.location(*(location.pointer if location.file is None else ()))
    if location.line is None:
        document = read_data_file(release_run.file_contents[location.file], path).document
        return document.location(location.pointer) if document else Location(path)
    return _clamp_location(path, release_run.file_contents[location.file], location.line, location.column)


def _clamp_location(path: str, content: bytes, line: int, column: int) -> Location:
    """Clamp the location to the file: engines often report an end of file one line later."""
    lines = content.decode("utf-8", "replace").splitlines() or [""]
    line = min(max(line, 1), len(lines))
    column = min(max(column, 1), len(lines[line - 1]) + 1)
    return Location(path, line, column, line, column)

"""From what came of a run to findings at the lines to edit."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Place
from compiler.execution.source_tests.data_files import read
from compiler.execution.source_tests.release_runs import Errand
from compiler.execution.source_tests.worker_process import Stopped
from compiler.execution.source_tests.worker_protocol import Engine, Kind, Remark, Spot, at_line

CODES: Mapping[Kind, Code] = MappingProxyType(
    {
        Kind.BROKEN: codes.SOURCE_BROKEN,
        Kind.WRONG: codes.WRONG_ANSWER,
        Kind.DISAGREES: codes.SOURCE_DISAGREES,
        Kind.REACHES_OUT: codes.REACHES_OUT,
        Kind.STOPPED: codes.RUN_STOPPED,
        Kind.DOUBTFUL: codes.DOUBTFUL,
        Kind.NONCONFORMING: codes.NONCONFORMING,
        Kind.UNCOVERED: codes.UNCOVERED,
        Kind.NOT_RUN: codes.NOT_RUN,
    }
)


def finding(errand: Errand, remark: Remark) -> Finding:
    """The finding for a remark."""
    spot = remark.spot
    pointer = spot.pointer if spot.file is None else ()
    code = CODES[remark.kind]
    return Finding(code, remark.message, place(errand, spot), errand.subject(*pointer), remark.help or code.remedy)


def stopped(errand: Errand, engine: Engine, why: Stopped) -> Finding:
    """The finding for a release whose run never came to an end."""
    name = f"`{why.file}`" if why.file else f"{errand.model.name} {errand.release.version}"
    message = f"{engine.title} did not get through {name}: it {why.why}"
    spot = at_line(why.file) if why.file else Spot()
    return finding(errand, Remark(Kind.STOPPED, message, spot))


def place(errand: Errand, spot: Spot) -> Place:
    """Where a spot stands in the tree; one in a file that nobody named stands at the spec."""
    path = errand.paths.get(spot.file) if spot.file is not None else None
    if path is None or spot.file is None:
        return errand.place(*(spot.pointer if spot.file is None else ()))
    if spot.line is None:
        document = read(errand.content[spot.file], path).document
        return document.place(spot.pointer) if document else Place(path)
    return _clamped(path, errand.content[spot.file], spot.line, spot.column)


def _clamped(path: str, content: bytes, line: int, column: int) -> Place:
    """The place within the file, whatever an engine said: an end of file is often a line further."""
    lines = content.decode("utf-8", "replace").splitlines() or [""]
    line = min(max(line, 1), len(lines))
    column = min(max(column, 1), len(lines[line - 1]) + 1)
    return Place(path, line, column, line, column)

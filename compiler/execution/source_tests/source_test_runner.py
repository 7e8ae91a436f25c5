"""Every release that runs somewhere, run: in processes of their own, a few at a time."""

import os
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place
from compiler.execution.source_tests.case_files import CaseReader
from compiler.execution.source_tests.release_runs import Errand, all_engines, errands, left_out, prepared
from compiler.execution.source_tests.resource_limits import Limits
from compiler.execution.source_tests.source_test_findings import finding, stopped
from compiler.execution.source_tests.worker_process import Child, Stopped
from compiler.execution.source_tests.worker_protocol import Engine, Job
from compiler.foundation import resources
from compiler.resolve.fleet import Fleet

_MOST_LANES = 4


@dataclass(frozen=True, slots=True)
class _Turn:
    errand: Errand
    engine: Engine
    job: Job


def execute(
    fleet: Fleet,
    limits: Limits | None = None,
    on_run: Callable[[int, int], object] = lambda _done, _all: None,
    only: Container[str] | None = None,
) -> Iterator[Finding]:
    """What comes of running each release once (`only`: of these models); `on_run` is told how many of how many are done."""
    turns: list[_Turn] = []
    lacking: dict[str, tuple[Engine, Errand, int]] = {}
    reader, known = CaseReader(), all_engines()
    for errand in errands(fleet, only):
        taken = tuple(engine for engine in known if engine.takes(errand.type, errand.release.source))
        yield from left_out(errand, tuple(engine for engine in taken if not _missing(engine)) or taken)
        for engine in taken:
            if _missing(engine):
                _, first, count = lacking.get(engine.name, (engine, errand, 0))
                lacking[engine.name] = (engine, first, count + 1)
                continue
            job, found = prepared(errand, engine, reader)
            yield from found
            turns.append(_Turn(errand, engine, job))
    yield from (_lacks(engine, first, count) for engine, first, count in lacking.values())
    yield from _once(_all_run(turns, limits or Limits(), on_run))


def _once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """What is said of one line for several releases is said once."""
    seen: set[tuple[str, str, Place | None]] = set()
    for found in findings:
        key = (found.code.id, found.message, found.place)
        if key not in seen:
            seen.add(key)
            yield found


def _missing(engine: Engine) -> tuple[str, ...]:
    return tuple(package for package in engine.packages if not resources.has_package(package))


def _lacks(engine: Engine, errand: Errand, count: int) -> Finding:
    releases = "1 release was" if count == 1 else f"{count} releases were"
    message = f"{releases} not run: {engine.title} needs the package {', '.join(_missing(engine))}"
    return errand.finding(codes.NOT_RUN, message, (), "pip install 'modelyard[sources]'")


def _all_run(turns: Sequence[_Turn], limits: Limits, on_run: Callable[[int, int], object]) -> Iterator[Finding]:
    """Turns of one engine stand together, so that its packages are imported as seldom as may be."""
    turns = sorted(turns, key=lambda turn: turn.engine.name)
    count = max(min(os.cpu_count() or 1, _MOST_LANES, len(turns)), 1)
    size = -(-len(turns) // count) or 1
    lanes = [turns[start : start + size] for start in range(0, len(turns), size)]
    done: list[None] = []
    enough = Event()

    def finished() -> None:
        done.append(None)
        on_run(len(done), len(turns))

    with ThreadPoolExecutor(count) as pool:
        try:
            for found in pool.map(lambda lane: _lane(lane, limits, finished, enough), lanes):
                yield from found
        finally:
            enough.set()


def _lane(turns: Sequence[_Turn], limits: Limits, finished: Callable[[], None], enough: Event) -> list[Finding]:
    findings: list[Finding] = []
    with Child(limits) as child:
        for turn in turns:
            if enough.is_set():
                break
            came = child.ask(turn.job)
            if isinstance(came, Stopped):
                findings.append(stopped(turn.errand, turn.engine, came))
            else:
                findings += [finding(turn.errand, remark) for remark in came]
            finished()
    return findings

"""Tests every deployed release, a few worker processes at a time."""

import os
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.execution.source_tests.case_files import CaseReader
from compiler.execution.source_tests.release_runs import (
    ReleaseRun,
    build_job,
    load_engines,
    release_runs,
    skipped_findings,
)
from compiler.execution.source_tests.resource_limits import ResourceLimits, limits_from_environment
from compiler.execution.source_tests.source_test_findings import failure_finding, to_finding
from compiler.execution.source_tests.worker_process import RunFailure, WorkerProcess
from compiler.execution.source_tests.worker_protocol import Engine, Job
from compiler.foundation import resources
from compiler.resolve.fleet import Fleet

_MAX_WORKERS = 4
SOURCES_INSTALLATION = "pip install 'modelyard[sources]'"
"""How to install the packages of all engines."""


@dataclass(frozen=True, slots=True)
class _EngineRun:
    release_run: ReleaseRun
    engine: Engine
    job: Job


def run_source_tests(
    fleet: Fleet,
    limits: ResourceLimits | None = None,
    on_progress: Callable[[int, int], object] = lambda _finished_count, _total_count: None,
    only_models: Container[str] | None = None,
) -> Iterator[Finding]:
    """Test each release once; `only_models` restricts the models, `on_progress` receives the number of finished runs and the total."""
    engine_runs: list[_EngineRun] = []
    unavailable_engines: dict[str, tuple[Engine, ReleaseRun, int]] = {}
    reader, engines = CaseReader(), load_engines()
    for release_run in release_runs(fleet, only_models):
        matching_engines = tuple(
            engine for engine in engines if engine.supports(release_run.type, release_run.release.source)
        )
        yield from skipped_findings(
            release_run,
            tuple(engine for engine in matching_engines if not _missing_packages(engine)) or matching_engines,
        )
        for engine in matching_engines:
            if _missing_packages(engine):
                _, first_run, count = unavailable_engines.get(engine.name, (engine, release_run, 0))
                unavailable_engines[engine.name] = (engine, first_run, count + 1)
                continue
            job, case_findings = build_job(release_run, engine, reader)
            yield from case_findings
            engine_runs.append(_EngineRun(release_run, engine, job))
    yield from (
        _missing_package_finding(engine, first_run, count) for engine, first_run, count in unavailable_engines.values()
    )
    yield from _deduplicate(_run_all(engine_runs, limits or limits_from_environment(), on_progress))


def missing_packages(fleet: Fleet, only_models: Container[str] | None = None) -> tuple[str, ...]:
    """The packages that the tests of some releases need, and that are not installed."""
    engines = load_engines()
    packages = {
        package
        for release_run in release_runs(fleet, only_models)
        for engine in engines
        if engine.supports(release_run.type, release_run.release.source)
        for package in _missing_packages(engine)
    }
    return tuple(sorted(packages))


def _deduplicate(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Findings of several releases at one line, once."""
    seen_keys: set[tuple[str, str, Location | None]] = set()
    for finding in findings:
        key = (finding.code.id, finding.message, finding.location)
        if key not in seen_keys:
            seen_keys.add(key)
            yield finding


def _missing_packages(engine: Engine) -> tuple[str, ...]:
    return tuple(package for package in engine.packages if not resources.has_package(package))


def _missing_package_finding(engine: Engine, release_run: ReleaseRun, count: int) -> Finding:
    releases = "1 release was" if count == 1 else f"{count} releases were"
    message = f"{releases} not run: {engine.title} needs the package {', '.join(_missing_packages(engine))}"
    return release_run.finding(codes.SOURCE_RUN_SKIPPED, message, (), SOURCES_INSTALLATION)


def _run_all(
    engine_runs: Sequence[_EngineRun], limits: ResourceLimits, on_progress: Callable[[int, int], object]
) -> Iterator[Finding]:
    """Run the jobs grouped by engine, so that its packages are imported rarely."""
    engine_runs = sorted(engine_runs, key=lambda engine_run: engine_run.engine.name)
    count = max(min(os.cpu_count() or 1, _MAX_WORKERS, len(engine_runs)), 1)
    size = -(-len(engine_runs) // count) or 1
    batches = [engine_runs[start : start + size] for start in range(0, len(engine_runs), size)]
    completions: list[None] = []
    stop_event = Event()

    def on_finish() -> None:
        completions.append(None)
        on_progress(len(completions), len(engine_runs))

    with ThreadPoolExecutor(count) as pool:
        try:
            for finding in pool.map(lambda batch: _run_batch(batch, limits, on_finish, stop_event), batches):
                yield from finding
        finally:
            stop_event.set()


def _run_batch(
    engine_runs: Sequence[_EngineRun], limits: ResourceLimits, on_finish: Callable[[], None], stop_event: Event
) -> list[Finding]:
    findings: list[Finding] = []
    with WorkerProcess(limits) as worker:
        for engine_run in engine_runs:
            if stop_event.is_set():
                break
            outcome = worker.run(engine_run.job)
            if isinstance(outcome, RunFailure):
                findings.append(failure_finding(engine_run.release_run, engine_run.engine, outcome))
            else:
                findings += [to_finding(engine_run.release_run, issue) for issue in outcome]
            on_finish()
    return findings

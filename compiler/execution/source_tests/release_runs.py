"""Which releases are tested: each deployed release once, by every engine that supports it."""

import importlib
import json
import pkgutil
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Location, Subject
from compiler.execution.source_tests import engines
from compiler.execution.source_tests.case_files import CASE_SUFFIXES, CaseReader
from compiler.execution.source_tests.worker_protocol import Engine, Job
from compiler.foundation.json_data import Pointer
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.data_types import CaseData


@dataclass(frozen=True, slots=True)
class ReleaseRun:
    """A deployed release, with what is needed to locate its findings."""

    model: ResolvedModel
    release: Release

    @property
    def type(self) -> str:
        """The type of the model."""
        return self.model.spec.data["type"]

    @property
    def file_paths(self) -> Mapping[str, str]:
        """The tree path of each companion file, by the name in the spec."""
        return {file.relative: file.path for file in self.release.files}

    @property
    def file_contents(self) -> Mapping[str, bytes]:
        """The content of each companion file, by the name in the spec."""
        return {file.relative: file.content for file in self.release.files}

    def subject(self, *pointer: str | int) -> Subject:
        """The model, at a pointer below the release's `source`."""
        return Subject("Model", self.model.name, None, (*self.release.pointer, "source", *pointer))

    def location(self, *pointer: str | int) -> Location:
        """The location of that pointer in the model's document."""
        return self.model.spec.document.location((*self.release.pointer, "source", *pointer))

    def finding(self, code: Code, message: str, pointer: Pointer, help_: str | None = None) -> Finding:
        """A finding at a line of the spec."""
        return Finding(code, message, self.location(*pointer), self.subject(*pointer), help_)


def load_engines() -> tuple[Engine, ...]:
    """Every engine by name: the modules of `compiler/execution/source_tests/engines/`."""
    names = (module.name for module in pkgutil.iter_modules(engines.__path__))
    return tuple(importlib.import_module(f"{engines.__name__}.{name}").ENGINE for name in sorted(names))


def release_runs(fleet: Fleet, only_models: Container[str] | None = None) -> Iterator[ReleaseRun]:
    """Each deployed release and each canary of valid models, once; `only_models` restricts the models."""
    seen_keys: set[tuple[str, str, str]] = set()
    for name, environment in fleet.deployments():
        if only_models is not None and name not in only_models:
            continue
        model, findings = fleet.resolve(name, environment)
        if model is None or any(
            finding.is_blocking and finding.code is not codes.BAD_COMPANION_FILE for finding in findings
        ):
            continue
        for release in (model.release, model.canary):
            if release is None:
                continue
            key = (name, release.digest, json.dumps(model.data.get("interface"), sort_keys=True))
            if key not in seen_keys:
                seen_keys.add(key)
                yield ReleaseRun(model, release)


def build_job(release_run: ReleaseRun, engine: Engine, reader: CaseReader) -> tuple[Job, list[Finding]]:
    """The job of an engine with its test cases, and the findings about the case files."""
    interface = release_run.model.data.get("interface", {})
    job = Job(engine.name, release_run.type, release_run.release.source, interface, release_run.file_contents)
    if not engine.has_case_files:
        return job, []
    cases: dict[str, tuple[CaseData, ...]] = {}
    findings: list[Finding] = []
    for index, name in enumerate(job.file_names("tests")):
        if name.endswith(engine.test_suffixes):
            continue
        if not name.endswith(CASE_SUFFIXES):
            message = f"`{name}` is not recognised as a test of {engine.title}: expected a name that ends with {_expected_suffixes(engine)}"
            findings.append(release_run.finding(codes.SOURCE_MISMATCH, message, ("tests", index)))
        elif name in job.files:
            subject = release_run.subject("tests", index)
            file_cases, file_findings = reader.read(job.files[name], release_run.file_paths[name], subject)
            cases[name] = tuple(file_cases)
            findings += file_findings
    return replace(job, cases=cases), findings


def _expected_suffixes(engine: Engine) -> str:
    return " or ".join((*engine.test_suffixes, *CASE_SUFFIXES))


def skipped_findings(release_run: ReleaseRun, matching_engines: tuple[Engine, ...]) -> Iterator[Finding]:
    """Findings for parts of a release that are not run, so that nothing seems tested that was not."""
    source = release_run.release.source
    name = f"{release_run.model.name} {release_run.release.version}"
    skipped_parts: tuple[tuple[Literal["uri", "image"], str], ...] = (
        ("uri", f"{name} was not run: the artifact is not next to the spec"),
        ("image", f"the program of {name} was not run: Modelyard does not start container images"),
    )
    for key, message in skipped_parts:
        if key in source:
            yield release_run.finding(
                codes.SOURCE_RUN_SKIPPED,
                message,
                (key,),
                "evaluate it in its pipeline, and record the result under `evaluations`",
            )
    if source.get("files") and not matching_engines:
        source_format = source.get("format") or source.get("engine") or release_run.type
        message = f"{name} was not run: no engine supports {source_format} files"
        yield release_run.finding(codes.SOURCE_RUN_SKIPPED, message, ("files",), "evaluate it in its pipeline")
    for engine in matching_engines:
        if engine.tests_key and not source.get(engine.tests_key):
            message = f"{name} was loaded but not tested: it has no `{engine.tests_key}`"
            yield release_run.finding(
                codes.NO_SOURCE_TESTS, message, (), f"add `{engine.tests_key}` with tests of its files"
            )

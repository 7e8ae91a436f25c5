"""The folders that a build writes to: locked, freed of an interrupted build, and compared with what was rendered."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from compiler.commands.common.output_folder import OutputLocation, locate_output
from compiler.commands.common.project import current_folder
from compiler.commands.common.streams import print_status
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Subject
from compiler.foundation.safe_folder import os_errors
from compiler.pipeline.session import Session
from compiler.plan.emitters.committed_paths import is_committed_path
from compiler.plan.output_paths import STATE_FOLDER
from compiler.report.finding_text import pluralize
from compiler.source.git_root import checkout_subfolder
from compiler.source.incomplete_checkout import missing_files
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import FolderName, configured_output
from compiler.write.destinations import (
    Destination,
    interruption_findings,
    plan_output_folder,
    plan_project,
    recover,
)
from compiler.write.output_units import Unit
from compiler.write.writer_lock import writer_lock

_INPUT_FOLDERS: tuple[FolderName, ...] = ("models", "schemas", "templates")
_GIT_FILES = {".gitkeep", ".gitignore", ".gitattributes"}
"""Files that keep an output folder in git before its first build."""


class PlannedOutput(NamedTuple):
    """The changes of each folder, and the findings about files that are there; no changes if a folder cannot be used."""

    destinations: tuple[Destination, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class OutputPlan:
    """What a build writes, and where: into the project, or into the folder of `--output` alone."""

    session: Session
    project: Path
    output: Path | None
    units: tuple[Unit, ...]
    may_remove: Callable[[str], bool]

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only writer."""
        root = self._location.root
        with os_errors("make the folder", os.fspath(root)):
            root.mkdir(parents=True, exist_ok=True)
        with writer_lock(root, print_status):
            yield

    def compare(self) -> PlannedOutput:
        """The changes, or the finding that an interrupted build left some; nothing is written."""
        findings = tuple(
            finding
            for location in self._locations
            for finding in interruption_findings(*location, _root_name(location.path))
        )
        return PlannedOutput((), findings) if findings else self._plan()

    def prepare(self) -> PlannedOutput:
        """The changes, after an interrupted build was completed. The caller is the only writer."""
        findings: list[Finding] = []
        for location in self._locations:
            recovery = recover(*location, _root_name(location.path))
            findings += recovery.findings
            if recovery.is_completed:
                print_status(f"completed an interrupted build in {display_path(location.path)}")
        if any(finding.is_blocking for finding in findings):
            return PlannedOutput((), tuple(findings))
        planned = self._plan()
        return PlannedOutput(planned.destinations, (*findings, *planned.findings))

    @property
    def _location(self) -> OutputLocation:
        project = self.session.portfolio.project.data
        if self.output is not None:
            return locate_output(self.project, project, self.output)
        return OutputLocation(self.project, configured_output(project))

    @property
    def _locations(self) -> tuple[OutputLocation, ...]:
        return (self._location,) if self.output is not None else (OutputLocation(self.project), self._location)

    def _plan(self) -> PlannedOutput:
        if refusals := (*self._checkout_findings(), *self._forge_findings(), *self._foreign_folder_findings()):
            return PlannedOutput((), refusals)
        root, folder = location = self._location
        root_name = _root_name(location.path)
        if self.output is not None:
            destinations = plan_output_folder(root, folder, self.units, self.may_remove, root_name)
        else:
            emitters = self.session.emitters.by_id
            destinations = plan_project(
                root,
                folder,
                self.units,
                self.may_remove,
                root_name=root_name,
                may_remove_committed=lambda emitter, path: is_committed_path(emitters, emitter, path),
            )
        findings = (
            finding
            for destination in destinations
            for finding in (*destination.changes.conflicts, *destination.changes.warnings)
        )
        return PlannedOutput(destinations, tuple(findings))

    def _foreign_folder_findings(self) -> Iterator[Finding]:
        """The finding that `output` names a folder with files of other programs: a project may not choose to write among them."""
        path = self._location.path
        if self.output is not None or not path.is_dir() or (path / STATE_FOLDER).exists():
            return
        with os_errors("read the folder", os.fspath(path)), os.scandir(path) as entries:
            if all(entry.name in _GIT_FILES for entry in entries):
                return
        project = self.session.portfolio.project
        message = f"the output folder {display_path(path)} holds files, and no build made it"
        subject = Subject("Project", project.name, None, ("output",))
        location, help_ = project.document.location(("output",)), codes.FOREIGN_OUTPUT_FOLDER.remedy
        yield Finding(codes.FOREIGN_OUTPUT_FOLDER, message, location, subject, help_)

    def _forge_findings(self) -> Iterator[Finding]:
        """The findings about files that a forge would not read, because the project is below the root of its repository."""
        folder = checkout_subfolder(self.project)
        if not folder or self.output is not None:
            return
        project = self.session.portfolio.project
        paths = {
            file.emitter: file.commit_path for unit in self.units for file in unit.files if file.commit_path is not None
        }
        for id_, path in sorted(paths.items()):
            emitter = self.session.emitters.by_id[id_]
            if emitter.data.get("readAtRepositoryRoot"):
                pointer = ("emitters", id_)
                message = f"{emitter.title}: a forge reads {path} at the root of the repository only, not in {folder}/"
                location = project.document.key_location(pointer)
                subject = Subject("Project", project.name, None, pointer)
                help_ = f"move the project to the root of its repository, or set `enabled: false` for {id_}"
                yield Finding(codes.NOT_AT_REPOSITORY_ROOT, message, location, subject, help_)

    def _checkout_findings(self) -> tuple[Finding, ...]:
        """The finding about inputs that the checkout leaves out; a revision has all of them."""
        portfolio = self.session.portfolio
        folders = tuple(map(portfolio.folder, _INPUT_FOLDERS))
        paths = missing_files(self.project, folders) if isinstance(self.session.tree, WorkTree) else ()
        if not paths:
            return ()
        message = f"{pluralize(len(paths), 'file')} of the project {'is' if len(paths) == 1 else 'are'} not checked out"
        location, help_ = Location(paths[0]), codes.INCOMPLETE_CHECKOUT.remedy
        return (Finding(codes.INCOMPLETE_CHECKOUT, f"{message}, such as {paths[0]}", location, help=help_),)


def display_path(path: Path) -> str:
    """The folder, relative to the current one if it is inside."""
    absolute_path, working_folder = Path(os.path.abspath(path)), current_folder()  # noqa: PTH100 - a link has its own name
    return (
        f"{absolute_path.relative_to(working_folder)}/" if absolute_path.is_relative_to(working_folder) else f"{path}/"
    )


def _root_name(path: Path) -> str:
    name = display_path(path).rstrip("/")
    return "" if name == "." else name

"""The folders that a build writes to: locked, freed of an interrupted build, and compared with what was rendered."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from compiler.commands.common.output_folder import OutputLocation, locate_output
from compiler.commands.common.project import current_folder
from compiler.commands.common.streams import print_status
from compiler.commands.common.write_progress import write_with_progress
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
from compiler.write.destinations import interruption_findings, recover
from compiler.write.folder_writer import FolderWriter
from compiler.write.output_units import Unit
from compiler.write.output_writer import Destination, OutputWriter
from compiler.write.unit_states import UnitStates
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
    """What a build may write, and where: into the project, or into the folder of `--output` alone."""

    session: Session
    project: Path
    output: Path | None
    may_remove: Callable[[str], bool]

    @contextmanager
    def open(
        self, *, is_check: bool = False, states: UnitStates | None = None, is_full: bool = False
    ) -> Iterator["BuildOutput"]:
        """The output of a build: of the only writer, after an interrupted build was completed; with `is_check`, nothing is written.

        `states` and `is_full` are those of `OutputWriter`.
        """
        if is_check:
            findings = self._interruption_findings()
            with self._open_output(findings, stages=False, states=states, is_full=is_full) as output:
                yield output
            return
        root = self._location.root
        with os_errors("make the folder", os.fspath(root)):
            root.mkdir(parents=True, exist_ok=True)
        with writer_lock(root, print_status):
            findings = [finding for location in self._locations for finding in self._recover(location)]
            with self._open_output(findings, stages=True, states=states, is_full=is_full) as output:
                yield output

    @contextmanager
    def _open_output(
        self, findings: list[Finding], *, stages: bool, states: UnitStates | None, is_full: bool
    ) -> Iterator["BuildOutput"]:
        if not any(finding.is_blocking for finding in findings):
            findings += (*self._checkout_findings(), *self._foreign_folder_findings())
        if any(finding.is_blocking for finding in findings):
            yield BuildOutput(self, None, findings)
            return
        with OutputWriter(*self._folder_writers(stages=stages), states, is_full=is_full) as writer:
            output = BuildOutput(self, writer, findings)
            try:
                yield output
            except KeyboardInterrupt:
                if stages and not output.has_begun:
                    print_status("No files were written.")
                raise

    def _folder_writers(self, *, stages: bool) -> tuple[FolderWriter, FolderWriter | None]:
        """The writers of the output folder and of the repository."""
        root, folder = self._location
        root_name = _root_name(self._location.path)
        output = FolderWriter(root, folder, root_name=root_name, is_in_scope=self.may_remove, stages=stages)
        if self.output is not None:
            return output, None
        repository = FolderWriter(
            root,
            is_in_scope=self.may_remove,
            may_remove=lambda emitter, path: is_committed_path(self.session.emitters.by_id, emitter, path),
            stages=stages,
        )
        return output, repository

    def _interruption_findings(self) -> list[Finding]:
        """The findings about interrupted builds, after a build that still runs has finished."""
        findings = self._find_interruptions()
        if findings:
            with writer_lock(self._location.root, print_status):
                findings = self._find_interruptions()
        return findings

    def _find_interruptions(self) -> list[Finding]:
        return [
            finding
            for location in self._locations
            for finding in interruption_findings(*location, _root_name(location.path))
        ]

    def _recover(self, location: OutputLocation) -> tuple[Finding, ...]:
        recovery = recover(*location, _root_name(location.path))
        if recovery.interruption is not None:
            change_count, done_count = recovery.interruption
            rest = f"{change_count - done_count} of {change_count} changes"
            print_status(f"completed an interrupted build in {display_path(location.path)}: {rest}")
        return recovery.findings

    @property
    def _location(self) -> OutputLocation:
        project = self.session.portfolio.project.data
        if self.output is not None:
            return locate_output(self.project, project, self.output)
        return OutputLocation(self.project, configured_output(project))

    @property
    def _locations(self) -> tuple[OutputLocation, ...]:
        return (self._location,) if self.output is not None else (OutputLocation(self.project), self._location)

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

    def forge_findings(self, committed_paths: Mapping[str, str]) -> Iterator[Finding]:
        """The findings about files that a forge would not read, because the project is below the root of its repository.

        `committed_paths` has a committed file for each emitter that renders any.
        """
        folder = self.forge_subfolder
        project = self.session.portfolio.project
        for id_, path in sorted(committed_paths.items()) if folder else ():
            emitter = self.session.emitters.by_id[id_]
            if emitter.data.get("readAtRepositoryRoot"):
                pointer = ("emitters", id_)
                message = f"{emitter.title}: a forge reads {path} at the root of the repository only, not in {folder}/"
                location = project.document.key_location(pointer)
                subject = Subject("Project", project.name, None, pointer)
                help_ = f"move the project to the root of its repository, or set `enabled: false` for {id_}"
                yield Finding(codes.NOT_AT_REPOSITORY_ROOT, message, location, subject, help_)

    @cached_property
    def forge_subfolder(self) -> str:
        """The folder of the project in its repository, if committed files are written to it."""
        return checkout_subfolder(self.project) if self.output is None else ""

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


class BuildOutput:
    """The output of one build, to which units are added as they are rendered. Without `writer`, findings prevent that."""

    def __init__(self, plan: OutputPlan, writer: OutputWriter | None, findings: list[Finding]) -> None:
        self._plan, self._writer, self._findings = plan, writer, findings
        self._committed_paths: dict[str, str] = {}
        self.has_begun = False
        """Whether files were changed, or are about to be."""

    def add(self, unit: Unit) -> str | None:
        """Compare a unit with the disk, and stage what differs; returns its digest for `add_unchanged` of a later build."""
        self._committed_paths |= {file.emitter: file.commit_path for file in unit.files if file.commit_path is not None}
        return self._writer.add(unit) if self._writer else None

    def add_unchanged(self, unit: str, digest: str) -> bool:
        """Add a unit by the digest of an earlier build; if that is not possible, the unit must be rendered and added."""
        return self._writer is not None and not self._plan.forge_subfolder and self._writer.add_unchanged(unit, digest)

    def finish(self) -> PlannedOutput:
        """The changes, after all units were added. Nothing is written yet."""
        forge_findings = tuple(self._plan.forge_findings(self._committed_paths))
        if self._writer is None or forge_findings:
            return PlannedOutput((), (*self._findings, *forge_findings))
        plan = self._writer.finish()
        return PlannedOutput(plan.destinations, (*self._findings, *plan.findings))

    def apply(self) -> None:
        """Make the changes, with a progress bar; there must be no blocking finding."""
        if self._writer is not None:
            self.has_begun = True
            write_with_progress(self._writer)


def display_path(path: Path) -> str:
    """The folder, relative to the current one if it is inside."""
    absolute_path, working_folder = Path(os.path.abspath(path)), current_folder()  # noqa: PTH100 - a link has its own name
    return (
        f"{absolute_path.relative_to(working_folder)}/" if absolute_path.is_relative_to(working_folder) else f"{path}/"
    )


def _root_name(path: Path) -> str:
    name = display_path(path).rstrip("/")
    return "" if name == "." else name

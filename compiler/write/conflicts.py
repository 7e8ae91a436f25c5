"""Reports what prevents a build from writing, as findings about the file in the way."""

from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note
from compiler.write.filesystem import PathKind, PathState
from compiler.write.journal import JOURNAL_PATH, Interruption
from compiler.write.lock_files import lock_path
from compiler.write.output_units import OutputFile

_KIND_NAMES = {
    PathKind.FILE: "a file",
    PathKind.FOLDER: "a folder",
    PathKind.LINK: "a symbolic link",
    PathKind.SPECIAL: "a special file",
}


@dataclass(frozen=True, slots=True)
class ConflictReporter:
    """Findings about files below a root, with paths of the repository."""

    root_name: str = ""

    def display_path(self, path: str) -> str:
        """The path as shown to people."""
        return f"{self.root_name}/{path}" if self.root_name else path

    def hand_edited(self, path: str, sources: tuple[str, ...], file: OutputFile | None) -> Finding:
        """The file is managed, but its content is neither what was written nor what would be written."""
        orphan_text = "" if file else ", and it is no longer rendered"
        edit_target = "the spec or template that it is rendered from" if file else "another file"
        return Finding(
            codes.HAND_EDITED,
            f"`{self.display_path(path)}` was edited by hand after the last build{orphan_text}",
            Location(self.display_path(path)),
            help=f"Move the edit to {edit_target}, delete `{self.display_path(path)}`, and build again.",
            notes=_source_notes(sources),
        )

    def unmanaged_file(self, file: OutputFile, state: PathState) -> Finding:
        """An unmanaged file or folder is in the way."""
        return Finding(
            codes.UNMANAGED_FILE,
            f"`{self.display_path(file.path)}` cannot be written: {_KIND_NAMES[state.kind]} that Modelyard did not write"
            f" is {self._obstacle_text(file.path, state)}",
            Location(self.display_path(state.path)),
            help=f"Move or delete `{self.display_path(state.path)}`, or choose another output folder.",
            notes=_source_notes(file.sources),
        )

    def symlink_in_path(self, path: str, state: PathState) -> Finding:
        """Writing would follow a symbolic link out of the root."""
        return Finding(
            codes.OUTPUT_LINK,
            f"`{self.display_path(path)}` cannot be accessed: a symbolic link is {self._obstacle_text(path, state)}",
            Location(self.display_path(state.path)),
            help=f"Replace the link `{self.display_path(state.path)}` with a folder or a file.",
        )

    def unreachable_root(self, levels_up: int) -> Finding:
        """The output folder (0 levels up), or the folder so many levels above it, is a symbolic link."""
        path = "/".join(self.root_name.split("/")[: -levels_up or None])
        return Finding(
            codes.OUTPUT_LINK,
            f"`{self.root_name}` is not written to: `{path}` is a symbolic link",
            Location(path),
            help=f"Replace `{path}` by a folder, or change the output folder.",
        )

    def path_clash(self, path: str, unit: str, other_path: str, other_unit: str, sources: tuple[str, ...]) -> Finding:
        """Two outputs have the same path."""
        first_label, second_label = (
            f"`{self.display_path(path)}` of `{unit}`",
            f"`{self.display_path(other_path)}` of `{other_unit}`",
        )
        return Finding(
            codes.PATH_CONFLICT,
            f"{first_label} is also rendered by `{other_unit}`"
            if path == other_path
            else f"{first_label} conflicts with {second_label}",
            Location(self.display_path(path)),
            help="Change the path of one of the two.",
            notes=_source_notes(sources),
        )

    def unsafe_path(self, file: OutputFile, reason: str) -> Finding:
        """No file may have this path."""
        return Finding(
            codes.UNSAFE_PATH,
            f"the path {file.path!r} of a file rendered by `{file.emitter}` {reason}",
            Location(self.display_path(file.path)),
            help="Rename the model or document in the path, or change the path in the emitter.",
            notes=_source_notes(file.sources),
        )

    def damaged_lock(self, path: str, reason: str) -> Finding:
        """The lock cannot be read, so that the owner of files is unknown."""
        return Finding(
            codes.DAMAGED_LOCK,
            f"the lock file `{self.display_path(path)}` is not valid: {reason}",
            Location(self.display_path(path)),
            help=f"Restore `{self.display_path(path)}` from git; or delete it and the files that it lists, and build again.",
        )

    def foreign_file(self, path: str, unit: str, emitter: str) -> Finding:
        """A lock lists a file that its emitter does not commit."""
        return Finding(
            codes.FOREIGN_FILE,
            f"`{self.display_path(path)}` was not removed: a lock file lists it, but no emitter `{emitter}` commits a file there",
            Location(self.display_path(lock_path(unit))),
            help=f"Delete `{self.display_path(path)}` yourself if nothing needs it.",
        )

    def interrupted_build(self, interruption: Interruption) -> Finding:
        """A killed build left changes to complete, and this command writes nothing."""
        path = self.display_path(JOURNAL_PATH)
        change_count, done_count = interruption
        message = f"a build of `{self.root_name or '.'}` was interrupted after {done_count} of {change_count} changes"
        return Finding(
            codes.INTERRUPTED_BUILD, message, Location(path), help="Run `modelyard build`, which completes it."
        )

    def damaged_journal(self, reason: str) -> Finding:
        """The journal of an interrupted build cannot be followed."""
        path = self.display_path(JOURNAL_PATH)
        return Finding(
            codes.DAMAGED_JOURNAL,
            f"`{path}` cannot be followed: {reason}",
            Location(path),
            help=f"Delete `{path}`, and build again.",
        )

    def changed_since_interruption(self, path: str) -> Finding:
        """A killed build was about to remove a file, which someone changed since."""
        return Finding(
            codes.KEPT_FILE,
            f"`{self.display_path(path)}` was kept: it changed after a build was interrupted that would have removed it",
            Location(self.display_path(path)),
            help=f"Delete `{self.display_path(path)}` if you do not need it.",
        )

    def _obstacle_text(self, path: str, state: PathState) -> str:
        return "at this path" if state.path == path else f"at `{self.display_path(state.path)}`"


def _source_notes(sources: tuple[str, ...]) -> tuple[Note, ...]:
    return tuple(Note(f"rendered from `{source}`", Location(source)) for source in sources)

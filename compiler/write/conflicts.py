"""What keeps a build from writing, as findings about the file that is in the way."""

from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Place
from compiler.write.filesystem import Found, Kind
from compiler.write.output_units import OutputFile

_STANDING = {Kind.FILE: "a file", Kind.FOLDER: "a folder", Kind.LINK: "a symbolic link", Kind.OTHER: "a special file"}


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Findings about the files below a root, which people know by the name it has in the repository."""

    root: str = ""

    def named(self, path: str) -> str:
        """The path as people see it."""
        return f"{self.root}/{path}" if self.root else path

    def hand_edited(self, path: str, sources: tuple[str, ...], file: OutputFile | None) -> Finding:
        """It is ours, and neither as we left it nor as it shall be."""
        gone = "" if file else ", and nothing makes it any more"
        where = "what it is made from" if file else "a file of another name"
        return Finding(
            codes.HAND_EDITED,
            f"`{self.named(path)}` was edited by hand since it was written{gone}",
            Place(self.named(path)),
            help=f"Put the edit into {where}, delete `{self.named(path)}`, and build again.",
            notes=_made_from(sources),
        )

    def not_ours(self, file: OutputFile, found: Found) -> Finding:
        """Somebody else's file or folder stands there."""
        return Finding(
            codes.NOT_OURS,
            f"`{self.named(file.path)}` cannot be written: {_STANDING[found.kind]} that Modelyard did not write"
            f" stands {self._where(file.path, found)}",
            Place(self.named(found.at)),
            help=f"Move or delete `{self.named(found.at)}`, or place the output elsewhere.",
            notes=_made_from(file.sources),
        )

    def through_link(self, path: str, found: Found) -> Finding:
        """Writing there would follow a link out of the root."""
        return Finding(
            codes.OUTPUT_LINK,
            f"`{self.named(path)}` cannot be reached: a symbolic link stands {self._where(path, found)}",
            Place(self.named(found.at)),
            help=f"Replace the link `{self.named(found.at)}` by a folder or a file.",
        )

    def clash(self, path: str, unit: str, other_path: str, other_unit: str, sources: tuple[str, ...]) -> Finding:
        """Two outputs want one place."""
        ours, theirs = f"`{self.named(path)}` of `{unit}`", f"`{self.named(other_path)}` of `{other_unit}`"
        return Finding(
            codes.PATH_CLASH,
            f"{ours} is also made by `{other_unit}`" if path == other_path else f"{ours} cannot stand beside {theirs}",
            Place(self.named(path)),
            help="Give one of the two another path.",
            notes=_made_from(sources),
        )

    def unsafe_path(self, file: OutputFile, fault: str) -> Finding:
        """No file may have this path."""
        return Finding(
            codes.UNSAFE_PATH,
            f"the path {file.path!r} of a file made by `{file.emitter}` {fault}",
            Place(self.named(file.path)),
            help="Rename what the path is made from, or change the path in the emitter.",
            notes=_made_from(file.sources),
        )

    def damaged_lock(self, path: str, reason: str) -> Finding:
        """Nobody can tell what is owned."""
        return Finding(
            codes.DAMAGED_LOCK,
            f"`{self.named(path)}` does not say what Modelyard wrote: {reason}",
            Place(self.named(path)),
            help=f"Restore `{self.named(path)}` from git; or delete it and the files that it names, and build again.",
        )

    def _where(self, path: str, found: Found) -> str:
        return "there" if found.at == path else f"at `{self.named(found.at)}`"


def _made_from(sources: tuple[str, ...]) -> tuple[Note, ...]:
    return tuple(Note(f"made from `{source}`", Place(source)) for source in sources)

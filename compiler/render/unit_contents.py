"""The contents of a unit, for its files that are rendered last: earlier files, sources and emitters, with their digests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compiler.foundation.json_data import Json, Object
from compiler.foundation.packed_content import Content, content_bytes, content_digest
from compiler.foundation.provenance import ComputedValue
from compiler.plan.planned_units import PlannedFile
from compiler.resolve.digests import bytes_digest
from compiler.source.read_log import ReadLog, Remembered
from compiler.source.tree import Tree
from compiler.spec.language import iter_strings
from compiler.spec.merge_rules import ANY_KEY


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file as it is to be written."""

    path: str
    content: Content
    emitter: str
    sources: tuple[str, ...]
    commit_path: str | None = None


class UnitContents:
    """Adds the contents of a unit to contexts; keeps the digests of sources, since units share many."""

    def __init__(self, tree: Tree, reads: ReadLog) -> None:
        self._tree = tree
        self._reads = reads
        self._digests: dict[str, Remembered[str]] = {}

    def add_to(
        self, file: PlannedFile, rendered_files: Sequence[RenderedFile], unit_files: Sequence[PlannedFile]
    ) -> PlannedFile:
        """A file whose context lists the files that were rendered before it."""
        unit_value: Object = {}
        match file.context.get("unit"):
            case ComputedValue(dict(value)):
                unit_value = value
        file_entries: list[Json] = [
            {
                "path": entry.path,
                "commitPath": entry.commit_path or entry.path,
                "digest": content_digest(entry.content),
                **({"text": content_bytes(entry.content).decode()} if entry.emitter == file.emitter.id else {}),
            }
            for entry in rendered_files
        ]
        paths = [path for _, path in iter_strings(unit_value, ("sources", ANY_KEY))]
        sources = [{"path": path, "digest": self._digest(path)} for path in paths]
        emitters_by_id = {entry.emitter.id: entry.emitter for entry in unit_files}
        emitters = [
            {"id": id_, "folder": entry.folder, "hash": entry.folder_hash}
            for id_, entry in sorted(emitters_by_id.items())
        ]
        contents = {**unit_value, "files": file_entries, "sources": sources, "emitters": emitters}
        return replace(file, context={**file.context, "unit": ComputedValue(contents, ())})

    def _digest(self, path: str) -> str:
        return self._reads.remember(self._digests, path, lambda: bytes_digest(self._tree.read(path)))

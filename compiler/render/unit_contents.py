"""The contents of a unit, for its files that are rendered last: earlier files, sources and emitters, with their digests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compiler.foundation.json_data import Json, as_list, as_object, as_str
from compiler.foundation.provenance import ComputedValue
from compiler.plan.planned_units import PlannedFile
from compiler.resolve.digests import bytes_digest
from compiler.source.tree import Tree


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file as it is to be written."""

    path: str
    content: bytes
    emitter: str
    sources: tuple[str, ...]
    commit_path: str | None = None


class UnitContents:
    """Adds the contents of a unit to contexts; keeps the digests of sources, since units share many."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._digests: dict[str, str] = {}

    def add_to(
        self, file: PlannedFile, rendered_files: Sequence[RenderedFile], unit_files: Sequence[PlannedFile]
    ) -> PlannedFile:
        """A file whose context lists the files that were rendered before it."""
        item = file.context.get("unit")
        unit_value = as_object(item.value) if isinstance(item, ComputedValue) else {}
        file_entries: list[Json] = [
            {"path": entry.path, "commitPath": entry.commit_path or entry.path, "digest": bytes_digest(entry.content)}
            for entry in rendered_files
        ]
        sources = [{"path": path, "digest": self._digest(as_str(path))} for path in as_list(unit_value.get("sources"))]
        emitters_by_id = {entry.emitter.id: entry.emitter for entry in unit_files}
        emitters = [
            {"id": id_, "folder": entry.folder, "hash": entry.folder_hash}
            for id_, entry in sorted(emitters_by_id.items())
        ]
        contents = {**unit_value, "files": file_entries, "sources": sources, "emitters": emitters}
        return replace(file, context={**file.context, "unit": ComputedValue(contents, ())})

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = bytes_digest(self._tree.read(path))
        return self._digests[path]

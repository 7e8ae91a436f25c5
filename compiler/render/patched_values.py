"""What patches change in a file, value by value: from the template's value to the final one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Pointer, value_or_none
from compiler.plan.planned_units import PlannedFile
from compiler.render.patches import PatchedObjects, merge_pointer, rendered_pointer
from compiler.render.strategic_merge import StrategicMerge


@dataclass(frozen=True, slots=True)
class PatchedValue:
    """A value that a patch adds, replaces or removes (`None`: there is no value)."""

    rendered_pointer: Pointer | None
    """Where the template rendered it; `None` if it did not."""
    pointer: Pointer | None
    """Where it is in the end; `None` if a later patch removes what contains it."""
    rendered_value: Json
    value: Json
    patch_pointer: Pointer
    """The part of the patch, in the model."""


@dataclass(frozen=True, slots=True)
class PatchedFile:
    """A file with the patches of its model merged."""

    file: PlannedFile
    documents: Sequence[Json]
    text: str
    patched_objects: PatchedObjects

    def rendered_pointer(self, index: int, pointer: Pointer) -> Pointer | None:
        """Where the template rendered a value of a document; `None` if it did not."""
        return rendered_pointer(pointer, [merge for _, merge in self._merges(index)])

    def patched_values(self, index: int) -> Iterator[PatchedValue]:
        """What patches change in a document."""
        merges = self._merges(index)
        for position, (patch_index, merge) in enumerate(merges):
            earlier_merges = [earlier_merge for _, earlier_merge in merges[:position]]
            for change in merge.changes:
                pointers = [change.position[:2]] if change.new is None else change.changed_pointers()
                for original, result in pointers:
                    inner_pointer = result[len(change.position.result) :]
                    final_pointer: Pointer | None = result
                    for _, later_merge in merges[position + 1 :]:
                        final_pointer = final_pointer and later_merge.result_pointer(final_pointer)
                    yield PatchedValue(
                        rendered_pointer(original, earlier_merges),
                        final_pointer,
                        value_or_none(change.old, inner_pointer),
                        value_or_none(change.new, inner_pointer),
                        merge_pointer(patch_index, change.position.patch),
                    )

    def _merges(self, index: int) -> Sequence[tuple[int, StrategicMerge]]:
        return self.patched_objects.merges.get((self.file.path, index), ())

"""What patches change in rendered objects, for explanations of values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Pointer
from compiler.pipeline.session import Session
from compiler.plan.planned_units import PlannedFile, PlannedUnit

if TYPE_CHECKING:
    from compiler.render.patched_values import PatchedFile, PatchedValue
    from compiler.render.template_engine import SourceMap


def find_patched_file(session: Session, unit: PlannedUnit, planned_file: PlannedFile) -> PatchedFile | None:
    """A file with the patches of its model; `None` if it has none, or the file is of a later phase."""
    model = planned_file.model
    if model is None or not model.data.get("deploy", {}).get("patches"):
        return None
    files = session.render_stage.patch_unit(unit)
    return next((file for file in files if file.file.path == planned_file.path), None)


def patched_field_values(
    session: Session, name: str, environment: str | None, field: Pointer
) -> Iterator[tuple[str, PatchedValue, Location]]:
    """The values in files of a model that come from a field, or from one below it, and that patches change, with the line of the patch."""
    model = session.fleet.model(name, environment) if environment else None
    if model is None or not model.data.get("deploy", {}).get("patches"):
        return
    for unit in session.plan_units(lambda model_name, stage: (model_name, stage) == (name, environment)):
        for file in session.render_stage.patch_unit(unit):
            rendering = session.render_stage.renderer.render_with_source_map(file.file)
            source_map = {} if isinstance(rendering, tuple) else rendering.source_map or {}
            for index in range(len(file.documents)):
                for change in file.patched_values(index):
                    if change.rendered_pointer and _comes_from(source_map, (index, change.rendered_pointer), field):
                        yield file.file.path, change, model.location(change.patch_pointer)


def _comes_from(source_map: SourceMap, value: tuple[int, Pointer], field: Pointer) -> bool:
    """Whether a value of a file, or one below it, comes from a field of the model, or from one below it."""
    index, pointer = value
    return any(
        origin.root == "model" and origin.pointer[: len(field)] == field
        for (document_index, other), origins in source_map.items()
        if document_index == index and other[: len(pointer)] == pointer
        for origin in origins
    )


def removing_patch(patched_file: PatchedFile, pointer: Pointer) -> str | None:
    """Where the patch is that removes a value or what contains it, as a sentence; `None` if no patch does."""
    model = patched_file.file.model
    for index in range(len(patched_file.documents)):
        for change in patched_file.patched_values(index):
            if model and change.value is None and change.pointer and pointer[: len(change.pointer)] == change.pointer:
                location = model.location(change.patch_pointer)
                return f"it is removed at {location.path}:{location.line}:{location.column}"
    return None

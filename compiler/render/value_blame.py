"""From a value of a rendered object to the line of the spec that it came from."""

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note, Subject
from compiler.foundation.json_data import Pointer
from compiler.foundation.provenance import Origin
from compiler.plan.planned_units import PlannedFile
from compiler.render.file_renderer import FileRenderer
from compiler.render.origin_locations import origin_location
from compiler.render.patches import PatchOrigins
from compiler.render.template_engine import SourceMap
from compiler.resolve.fleet import Fleet
from compiler.templating.template_errors import TemplateProblem


class ValueBlame:
    """Locates values by the source maps of their files."""

    def __init__(self, fleet: Fleet, renderer: FileRenderer) -> None:
        self._fleet = fleet
        self._renderer = renderer
        self.patch_origins: PatchOrigins = {}
        """What patches set in the files that are checked at present."""

    def locate(self, file: PlannedFile, index: int, pointer: Pointer) -> tuple[Location | None, Origin]:
        """The location and the origin of a value: of its patch, else its first origin, else that of a value below or above it."""
        patch = self.patch_origins.get((file.path, index), {}).get(pointer)
        if file.model is not None and patch is not None:
            return file.model.location(patch), Origin("model", patch)
        origin = _nearest_origin(self.source_map(file), index, pointer)
        return (None, Origin("")) if origin is None else (origin_location(self._fleet, file, origin)[0], origin)

    def source_map(self, file: PlannedFile) -> SourceMap:
        """The origins of the values in a file, which is rendered again for them."""
        rendering = self._renderer.render_with_source_map(file)
        return {} if isinstance(rendering, tuple) else rendering.source_map or {}

    def problem_finding(self, file: PlannedFile, problem: TemplateProblem) -> Finding:
        """A problem of a template at the line of the spec that its value came from, else at the line of the template.

        A finding at the template's line names the file in a note only, so that it is the same finding for all files.
        """
        template_location = Location(f"{file.emitter.folder}/{problem.template}", problem.line, 1, problem.line, 1)
        for origin in problem.origins:
            location, _ = origin_location(self._fleet, file, origin)
            if location is not None:
                note = Note("inserted by this template", template_location)
                message = f"{file.path}: {problem.message}"
                return Finding(
                    codes.TEMPLATE_ERROR, message, location, finding_subject(file, origin), problem.help, (note,)
                )
        subject = Subject("Emitter", file.emitter.id, None, (problem.template, problem.line))
        file_location = file.model.location(("name",)) if file.model else file.emitter.location(file.rule.pointer)
        file_note = Note(f"while rendering {file.path}", file_location)
        return Finding(codes.TEMPLATE_ERROR, problem.message, template_location, subject, problem.help, (file_note,))


def _nearest_origin(source_map: SourceMap, index: int, pointer: Pointer) -> Origin | None:
    while True:
        origins = source_map.get((index, pointer), ())
        if origins:
            return origins[0]
        if not pointer:
            return None
        nested_origins = [
            member_origins
            for (document_index, key), member_origins in source_map.items()
            if document_index == index and key[: len(pointer)] == pointer and member_origins
        ]
        if nested_origins:
            return nested_origins[0][0]
        pointer = pointer[:-1]


def environment_name(file: PlannedFile) -> str | None:
    """The environment of the model that a file is of."""
    model = file.model
    return model.environment.name if model and model.environment else None


def finding_subject(file: PlannedFile, origin: Origin) -> Subject:
    """The subject of a finding about a value: the model that the file is of, or the document that defines the value."""
    if file.model is not None:
        return Subject("Model", file.model.name, environment_name(file), origin.pointer)
    kind, _, name = origin.root.partition("/")
    return Subject(kind if name else "Project", name, None, origin.pointer)

"""From planned files to bytes: rendered, patched, checked against the schema of their consumer, dumped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note, Subject
from compiler.foundation.json_data import (
    Json,
    Object,
    Pointer,
    as_list,
    as_object,
    as_str,
    format_path,
)
from compiler.foundation.provenance import ComputedValue, DocumentValue, Origin
from compiler.json_schema import SchemaViolation, apply_defaults
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.planning import PlannedFile, PlannedUnit
from compiler.policy.baseline import is_policy_finding
from compiler.policy.policy_engine import PolicyEngine
from compiler.render.content_uuid import assign_content_ids
from compiler.render.origin_locations import origin_location
from compiler.render.output_formats import dump, format_of, with_header
from compiler.render.output_schemas import OutputSchema, OutputSchemas
from compiler.render.patches import DocumentsByFile, apply_patches, patch_pointer
from compiler.render.template_engine import FilledTemplate, RenderedTemplate, TemplateEngine
from compiler.resolve.digests import bytes_digest
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree
from compiler.templating.context_views import to_views
from compiler.templating.template_errors import TemplateProblem


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file as it is to be written."""

    path: str
    content: bytes
    emitter: str
    sources: tuple[str, ...]
    commit_path: str | None = None


class RenderStage:
    """Renders what is planned; keeps compiled templates, skeletons and schemas for one run."""

    def __init__(
        self, tree: Tree, fleet: Fleet, templates: EmitterTemplates, policies: PolicyEngine | None = None
    ) -> None:
        self._tree = tree
        self._digests: dict[str, str] = {}
        self._fleet = fleet
        self._templates = templates
        self._policies = policies
        self._output_schemas = OutputSchemas(tree, fleet.portfolio.folder("schemas"))
        self._engines: dict[str, TemplateEngine] = {}
        self._files_without_schema: dict[str, PlannedFile] = {}

    def render_unit(self, unit: PlannedUnit) -> tuple[tuple[RenderedFile, ...], list[Finding]]:
        """The files of a unit, and what was wrong with them; no file where one could not be made, or no consumer takes it.

        What a policy refuses is made: whether that counts is for those who know the baseline.
        """
        files: list[RenderedFile] | None = []
        findings: list[Finding] = []
        for phase in sorted({file.rule.phase for file in unit.files}):
            previous_files = files or []
            if files is None or (phase and not previous_files):
                break
            phase_files = [file for file in unit.files if file.rule.phase == phase]
            new_files, new_findings = self._render_files(
                [self._with_unit_files(file, previous_files, unit.files) for file in phase_files]
                if phase
                else phase_files
            )
            files, findings = (
                (previous_files + new_files if new_files is not None else None),
                [*findings, *new_findings],
            )
        is_complete = files is not None and all(
            is_policy_finding(finding) or not finding.is_blocking for finding in findings
        )
        return (tuple(files or ()) if is_complete else ()), findings

    def _render_files(self, planned_files: Sequence[PlannedFile]) -> tuple[list[RenderedFile] | None, list[Finding]]:
        """The files, checked; nothing where a template could not be filled."""
        findings: list[Finding] = []
        filled_templates: list[FilledTemplate] = []
        for file in planned_files:
            filled_template = self._fill(file)
            if isinstance(filled_template, tuple):
                findings += [self._problem_finding(file, problem) for problem in filled_template]
            else:
                filled_templates.append(filled_template)
        if findings:
            return None, findings
        objects, findings = self._apply_patches(planned_files, filled_templates)
        objects = [
            assign_content_ids(file.rule.content_id, file_documents)
            for file, file_documents in zip(planned_files, objects, strict=True)
        ]
        files: list[RenderedFile] = []
        for file, filled_template, documents in zip(planned_files, filled_templates, objects, strict=True):
            findings += self._validate_schema(file, documents)
            findings += self._evaluate_policies(file, documents)
            text = _file_text(file, filled_template, documents)
            files.append(RenderedFile(file.path, text.encode(), file.emitter.id, file.sources, file.commit_path))
        return files, findings

    def render_with_source_map(self, file: PlannedFile) -> RenderedTemplate | tuple[TemplateProblem, ...]:
        """A file rendered once more, with what each of its values was made of."""
        rule = file.rule
        return self._engine(file.emitter).render(
            rule.template,
            to_views(file.context),
            format=rule.format,
            header=_header_text(file),
            languages=rule.languages,
            trace=True,
        )

    def origin_location(self, file: PlannedFile, origin: Origin) -> tuple[Location | None, Json]:
        """Where an origin of a file's value stands, and what stands there."""
        return origin_location(self._fleet, file, origin)

    def unchecked_findings(self) -> Iterator[Finding]:
        """One remark for each kind of output that no schema was at hand for."""
        extras = self._output_schemas.missing_extras()
        for key, file in sorted(self._files_without_schema.items()):
            install = f"install modelyard[{','.join(extras)}], or " if extras else ""
            help_ = f"{install}keep its definition in the project's schemas/crds/"
            location = file.emitter.location((*file.rule.pointer, "schema"))
            message = f"{key} was rendered and not checked: there is no schema of it here"
            yield Finding(
                codes.NO_OUTPUT_SCHEMA, message, location, file.emitter.finding_subject(("schema", key)), help_
            )

    def _engine(self, emitter: Emitter) -> TemplateEngine:
        if emitter.id not in self._engines:
            self._engines[emitter.id] = TemplateEngine(self._templates.templates_of(emitter))
        return self._engines[emitter.id]

    def _fill(self, file: PlannedFile) -> FilledTemplate | tuple[TemplateProblem, ...]:
        rule = file.rule
        views = to_views(file.context)
        return self._engine(file.emitter).fill(rule.template, views, format=rule.format, languages=rule.languages)

    def _with_unit_files(
        self, file: PlannedFile, files: Sequence[RenderedFile], unit: Sequence[PlannedFile]
    ) -> PlannedFile:
        """A file that is made last, with what was made before it, by whom and from what."""
        item = file.context.get("unit")
        unit_value = as_object(item.value) if isinstance(item, ComputedValue) else {}
        file_entries: list[Json] = [
            {"path": entry.path, "place": entry.commit_path or entry.path, "digest": bytes_digest(entry.content)}
            for entry in files
        ]
        sources = [{"path": path, "digest": self._digest(as_str(path))} for path in as_list(unit_value.get("sources"))]
        emitters_by_id = {entry.emitter.id: entry.emitter for entry in unit}
        emitters = [
            {"id": id_, "folder": entry.folder, "hash": entry.folder_hash}
            for id_, entry in sorted(emitters_by_id.items())
        ]
        unit_context = {**unit_value, "files": file_entries, "sources": sources, "emitters": emitters}
        return replace(file, context={**file.context, "unit": ComputedValue(unit_context, ())})

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = bytes_digest(self._tree.read(path))
        return self._digests[path]

    def _apply_patches(
        self, planned_files: Sequence[PlannedFile], filled_templates: list[FilledTemplate]
    ) -> tuple[DocumentsByFile, list[Finding]]:
        """What a target made of a model with the model's patches in it; nobody patches what is made for all."""
        objects = [list(filled_template.documents) for filled_template in filled_templates]
        target_file = next((file for file in planned_files if file.emitter.is_target), None)
        return apply_patches(target_file.model, objects) if target_file and target_file.model else (objects, [])

    def _validate_schema(self, file: PlannedFile, documents: list[Json]) -> Iterator[Finding]:
        key = file.rule.schema
        if key is None:
            return
        schema = self._output_schemas.schema_for(file.emitter, key, _environment_data(file))
        if schema is None:
            self._files_without_schema.setdefault(key, file)
            return
        for index, document in enumerate(documents):
            for violation in _schema_violations(schema, document):
                yield self._violation_finding(file, index, document, violation)

    def _evaluate_policies(self, file: PlannedFile, documents: list[Json]) -> Iterator[Finding]:
        """What policies on rendered objects say; a record is none of them."""
        if self._policies is None or file.model is None or file.rule.scope != "deployment":
            return
        for index, document in enumerate(documents):
            if not isinstance(document, Mapping):
                continue

            def blame_location(
                pointer: Pointer, document_index: int = index, rendered_document: Json = document
            ) -> tuple[Pointer, Location] | None:
                location, origin = self._blame(file, document_index, rendered_document, pointer)
                return (origin.pointer, location) if location is not None else None

            yield from self._policies.evaluate_object(file.model, file.path, document, blame_location)

    def _violation_finding(self, file: PlannedFile, index: int, document: Json, violation: SchemaViolation) -> Finding:
        """A violation at the line of the spec that the value came from; at the template where no spec is to blame."""
        field_path = format_path(violation.pointer)
        message = f"{file.path}: {f'{field_path}: ' if field_path else ''}{violation.message}"
        template_note = Note("made by this template", Location(f"{file.emitter.folder}/{file.rule.template}"))
        location, origin = self._blame(file, index, document, violation.pointer)
        if location is None:
            subject = Subject(
                "Emitter", file.emitter.id, _environment_name(file), (file.rule.template, *violation.pointer)
            )
            return Finding(codes.OUTPUT_INVALID, message, template_note.location, subject, violation.help)
        return Finding(
            codes.OUTPUT_INVALID, message, location, _finding_subject(file, origin), violation.help, (template_note,)
        )

    def _blame(self, file: PlannedFile, index: int, document: Json, pointer: Pointer) -> tuple[Location | None, Origin]:
        """Where a place of what was rendered came from: the first of its origins, or one of what is below it or above."""
        if file.model is not None:
            patch = patch_pointer(file.model, document, pointer)
            if patch is not None:
                return file.model.location(patch), Origin("model", patch)
        rendering = self.render_with_source_map(file)
        source_map = {} if isinstance(rendering, tuple) else rendering.source_map or {}
        while True:
            origins = source_map.get((index, pointer), ())
            if origins:
                return self.origin_location(file, origins[0])[0], origins[0]
            nested_origins = [
                member_origins
                for (document_index, key), member_origins in source_map.items()
                if document_index == index and key[: len(pointer)] == pointer and member_origins
            ]
            if nested_origins and pointer:
                return self.origin_location(file, nested_origins[0][0])[0], nested_origins[0][0]
            if not pointer:
                return None, Origin("")
            pointer = pointer[:-1]

    def _problem_finding(self, file: PlannedFile, problem: TemplateProblem) -> Finding:
        template_location = Location(f"{file.emitter.folder}/{problem.template}", problem.line, 1, problem.line, 1)
        message = f"{file.path}: {problem.message}"
        for origin in problem.origins:
            location, _ = self.origin_location(file, origin)
            if location is not None:
                note = Note("placed by this template", template_location)
                return Finding(
                    codes.TEMPLATE_ERROR, message, location, _finding_subject(file, origin), problem.help, (note,)
                )
        subject = Subject("Emitter", file.emitter.id, _environment_name(file), (problem.template, problem.line))
        return Finding(codes.TEMPLATE_ERROR, message, template_location, subject, problem.help)


def _environment_name(file: PlannedFile) -> str | None:
    model = file.model
    return model.environment.name if model and model.environment else None


def _finding_subject(file: PlannedFile, origin: Origin) -> Subject:
    """What a finding about a value is about: the model that the file is of, or the document that says the value."""
    if file.model is not None:
        return Subject("Model", file.model.name, _environment_name(file), origin.pointer)
    kind, _, name = origin.root.partition("/")
    return Subject(kind if name else "Project", name, None, origin.pointer)


def _environment_data(file: PlannedFile) -> Object:
    """What the Environment says that the file is for; empty for one of no environment."""
    if file.model is not None:
        return file.model.environment.data if file.model.environment else {}
    environment = file.context.get("environment")
    return environment.data if isinstance(environment, DocumentValue) else {}


def _file_text(file: PlannedFile, filled_template: FilledTemplate, documents: list[Json]) -> str:
    if filled_template.text is not None:
        return with_header(filled_template.text, format_of(file.rule.format), _header_text(file))
    return dump(documents, file.rule.format, _header_text(file), filled_template.comments)


def _header_text(file: PlannedFile) -> str:
    source = file.model.spec.document.path if file.model else file.sources[0] if file.sources else "the project"
    return f"Made by modelyard from {source}: edit that instead."


def _schema_violations(schema: OutputSchema, document: Json) -> tuple[SchemaViolation, ...]:
    full_document = (
        apply_defaults(schema.defaulting_schema, document) if schema.defaulting_schema is not None else document
    )
    return schema.validator.violations(full_document)

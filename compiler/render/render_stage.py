"""The stage that renders planned units: fill templates, apply patches, check the objects, write them as text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json
from compiler.foundation.rows import RowsReadError
from compiler.foundation.timings import Timings
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.planned_units import PlannedFile, PlannedUnit
from compiler.plan.planning import PlannedModel, SharedNeeds
from compiler.policy.baseline import is_policy_finding
from compiler.policy.model_evaluation import ModelEvaluation
from compiler.policy.policy_engine import PolicyEngine
from compiler.render.content_uuid import assign_content_ids
from compiler.render.file_renderer import FileRenderer, file_text
from compiler.render.object_context import ObjectContext
from compiler.render.output_checks import OutputValidator, object_policy_findings
from compiler.render.output_schemas import OutputSchemas
from compiler.render.patched_values import PatchedFile
from compiler.render.patches import ObjectSources, PatchedObjects, apply_patches
from compiler.render.row_files import RowFile, holds_rows, row_file
from compiler.render.template_engine import FilledTemplate
from compiler.render.unit_contents import RenderedFile, UnitContents
from compiler.render.value_blame import ValueBlame
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree


@dataclass(frozen=True, slots=True)
class RenderNotes:
    """What could not be validated, by key; and the evaluation of policies on objects, which knows their usage."""

    notices: Mapping[str, Finding]
    evaluation: ModelEvaluation


class RenderStage:
    """Renders units one after the other; its parts keep what they compiled for one run."""

    def __init__(
        self, tree: Tree, fleet: Fleet, templates: EmitterTemplates, policies: PolicyEngine, timings: Timings
    ) -> None:
        self.renderer = FileRenderer(templates)
        self._policies = policies
        self._timings = timings
        self._evaluation = policies.start_evaluation()
        self._blame = ValueBlame(fleet, self.renderer)
        output_schemas = OutputSchemas(tree, fleet.portfolio.folder("schemas"))
        environments = fleet.portfolio.by_kind("Environment")
        self._validator = OutputValidator(output_schemas, self._blame, environments)
        self._unit_contents = UnitContents(tree, fleet.reads)
        self.object_context = ObjectContext(tree, fleet, policies)
        self.object_documents: list[Json] = []
        """The objects of the unit that was rendered last."""

    def render_unit(self, unit: PlannedUnit) -> tuple[tuple[RenderedFile, ...], list[Finding]]:
        """The files of a unit and their findings; no file where a finding blocks.

        Violations of policies do not count here: the caller knows the baseline.
        """
        files: list[RenderedFile] | None = []
        findings: list[Finding] = []
        self.object_documents = []
        for phase in sorted({file.rule.phase for file in unit.files}):
            previous_files = files or []
            if files is None or (phase and not previous_files):
                break
            phase_files = [file for file in unit.files if file.rule.phase == phase]
            if phase:
                phase_files = [self._unit_contents.add_to(file, previous_files, unit.files) for file in phase_files]
            new_files, new_findings = self._render_files(phase_files)
            files = previous_files + new_files if new_files is not None else None
            findings += new_findings
        is_complete = files is not None and all(
            is_policy_finding(finding) or not finding.is_blocking for finding in findings
        )
        return (tuple(files or ()) if is_complete else ()), findings

    def plan_with_objects(self, model: str, plan: PlannedModel, needs: SharedNeeds) -> PlannedModel:
        """The plan without its units, but with facts about the objects of the model where files read them, which it renders for that."""
        facts: dict[str, bytes] = {}
        for unit in (*plan.units, *plan.other_units):
            environment = unit.id.partition("/")[0]
            if environment in needs.environments_reading_objects:
                self.render_unit(unit)
                facts[environment] = self.object_context.facts(model, environment, self.object_documents)
        return replace(plan, units=(), other_units=(), objects=facts)

    @contextmanager
    def collecting(self) -> Iterator[RenderNotes]:
        """Collect what is to be known, besides files and findings, of what is rendered meanwhile."""
        self._evaluation = self._policies.start_evaluation()
        with self._validator.collecting_notices() as notices:
            yield RenderNotes(notices, self._evaluation)

    def _render_files(self, planned_files: Sequence[PlannedFile]) -> tuple[list[RenderedFile] | None, list[Finding]]:
        """The files, checked; `None` where a template could not be filled."""
        filled_templates, findings = self._fill_templates(planned_files)
        if findings:
            return None, findings
        patched_objects = self._apply_patches(planned_files, filled_templates)
        objects, findings = patched_objects.documents, patched_objects.findings
        files: list[RenderedFile] = []
        for file, filled_template, patched_documents in zip(planned_files, filled_templates, objects, strict=True):
            if holds_rows(file) and (rows := row_file(file.rule.format, filled_template)) is not None:
                files.append(self._render_rows(file, rows))
                continue
            documents = assign_content_ids(file.rule.content_id, patched_documents)
            findings += self._validator.findings(file, documents)
            findings += object_policy_findings(self._evaluation, self._blame, file, documents)
            if file.rule.is_resource and file.commit_path is None:
                self.object_documents += documents
            with self._timings.measure("emitter", file.emitter.id):
                text = file_text(file, filled_template, documents)
            files.append(RenderedFile(file.path, text.encode(), file.emitter.id, file.sources, file.commit_path))
        return files, findings

    def patch_unit(self, unit: PlannedUnit) -> tuple[PatchedFile, ...]:
        """The files of a unit that patches can change, with what they change; none where a template could not be filled."""
        planned_files = [file for file in unit.files if not file.rule.phase]
        filled_templates, findings = self._fill_templates(planned_files)
        if findings:
            return ()
        patched_objects = self._apply_patches(planned_files, filled_templates)
        return tuple(
            PatchedFile(file, documents, file_text(file, filled_template, documents), patched_objects)
            for file, filled_template, documents in zip(
                planned_files, filled_templates, patched_objects.documents, strict=True
            )
        )

    def _render_rows(self, file: PlannedFile, rows: RowFile) -> RenderedFile:
        """A file with rows that are not in memory; raises `RowsReadError` if they are needed, for example for a finding."""
        schema = self._validator.output_schema_of(file)
        has_defaults = schema is not None and schema.defaulting_schema is not None
        findings = self._validator.findings(file, rows.documents_without_rows)
        if file.rule.content_id is not None or has_defaults or any(True for _ in findings):
            raise RowsReadError
        with self._timings.measure("emitter", file.emitter.id):
            content = rows.render(schema.validator, schema.schema) if schema else rows.render(None, {})
        return RenderedFile(file.path, content, file.emitter.id, file.sources, file.commit_path)

    def _apply_patches(
        self, planned_files: Sequence[PlannedFile], filled_templates: Sequence[FilledTemplate]
    ) -> PatchedObjects:
        """The objects of a target with the model's patches; other emitters' objects cannot be patched alone."""
        objects = [list(filled_template.documents) for filled_template in filled_templates]
        target_file = next((file for file in planned_files if file.emitter.is_target), None)
        self._blame.patch_origins = {}
        if target_file is None or target_file.model is None:
            return PatchedObjects(objects)
        sources = ObjectSources(self._validator.schema_of, self._blame.source_map)
        patched_objects = apply_patches(target_file.model, planned_files, objects, sources)
        self._blame.patch_origins = patched_objects.origins
        return patched_objects

    def _fill_templates(self, planned_files: Sequence[PlannedFile]) -> tuple[list[FilledTemplate], list[Finding]]:
        filled_templates: list[FilledTemplate] = []
        findings: list[Finding] = []
        for file in planned_files:
            with self._timings.measure("emitter", file.emitter.id):
                filled_template = self.renderer.fill(file)
            if isinstance(filled_template, tuple) and holds_rows(file):
                raise RowsReadError
            if isinstance(filled_template, tuple):
                findings += [self._blame.problem_finding(file, problem) for problem in filled_template]
            else:
                filled_templates.append(filled_template)
        return filled_templates, findings

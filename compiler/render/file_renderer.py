"""Renders a planned file to data and text."""

from compiler.foundation.json_data import Json
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.planned_units import PlannedFile
from compiler.render.output_formats import dump, format_of, with_header
from compiler.render.template_engine import FilledTemplate, RenderedTemplate, TemplateEngine
from compiler.templating.context_views import SharedViews, to_views
from compiler.templating.template_set import TemplateProblems


class FileRenderer:
    """Keeps an engine for each emitter, with its parsed skeletons."""

    def __init__(self, templates: EmitterTemplates) -> None:
        self._templates = templates
        self._engines: dict[str, TemplateEngine] = {}
        self._views = SharedViews()

    def fill(self, file: PlannedFile) -> FilledTemplate | TemplateProblems:
        """The data of a file, which patches can still change."""
        rule = file.rule
        return self._engine(file.emitter).fill(
            rule.template, self._views.of(file.context), format=rule.format, languages=rule.languages
        )

    def render_with_source_map(self, file: PlannedFile) -> RenderedTemplate | TemplateProblems:
        """Render a file again with the origins of each value, which few files need."""
        rule = file.rule
        return self._engine(file.emitter).render(
            rule.template,
            to_views(file.context),
            format=rule.format,
            header=_header_text(file),
            languages=rule.languages,
            trace=True,
        )

    def _engine(self, emitter: Emitter) -> TemplateEngine:
        if emitter.id not in self._engines:
            self._engines[emitter.id] = TemplateEngine(self._templates.templates_of(emitter))
        return self._engines[emitter.id]


def file_text(file: PlannedFile, filled_template: FilledTemplate, documents: list[Json]) -> str:
    """The text of a file below its header: from the template, or the documents in the file's format."""
    if filled_template.text is not None:
        return with_header(filled_template.text, format_of(file.rule.format), _header_text(file))
    return dump(documents, file.rule.format, _header_text(file), filled_template.comments)


def _header_text(file: PlannedFile) -> str:
    source = file.model.spec.document.path if file.model else file.sources[0] if file.sources else "the project"
    return f"Made by modelyard from {source}: edit that instead."

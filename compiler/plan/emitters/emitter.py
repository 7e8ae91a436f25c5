"""A loaded emitter: its description, its templates, and the digest of its folder."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from compiler.diagnostics.finding import Finding, Location, Subject
from compiler.foundation.json_data import Object, Pointer
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.structural import apply_defaults
from compiler.json_schema.validator import Validator
from compiler.source.document import Document
from compiler.spec.data_types import (
    CanaryPartData,
    EmitterData,
    EmitterSelectorData,
    EmitterSettingData,
    FileData,
    ImageData,
    ProjectData,
)
from compiler.spec.language import Annotation, annotations_by_keyword

if TYPE_CHECKING:
    from compiler.templating.template_set import TemplateSet

_INCLUDE = re.compile(r"""\[%-?\s*(?:include|import|from)\s+["']([^"']+)["']""")


@dataclass(frozen=True, slots=True)
class FileRule:
    """A file that an emitter renders: an entry of `files` in emitter.yaml."""

    index: int
    path: str
    commit_path: str | None
    template: str
    scope: str
    condition: str | None
    phase: int
    format: str
    content_id: str | None
    schema: str | None
    fallback_schema: str | None
    is_resource: bool
    delimiters: str
    languages: Mapping[str, str]
    canary_parts: tuple[CanaryPartData, ...] = ()
    list_map_keys: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def pointer(self) -> Pointer:
        """The pointer to the entry in emitter.yaml."""
        return ("files", self.index)


@dataclass(frozen=True)
class Emitter:
    """A folder of templates; `is_builtin` if it comes with Modelyard, not from the project."""

    id: str
    group: str
    folder: str
    is_builtin: bool
    document: Document
    data: EmitterData
    templates: Mapping[str, str]
    schemas: Mapping[str, Object]
    files: tuple[FileRule, ...]
    digest: str
    folder_hash: str

    @property
    def json(self) -> Object:
        """The content of emitter.yaml as plain JSON."""
        return self.document.data

    @property
    def title(self) -> str:
        """The title."""
        return self.data["title"]

    def validator(self, schema: str) -> Validator:
        """The compiled validator of one of its schemas."""
        if schema not in self._validators:
            self._validators[schema] = Validator(self.schemas[schema], is_deferred=True)
        return self._validators[schema]

    @cached_property
    def _validators(self) -> dict[str, Validator]:
        return {}

    @cached_property
    def model_selector(self) -> EmitterSelectorData:
        """The models that it supports."""
        return self.data.get("supports", {})

    @cached_property
    def has_requirements(self) -> bool:
        """Whether it has requirements that a model or environment can fail."""
        data = self.data
        return bool(
            data.get("requires")
            or data.get("unsupported")
            or data.get("limitations")
            or data.get("images")
            or data.get("enforces")
            or data.get("inputs")
            or "when" in self.model_selector
        )

    @cached_property
    def template_set(self) -> "TemplateSet":
        """Its compiled templates; Jinja is imported by the first that needs them, since most checks need none."""
        from compiler.templating.template_set import TemplateSet  # noqa: PLC0415 - most checks render nothing, and loading Jinja is slow

        return TemplateSet(self.templates, delimiters=self._square_templates())

    def _square_templates(self) -> dict[str, str]:
        """The templates with square delimiters: those of file rules that set them, and the fragments that they include."""
        delimiters: dict[str, str] = {}
        queue = [rule.template for rule in self.files if rule.delimiters == "square"]
        while queue:
            name = queue.pop()
            if name not in delimiters:
                delimiters[name] = "square"
                queue += _INCLUDE.findall(self.templates.get(name, ""))
        return delimiters

    @cached_property
    def images(self) -> tuple[ImageData, ...]:
        """The images that it needs, each with its `name` and optionally a condition `when`."""
        return tuple(self.data.get("images", ()))

    @property
    def option_schema(self) -> Object:
        """The schema of its options; an emitter that declares none accepts none."""
        return self.data.get("options", {}) or {"type": "object", "additionalProperties": False}

    @cached_property
    def option_validator(self) -> Validator:
        """Validates options as a model or the project writes them."""
        return Validator(self.option_schema, is_deferred=True)

    @cached_property
    def option_quantities(self) -> tuple[Annotation, ...]:
        """Where its options have quantities, and their kinds."""
        schema = SchemaNode(self.option_schema)
        return annotations_by_keyword(schema, schema).get("x-modelyard-quantity", ())

    @cached_property
    def default_options(self) -> Object:
        """The options of a model that sets none."""
        return self.options_with_defaults({})

    def options_with_defaults(self, values: Object) -> Object:
        """The options that a model sets, with defaults for the others."""
        schema = self.data.get("options")
        return apply_defaults(schema, values) if schema else values

    @property
    def adoptable_fields(self) -> frozenset[str]:
        """The properties of live objects that it can adopt."""
        return frozenset(self.data.get("adoptable", ()))

    @property
    def is_target(self) -> bool:
        """Whether models select it with `deploy.target`."""
        return self.group == TARGETS

    @property
    def is_last_phase_only(self) -> bool:
        """Whether all its files are rendered after others, because they describe them."""
        return all(rule.phase for rule in self.files)

    def may_read(self, variable: str) -> bool:
        """Whether a template or a path may read a name; values that are expensive to compute are only computed if so."""
        paths = (text for rule in self.files for text in (rule.path, rule.commit_path or ""))
        return any(re.search(rf"\b{variable}\b", text) for text in (*self.templates.values(), *paths))

    def location(self, pointer: Pointer) -> Location:
        """A location in emitter.yaml; the path of a shipped one says where it is in the package."""
        return self.document.location(pointer)

    def finding_subject(self, pointer: Pointer = ()) -> Subject:
        """The emitter as the subject of findings."""
        return Subject("Emitter", self.id, None, pointer)


TARGETS = "targets"
"""The folder of emitters that models select with `deploy.target`."""

_FORMATS = {
    ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".md": "markdown", ".html": "html",
    ".sh": "shell",
}  # fmt: skip


def file_rules(data: EmitterData) -> tuple[FileRule, ...]:
    """The entries of `files` with their defaults."""
    return tuple(_file_rule(index, entry) for index, entry in enumerate(data["files"]))


def _file_rule(index: int, entry: FileData) -> FileRule:
    path = entry["path"]
    extension = "." + path.rpartition(".")[2]
    return FileRule(
        index=index,
        path=path,
        commit_path=entry.get("commitPath"),
        template=entry["template"],
        scope=entry.get("scope", "deployment"),
        condition=entry.get("when"),
        phase=entry.get("phase", 0),
        format=entry.get("format") or _FORMATS.get(extension, "text"),
        content_id=entry.get("contentId"),
        schema=entry.get("schema"),
        fallback_schema=entry.get("fallbackSchema"),
        is_resource=entry.get("resource") is not False,
        delimiters=entry.get("delimiters", "curly"),
        languages=entry.get("languages", {}),
        canary_parts=tuple(entry.get("canaryParts", ())),
        list_map_keys=entry.get("listMapKeys", {}),
    )


@dataclass(frozen=True)
class Emitters:
    """Every emitter by id, findings about their folders, and the known capabilities."""

    by_id: Mapping[str, Emitter]
    capability_schema: Object
    findings: tuple[Finding, ...]
    broken_ids: frozenset[str] = frozenset()
    """The ids of emitters with errors: naming one of them is not a second mistake."""

    @property
    def target_ids(self) -> tuple[str, ...]:
        """The ids that `deploy.target` accepts."""
        return tuple(sorted(emitter.id for emitter in self.by_id.values() if emitter.is_target))


def enabled_addons(project: ProjectData, emitters: Emitters) -> Iterator[Emitter]:
    """The enabled emitters that no model names: enabled by the project, or by default."""
    for emitter in emitters.by_id.values():
        is_enabled = emitter_settings(project, emitter).get("enabled", emitter.data.get("enabled", True))
        if not emitter.is_target and is_enabled is not False:
            yield emitter


def emitter_settings(project: ProjectData, emitter: Emitter) -> EmitterSettingData:
    """The project's settings of an emitter."""
    return project.get("emitters", {}).get(emitter.id, {})


def project_emitter_options(project: ProjectData, emitter: Emitter) -> Object:
    """The project's options of an emitter, with its defaults."""
    values = emitter_settings(project, emitter).get("options")
    return emitter.options_with_defaults(values) if values else emitter.default_options

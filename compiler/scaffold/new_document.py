"""A new document of a kind: its text and its path."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, relpath
from types import MappingProxyType

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Object, Pointer
from compiler.foundation.suggestions import hyphenate
from compiler.json_schema.schema_node import SchemaNode
from compiler.scaffold.existing_project import ExistingProject
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, SchemaCatalog
from compiler.scaffold.spec_template import SpecTemplate
from compiler.spec.portfolio import API_VERSION, DEFAULTS_FILE

INITIAL_LIFECYCLE = "development"
INITIAL_VERSION = "0.1.0"
_EXCLUDED_KEYS = frozenset({"previousNames", "retirement", "source", "version"})
"""Keys of a Model that a new one does not need. `version` and `source` name the release of all environments at once."""
_KEYS_BY_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType({"Policy": ("match", "rules")})
"""Keys that a new document of a kind has, although its schema does not require them."""
_POLICY_VALUES: Mapping[Pointer, Json] = MappingProxyType(
    {
        ("title",): "Models in production state their availability",
        ("match", "lifecycle"): ["production"],
        ("rules", 0, "expression"): "has(model.sla.availability)",
        ("rules", 0, "message"): "the availability is missing",
        ("remedy",): "set `sla.availability`",
        ("examples", "good", 0, "model"): {"sla": {"availability": "99.5%"}},
        ("examples", "bad", 0, "model"): {"sla": {"window": "30d"}},
        ("examples", "bad", 0, "path"): "sla.availability",
    }
)
"""A rule that works and passes its tests, to be replaced: an empty one would not show how its parts fit together."""
_TRAILING_KEYS = ("deploy", "environments")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What to create."""

    kind: str
    name: str
    type: str = ""
    owner: str = ""
    target: str = ""
    folder: str = ""


def document_path(document: NewDocument, project: ExistingProject, catalog: SchemaCatalog) -> str:
    """The path of the document; a document with companion files gets a folder of its own."""
    if document.kind == "Defaults":
        return join(document.name, DEFAULTS_FILE)
    if document.kind == "Policy":
        return join(document.folder or f"{project.folder('schemas')}/policies", f"{document.name}.yaml")
    if document.kind != "Model":
        return join(
            document.folder or f"{project.folder('models')}/{hyphenate(document.kind)}s", f"{document.name}.yaml"
        )
    folder = document.folder or project.folder("models")
    source = SchemaNode(catalog.type_schema(document.type)).definition("Source")
    companion_fields = {
        annotation.pointer[1] for annotation in catalog.language.type_language(document.type).companion_files
    }
    has_companions = not companion_fields.isdisjoint(source.required)
    return join(folder, document.name, "spec.yaml") if has_companions else join(folder, f"{document.name}.yaml")


def document_text(document: NewDocument, path: str, project: ExistingProject, catalog: SchemaCatalog) -> str:
    """The document, with the comment that tells editors its schema."""
    is_model = document.kind == "Model"
    schema = SchemaNode(
        _reorder_fields(catalog.type_schema(document.type)) if is_model else catalog.kind_schema(document.kind)
    )
    template = SpecTemplate(
        schema=schema,
        values=_model_values(document, path, project) if is_model else _document_values(document, project, schema),
        required_keys=frozenset(_required_keys(path, project) if is_model else _KEYS_BY_KIND.get(document.kind, ())),
        excluded_keys=_EXCLUDED_KEYS if is_model else frozenset(),
        names_by_kind={kind: project.names(kind) for kind in ("Team", "UseCase", "Dataset", "Policy", "Model")},
        hints=_hints(document, project) if is_model else {},
    )
    return f"{_modeline(document.kind, path, project)}{template.render()}"


def _reorder_fields(model: Object) -> Object:
    """The Model schema with its fields in reading order: what the model is, how it runs, and where. It names the first release."""
    fields = SchemaNode(model).properties
    releases = SchemaNode.parse(fields["releases"]).keywords
    first_release: Object = {INITIAL_VERSION: releases["additionalProperties"]}
    fields = {**fields, "releases": {**releases, "properties": first_release, "required": [INITIAL_VERSION]}}
    leading_fields = {name: node for name, node in fields.items() if name not in _TRAILING_KEYS}
    return {**model, "properties": leading_fields | {name: fields[name] for name in _TRAILING_KEYS}}


def _modeline(kind: str, path: str, project: ExistingProject) -> str:
    for folder in (EDITOR_FOLDER, f"{project.folder('schemas')}/modelyard/v1"):
        schema = f"{folder}/{hyphenate(kind)}.schema.json"
        if project.tree.has(schema):
            return f"# yaml-language-server: $schema={relpath(schema, dirname(path))}\n"
    return ""


def _header_values(document: NewDocument) -> dict[Pointer, Json]:
    return {("apiVersion",): API_VERSION, ("kind",): document.kind, ("name",): document.name}


def _document_values(document: NewDocument, project: ExistingProject, schema: SchemaNode) -> Mapping[Pointer, Json]:
    values = _header_values(document)
    if "name" not in schema.properties:
        del values["name",]
    if "owner" in schema.required:
        values |= _single_candidate(("owner",), project.names("Team"))
    return {**values, **(_POLICY_VALUES if document.kind == "Policy" else {})}


def _required_keys(path: str, project: ExistingProject) -> Iterator[str]:
    """The keys that every Model needs, except inherited ones: an empty key would override the inherited value."""
    yield from ("releases", "environments")
    yield from (key for key in ("owner", "lifecycle", "summary") if not project.inherits(path, (key,)))


def _model_values(document: NewDocument, path: str, project: ExistingProject) -> Mapping[Pointer, Json]:
    environment = project.first_environment(INITIAL_LIFECYCLE)
    values = _header_values(document) | {("type",): document.type}
    candidates_by_pointer = {
        ("owner",): project.names("Team"),
        ("tenant",): project.tenants(environment),
        ("lifecycle",): (INITIAL_LIFECYCLE,),
        ("deploy", "target"): tuple(project.targets_for(document.type)),
    }
    for pointer, candidates in candidates_by_pointer.items():
        if not project.inherits(path, pointer):
            values |= _single_candidate(pointer, candidates)
    values |= {("owner",): document.owner} if document.owner else {}
    if document.target:
        values["deploy", "target"] = document.target
    elif not project.inherits(path, ("deploy", "target")):
        values.setdefault(("deploy", "target"), None)
    if environment:
        values["environments",] = {environment: {"release": INITIAL_VERSION}}
    return values


def _hints(document: NewDocument, project: ExistingProject) -> Mapping[Pointer, str]:
    targets = project.targets_for(document.type)
    tenants = project.tenants(project.first_environment(INITIAL_LIFECYCLE))
    hints: dict[Pointer, str] = {}
    if len(targets) > 1:
        hints["deploy", "target"] = f"Known: {', '.join(targets)}."
    if len(tenants) > 1:
        hints["tenant",] = f"Known: {', '.join(tenants)}."
    return hints


def _single_candidate(pointer: Pointer, candidates: tuple[str, ...]) -> dict[Pointer, Json]:
    """The only candidate; `None` if there are several."""
    return {pointer: candidates[0]} if len(candidates) == 1 else {}


def require_available(document: NewDocument, path: str, project: ExistingProject) -> None:
    """Raise `UsageError` if the name or the file exists."""
    location = project.location_of(document.kind, document.name)
    if location:
        raise UsageError(
            f"there is already a {document.kind} `{document.name}`: {location}", help="choose another name"
        )
    if project.tree.has(path):
        raise UsageError(f"there is already a file {path}", help="choose another name or --folder, or use --print")
    if project.portfolio and project.portfolio.has_document(document.kind, document.name):
        help_ = "run `modelyard check`, and fix it or choose another name"
        raise UsageError(f"there is already a {document.kind} `{document.name}`, and it has errors", help=help_)

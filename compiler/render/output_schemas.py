"""The schemas that validate output: the emitter's own, the project's `schemas/crds/`, and those of installed packages.

A file names its schema: `<group>/<version>/<kind>`, without group for the core. Output without a schema is not validated, and
reported. Schemas of custom resources are structural (Kubernetes, "Specifying a structural schema") and made strict before use.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, Pointer, parse_json_object, value_at
from compiler.json_schema.complexity import complexity_error
from compiler.json_schema.metaschema import SchemaError
from compiler.json_schema.structural import to_strict_schema
from compiler.json_schema.validator import Validator
from compiler.plan.emitters.emitter import Emitter
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse

_MAX_CRD_BYTES = 16 << 20
"""Maximum bytes of a file with CustomResourceDefinitions, which are larger than specs."""
_GVK = "x-kubernetes-group-version-kind"


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """A compiled schema, and whether defaults are applied first (as a cluster does for custom resources)."""

    validator: Validator
    schema: Object
    defaulting_schema: Object | None


@dataclass(frozen=True, slots=True)
class MissingVersion:
    """A version in an Environment that no schemas are installed for, and the versions that there are."""

    pointer: Pointer
    version: str
    installed_versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _ProjectSchema:
    """A schema of the project, and its file."""

    path: str
    schema: Object


class OutputSchemas:
    """Schemas by key, compiled on first use."""

    def __init__(self, project: Tree, folder: str) -> None:
        self._project = project
        self._folder = f"{folder}/crds"
        self._crd_schemas: dict[str, _ProjectSchema] | None = None
        self._file_findings: list[Finding] = []
        self._key_findings: dict[str, Finding] = {}
        self._compiled_schemas: dict[tuple[str, str], OutputSchema | None] = {}
        self._libraries = list(_read_libraries())

    def schema_for(self, emitter: Emitter, key: str, environment: Object) -> OutputSchema | None:
        """The schema for the key in the environment; `None` if there is none."""
        if key in emitter.schemas:
            version = emitter.digest
        else:
            version = ",".join(library.version_in(environment) or "" for library in self._libraries)
        name = (key, version)
        if name not in self._compiled_schemas:
            self._compiled_schemas[name] = self._compile_schema(emitter, key, environment)
        return self._compiled_schemas[name]

    def version_without_schemas(self, key: str, environment: Object) -> "MissingVersion | None":
        """The version that the environment has and an installed package lacks, if that is why a kind has no schema."""
        for library in self._libraries:
            version, versions = library.version_in(environment), library.versions()
            if not version or not versions or version in versions:
                continue
            if _package_schema(library.package, library.file_of(versions[-1]), key) is not None:
                return MissingVersion(tuple(library.version.split(".")), version, versions)
        return None

    @cached_property
    def missing_extras(self) -> tuple[str, ...]:
        """Extras with schemas that are not installed."""
        return tuple(
            sorted({library.extra for library in self._libraries if not resources.has_package(library.package)})
        )

    def _compile_schema(self, emitter: Emitter, key: str, environment: Object) -> OutputSchema | None:
        if key in emitter.schemas:
            return OutputSchema(emitter.validator(key), emitter.schemas[key], None)
        crd_schema = self._load_crds().get(key.lower())
        if crd_schema is not None:
            compiled_schema = _compile_crd(crd_schema.schema)
            if isinstance(compiled_schema, OutputSchema):
                return compiled_schema
            self._key_findings[key] = _schema_finding(f"{key}: {compiled_schema}", Location(crd_schema.path))
            return None
        for library in self._libraries:
            version = library.version_in(environment)
            file = library.file_of(version) if version else None
            schema = _package_schema(library.package, file, key) if file else None
            if schema is not None:
                return schema
        return None

    def findings(self, emitter: Emitter, key: str) -> Sequence[Finding]:
        """The mistakes of the project's schemas that a search for the key meets; none if the emitter has a schema of its own."""
        if key in emitter.schemas:
            return ()
        self._load_crds()
        return (*self._file_findings, *((self._key_findings[key],) if key in self._key_findings else ()))

    def _load_crds(self) -> dict[str, "_ProjectSchema"]:
        if self._crd_schemas is None:
            self._crd_schemas = dict(_project_schemas(self._project, self._folder, self._file_findings))
        return self._crd_schemas


@dataclass(frozen=True, slots=True)
class _Library:
    """A Python package with schemas: an entry of libraries.yaml."""

    package: str
    extra: str
    version: str
    """The field of the Environment with the version, its parts separated by dots."""
    file: str

    def version_in(self, environment: Object) -> str | None:
        """The version that the environment has."""
        try:
            version = value_at(environment, tuple(self.version.split(".")))
        except (KeyError, TypeError):
            return None
        return version if version and isinstance(version, str) else None

    def file_of(self, version: str) -> str:
        """The path of the file for a version."""
        return self.file.replace("{version}", version)

    def versions(self) -> tuple[str, ...]:
        """The versions that the installed package has schemas for, in ascending order."""
        return _package_versions(self.package, self.file)


@lru_cache(maxsize=8)
def _package_versions(package: str, file: str) -> tuple[str, ...]:
    return tuple(resources.package_file_versions(package, file))


def _read_libraries() -> Iterator[_Library]:
    """The packages of libraries.yaml. Its list is wrapped in a map, because the parser expects one."""
    lines = resources.read_shipped_text("libraries.yaml").splitlines()
    [document] = parse("all:\n" + "".join(f"  {line}\n" for line in lines), "libraries.yaml").documents
    entries = document.data["all"]
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case {"package": str(package), "extra": str(extra), "version": str(version), "file": str(file)}:
                yield _Library(package, extra, version, file)


@lru_cache(maxsize=256)
def _package_schema(package: str, file: str, key: str) -> OutputSchema | None:
    """The schema of a kind in a file of an installed package, which the sessions of a process share."""
    definitions = _package_definitions(package, file)
    name = next((name for name, node in definitions.items() if key in _gvk_keys(node)), None)
    if name is None:
        return None
    schema: Object = {"$ref": f"#/$defs/{name}", "$defs": _reachable_definitions(definitions, name)}
    return OutputSchema(Validator(schema), schema, None)


@lru_cache(maxsize=8)
def _package_definitions(package: str, file: str) -> Mapping[str, Object]:
    content = resources.read_package_file(package, file)
    document = json.loads(content) if content else {}
    return document.get("$defs") or document.get("definitions") or {}


def _compile_crd(schema: Object) -> OutputSchema | str:
    """The schema; why it cannot be used if it is invalid, or if its references would visit a value exponentially often."""
    strict = to_strict_schema(schema)
    message = complexity_error(strict)
    if message is not None:
        return message
    try:
        return OutputSchema(Validator(strict), strict, strict)
    except SchemaError as error:
        return f"invalid JSON Schema: {error}"


def _gvk_keys(node: Object) -> Iterator[str]:
    """The keys of the kinds that a definition describes; those of the core API have no group."""
    kinds = node.get(_GVK)
    for kind in kinds if isinstance(kinds, list) else ():
        match kind:
            case {"group": str(group), "version": str(version), "kind": str(name)}:
                yield f"{group}/{version}/{name}" if group else f"{version}/{name}"


def _reachable_definitions(definitions: Mapping[str, Object], name: str) -> dict[str, Object]:
    reachable = {name: definitions[name]}
    queue = [definitions[name]]
    while queue:
        for ref in _referenced_names(queue.pop()):
            if ref in definitions and ref not in reachable:
                reachable[ref] = definitions[ref]
                queue.append(definitions[ref])
    return reachable


def _referenced_names(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for child in node.values():
            yield from _referenced_names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _referenced_names(child)


def _project_schemas(tree: Tree, folder: str, findings: list[Finding]) -> Iterator[tuple[str, _ProjectSchema]]:
    """The schemas of a project: CustomResourceDefinitions, or `<group>/<kind>_<version>.json`. Adds findings for other files."""
    for path in tree.paths(folder):
        schemas: dict[str, Object] = {}
        if path.endswith((".yaml", ".yml")):
            result = parse(tree.read(path), path, max_bytes=_MAX_CRD_BYTES)
            findings += [
                _schema_finding(finding.message, finding.location or Location(path)) for finding in result.findings
            ]
            schemas = {key: schema for document in result.documents for key, schema in _crd_versions(document.data)}
            if not schemas and not result.findings:
                findings.append(_schema_finding("the file defines no custom resource with a schema", Location(path)))
        elif path.endswith(".json"):
            group, _, name = path.removeprefix(f"{folder}/").removesuffix(".json").rpartition("/")
            kind, _, version = name.rpartition("_")
            if (schema := parse_json_object(tree.read(path))) is not None:
                schemas = {f"{group}/{version}/{kind}".lower(): schema}
            else:
                message = "the file is not a JSON object, or is nested too deeply"
                findings.append(_schema_finding(message, Location(path)))
        yield from ((key, _ProjectSchema(path, schema)) for key, schema in schemas.items())


def _schema_finding(message: str, location: Location) -> Finding:
    return Finding(codes.INVALID_OUTPUT_SCHEMA, message, location, help=codes.INVALID_OUTPUT_SCHEMA.remedy)


def _crd_versions(data: Object) -> Iterator[tuple[str, Object]]:
    match data:
        case {"spec": {"group": str(group), "names": {"kind": str(kind)}, "versions": list(versions)}}:
            for version in versions:
                match version:
                    case {"name": str(name), "schema": {"openAPIV3Schema": dict(schema)}} if schema:
                        yield f"{group}/{name}/{kind}".lower(), schema

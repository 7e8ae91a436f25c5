"""The schemas that validate output: the emitter's own, the project's `schemas/crds/`, and those of installed packages.

A file names its schema: `<group>/<version>/<kind>`, without group for the core. Output without a schema is not validated, and
reported. Schemas of custom resources are structural (Kubernetes, "Specifying a structural schema") and made strict before use.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, parse_json_object, value_at
from compiler.json_schema import SchemaError, Validator, complexity_error, to_strict_schema
from compiler.plan.emitters.emitter import Emitter
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse

_GVK = "x-kubernetes-group-version-kind"


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """A compiled schema, and whether defaults are applied first (as a cluster does for custom resources)."""

    validator: Validator
    defaulting_schema: Object | None


class OutputSchemas:
    """Schemas by key, compiled on first use."""

    def __init__(self, project: Tree, folder: str) -> None:
        self._project = project
        self._folder = f"{folder}/crds"
        self._crd_schemas: dict[str, Object] | None = None
        self._package_schemas: dict[tuple[str, str], Mapping[str, Object]] = {}
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

    def missing_extras(self) -> tuple[str, ...]:
        """Extras with schemas that are not installed."""
        return tuple(
            sorted({library.extra for library in self._libraries if not resources.has_package(library.package)})
        )

    def _compile_schema(self, emitter: Emitter, key: str, environment: Object) -> OutputSchema | None:
        if key in emitter.schemas:
            return OutputSchema(Validator(emitter.schemas[key]), None)
        crd_schema = self._load_crds().get(key.lower())
        if crd_schema is not None:
            return _compile_crd(crd_schema)
        for library in self._libraries:
            definitions = self._package_definitions(library, environment)
            name = next((name for name, node in definitions.items() if key in _gvk_keys(node)), None)
            if name is not None:
                reachable = _reachable_definitions(definitions, name)
                return OutputSchema(Validator({"$ref": f"#/$defs/{name}", "$defs": reachable}), None)
        return None

    def _package_definitions(self, library: "_Library", environment: Object) -> Mapping[str, Object]:
        version = library.version_in(environment)
        if version is None:
            return {}
        name = (library.package, version)
        if name not in self._package_schemas:
            content = resources.read_package_file(library.package, library.file.replace("{version}", version))
            document = json.loads(content) if content else {}
            self._package_schemas[name] = document.get("$defs") or document.get("definitions") or {}
        return self._package_schemas[name]

    def _load_crds(self) -> dict[str, Object]:
        if self._crd_schemas is None:
            self._crd_schemas = dict(_project_schemas(self._project, self._folder))
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


def _read_libraries() -> Iterator[_Library]:
    """The packages of libraries.yaml. Its list is wrapped in a map, because the parser expects one."""
    lines = resources.read_shipped_text("libraries.yaml").splitlines()
    [document] = parse("all:\n" + "".join(f"  {line}\n" for line in lines), "libraries.yaml").documents
    entries = document.data["all"]
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case {"package": str(package), "extra": str(extra), "version": str(version), "file": str(file)}:
                yield _Library(package, extra, version, file)


def _compile_crd(schema: Object) -> OutputSchema | None:
    """The schema; `None` if it is invalid, or if its references would visit a value exponentially often."""
    strict = to_strict_schema(schema)
    if complexity_error(strict) is not None:
        return None
    try:
        return OutputSchema(Validator(strict), strict)
    except SchemaError:
        return None


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


def _project_schemas(tree: Tree, folder: str) -> Iterator[tuple[str, Object]]:
    """The schemas of a project: CustomResourceDefinitions, or `<group>/<kind>_<version>.json`."""
    for path in tree.paths(folder):
        if path.endswith((".yaml", ".yml")):
            for document in parse(tree.read(path), path).documents:
                yield from _crd_versions(document.data)
        elif path.endswith(".json"):
            group, _, name = path.removeprefix(f"{folder}/").removesuffix(".json").rpartition("/")
            kind, _, version = name.rpartition("_")
            if (schema := parse_json_object(tree.read(path))) is not None:
                yield f"{group}/{version}/{kind}".lower(), schema


def _crd_versions(data: Object) -> Iterator[tuple[str, Object]]:
    match data:
        case {"spec": {"group": str(group), "names": {"kind": str(kind)}, "versions": list(versions)}}:
            for version in versions:
                match version:
                    case {"name": str(name), "schema": {"openAPIV3Schema": dict(schema)}} if schema:
                        yield f"{group}/{name}/{kind}".lower(), schema

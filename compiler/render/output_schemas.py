"""The schemas that check output: an emitter's own, the project's `schemas/crds/`, and those of installed packages.

A file says `schema: <group>/<version>/<kind>`, without a group for the core. What no schema is found for is not
checked, and
is said. Schemas of clusters are structural (Kubernetes, "Specifying a structural schema"); they are made strict before use.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str, at
from compiler.json_schema import SchemaError, Validator, structural
from compiler.plan.emitters.emitter import Emitter
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse

_GVK = "x-kubernetes-group-version-kind"


@dataclass(frozen=True, slots=True)
class Checker:
    """A compiled schema, and whether defaults are applied before it judges (as a cluster does for its own resources)."""

    validator: Validator
    defaults: Object | None


class Catalogue:
    """Schemas by key, compiled when first needed."""

    def __init__(self, project: Tree, folder: str) -> None:
        self._project = project
        self._folder = f"{folder}/crds"
        self._own: dict[str, Object] | None = None
        self._packages: dict[tuple[str, str], Mapping[str, Object]] = {}
        self._checkers: dict[tuple[str, str], Checker | None] = {}
        self._libraries = [as_object(entry) for entry in as_list(parse_list(resources.shipped_text("libraries.yaml")))]

    def checker(self, emitter: Emitter, key: str, environment: Object) -> Checker | None:
        """What checks output of that key in the environment; `None` where no schema is at hand."""
        if key in emitter.schemas:
            version = emitter.digest
        else:
            version = ",".join(_version(library, environment) or "" for library in self._libraries)
        name = (key, version)
        if name not in self._checkers:
            self._checkers[name] = self._made(emitter, key, environment)
        return self._checkers[name]

    def extras(self) -> tuple[str, ...]:
        """Extras that bring schemas and are not installed."""
        return tuple(
            sorted(
                {
                    as_str(library["extra"])
                    for library in self._libraries
                    if not resources.has_package(as_str(library["package"]))
                }
            )
        )

    def _made(self, emitter: Emitter, key: str, environment: Object) -> Checker | None:
        if key in emitter.schemas:
            return Checker(Validator(emitter.schemas[key]), None)
        own = self._crds().get(key.lower())
        if own is not None:
            return _checker(own)
        for library in self._libraries:
            definitions = self._definitions(library, environment)
            name = next((name for name, node in definitions.items() if key in _keys(node)), None)
            if name is not None:
                reached = _reachable(definitions, name)
                return Checker(Validator({"$ref": f"#/$defs/{name}", "$defs": reached}), None)
        return None

    def _definitions(self, library: Object, environment: Object) -> Mapping[str, Object]:
        version = _version(library, environment)
        if version is None:
            return {}
        name = (as_str(library["package"]), version)
        if name not in self._packages:
            content = resources.package_file(name[0], as_str(library["file"]).replace("{version}", version))
            document = json.loads(content) if content else {}
            self._packages[name] = document.get("$defs") or document.get("definitions") or {}
        return self._packages[name]

    def _crds(self) -> dict[str, Object]:
        if self._own is None:
            self._own = dict(_project_schemas(self._project, self._folder))
        return self._own


def parse_list(text: str) -> Json:
    """A YAML list; it is wrapped, because a document of the language is a map."""
    wrapped = "all:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return as_object(parse(wrapped, "libraries.yaml").documents[0].data)["all"]


def _checker(schema: Object) -> Checker | None:
    strict = structural(schema)
    try:
        return Checker(Validator(strict), strict)
    except SchemaError:
        return None


def _version(library: Object, environment: Object) -> str | None:
    try:
        return as_str(at(environment, tuple(as_str(library["version"]).split(".")))) or None
    except (KeyError, TypeError):
        return None


def _keys(node: Object) -> list[str]:
    return [
        "/".join(filter(None, [as_str(gvk.get("group")), as_str(gvk.get("version")), as_str(gvk.get("kind"))]))
        for gvk in map(as_object, as_list(node.get(_GVK)))
    ]


def _reachable(definitions: Mapping[str, Object], name: str) -> dict[str, Object]:
    found = {name: definitions[name]}
    pending = [definitions[name]]
    while pending:
        for ref in _references(pending.pop()):
            if ref in definitions and ref not in found:
                found[ref] = definitions[ref]
                pending.append(definitions[ref])
    return found


def _references(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _project_schemas(tree: Tree, folder: str) -> Iterator[tuple[str, Object]]:
    """Schemas of a project: CustomResourceDefinitions as a cluster prints them, or `<group>/<kind>_<version>.json`."""
    for path in tree.paths(folder):
        if path.endswith((".yaml", ".yml")):
            for document in parse(tree.read(path), path).documents:
                yield from _definition(as_object(document.data))
        elif path.endswith(".json"):
            group, _, name = path.removeprefix(f"{folder}/").removesuffix(".json").rpartition("/")
            kind, _, version = name.rpartition("_")
            try:
                yield f"{group}/{version}/{kind}".lower(), as_object(json.loads(tree.read(path)))
            except ValueError:
                continue


def _definition(data: Object) -> Iterator[tuple[str, Object]]:
    spec = as_object(data.get("spec"))
    kind = as_str(as_object(spec.get("names")).get("kind"))
    for version in map(as_object, as_list(spec.get("versions"))):
        schema = as_object(as_object(version.get("schema")).get("openAPIV3Schema"))
        if schema:
            yield f"{spec.get('group')}/{version.get('name')}/{kind}".lower(), schema

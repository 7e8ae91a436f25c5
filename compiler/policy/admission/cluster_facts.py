"""What an API server evaluates at admission, and how its resources are named: `schemas/admission.yaml`, and definitions of the project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from compiler.foundation import resources
from compiler.foundation.json_data import Json
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse

_MAX_DEFINITION_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a cluster, and the kind of its objects."""

    group: str
    version: str
    kind: str
    name: str
    """The plural in URLs, such as `pods`."""


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The facts of `schemas/admission.yaml`."""

    capability: str
    """The capability of an Environment whose `version` decides which functions exist."""
    functions: Mapping[str, tuple[int, ...]]
    """The release that introduced each function."""
    max_cost: int
    assumed_list_length: int
    reserved_words: frozenset[str]
    resources: tuple[Resource, ...]

    def unknown_functions(self, names: frozenset[str], version: str) -> list[str]:
        """The functions that a release does not have."""
        release = parse_release(version)
        return sorted(name for name in names if name not in self.functions or self.functions[name] > release)


class _Functions(msgspec.Struct):
    since: str
    names: list[str]


class _Limits(msgspec.Struct, rename="camel"):
    expression_cost: int
    assumed_list_length: int


class _FactsFile(msgspec.Struct, rename="camel"):
    capability: str
    functions: list[_Functions]
    limits: _Limits
    reserved_words: list[str]
    resources: dict[str, str]


@cache
def cluster_facts() -> ClusterFacts:
    """The shipped facts."""
    [document] = parse(resources.read_shipped_text("admission.yaml"), "admission.yaml").documents
    content = msgspec.convert(document.data, _FactsFile)
    return ClusterFacts(
        capability=content.capability,
        functions={name: parse_release(entry.since) for entry in content.functions for name in entry.names},
        max_cost=content.limits.expression_cost,
        assumed_list_length=content.limits.assumed_list_length,
        reserved_words=frozenset(content.reserved_words),
        resources=tuple(resources_of(content.resources)),
    )


def resources_of(names: Mapping[str, str]) -> Iterator[Resource]:
    """Resources from their names by `<group>/<version>/<kind>`; the core group is left out."""
    for key, name in names.items():
        *group, version, kind = key.split("/")
        yield Resource("".join(group), version, kind, name)


def defined_resources(tree: Tree, folder: str) -> Iterator[Resource]:
    """The resources that the definitions in a folder of the project name."""
    for path in tree.paths(folder):
        if path.endswith((".yaml", ".yml")):
            result = parse(tree.read(path), path, max_bytes=_MAX_DEFINITION_BYTES)
            yield from (resource for document in result.documents for resource in _resources_in(document.data))


def _resources_in(data: Json) -> Iterator[Resource]:
    match data:
        case {
            "spec": {
                "group": str(group),
                "names": {"kind": str(kind), "plural": str(plural)},
                "versions": list(versions),
            }
        }:
            for version in versions:
                match version:
                    case {"name": str(name)}:
                        yield Resource(group, name, kind, plural)


def parse_release(text: str) -> tuple[int, ...]:
    """A release as numbers, so that releases can be compared."""
    return tuple(int(part) for part in text.split(".") if part.isdigit())

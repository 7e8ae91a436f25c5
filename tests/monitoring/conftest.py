"""The sample portfolio as it is built, and what stands in for a mistake of whoever changes a template."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.structural import to_strict_schema
from compiler.json_schema.validator import Validator
from compiler.pipeline.stages import BuildResult

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def portfolio(sample_build: BuildResult) -> dict[str, str]:
    """Every rendered file of the sample portfolio, by its path."""
    assert [finding.message for finding in sample_build.findings if finding.is_blocking] == []
    return {file.path: file.content.decode() for unit in sample_build.units for file in unit.files}


@pytest.fixture(scope="session")
def schema() -> Callable[[str, str], Validator]:
    """The schema that an emitter brings for a file of its own."""

    def load_schema(emitter: str, name: str) -> Validator:
        return Validator(json.loads((shipped_folder("templates") / "monitoring" / emitter / name).read_bytes()))

    return load_schema


@pytest.fixture(scope="session")
def official(external_schemas: Path) -> Callable[[str], Validator]:
    """An official definition of a kind of the Prometheus Operator, made strict as a cluster is not."""

    def load_schema(name: str) -> Validator:
        path = external_schemas / "k8s-crd" / "monitoring.coreos.com" / f"{name}_v1.json"
        return Validator(to_strict_schema(json.loads(path.read_bytes())))

    return load_schema


@pytest.fixture(scope="session")
def mutants() -> Callable[[Any], Iterator[tuple[str, Any]]]:
    """A document with one mistake each: an unknown key in each of its maps, a map instead of each of its values."""

    def make_mutants(document: Any) -> Iterator[tuple[str, Any]]:
        for path, value in nodes(document):
            mutant = copy.deepcopy(document)
            holder = mutant
            for part in path[:-1]:
                holder = holder[part]
            if isinstance(value, Mapping):
                target = holder[path[-1]] if path else mutant
                target["unheard-of"] = []
                yield f"{path}: an unknown key", mutant
            elif not isinstance(value, list):
                holder[path[-1]] = {"unheard-of": [1]}
                yield f"{path}: a map", mutant

    return make_mutants


def nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every part of a document, with its path."""
    yield path, node
    members = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, child in members:
        yield from nodes(child, (*path, key))


@pytest.fixture(scope="session")
def documents() -> Callable[[str], list[Any]]:
    """The documents of a file of YAML."""
    return lambda text: [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one is not None]

"""Where documents bind policies by name: the project for all, other documents for the models that they hold for."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from compiler.foundation.json_data import Object, Pointer, as_list, as_object
from compiler.spec.portfolio import Portfolio, Spec

_SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Project": ("defaults",), "Environment": ("overlay",), "Model": (), "Defaults": ()}
)
_SECTION_MAPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Project": ("types",), "Environment": (), "Model": ("environments",), "Defaults": ("environments", "types")}
)
"""Where a document holds fields of models beside its top: in one map, or in each of a map of maps."""


class Binding(NamedTuple):
    """A name of a policy or a pack where a document binds it."""

    spec: Spec
    pointer: Pointer
    name: str


def bindings(portfolio: Portfolio) -> Iterator[Binding]:
    """Every name that some document binds, sound or not."""
    environments = portfolio.by_kind("Environment").values()
    for spec in (portfolio.project, *environments, *portfolio.by_kind("Model").values(), *portfolio.defaults.values()):
        for path in binding_sections(spec.kind, spec.data):
            for index, name in enumerate(as_list(section_at(spec.data, path).get("policies"))):
                if isinstance(name, str):
                    yield Binding(spec, (*path, "policies", index), name)


def binding_sections(kind: str, data: Object) -> Iterator[tuple[str, ...]]:
    """Where a document may bind policies: its top, and the parts of it that hold fields of models."""
    yield ()
    yield from ((part,) for part in _SECTIONS[kind])
    for section in _SECTION_MAPS[kind]:
        yield from ((section, key) for key in as_object(data.get(section)))


def section_at(data: Object, path: tuple[str, ...]) -> Object:
    """A part of a document; empty where it is not there."""
    for key in path:
        data = as_object(data.get(key))
    return data

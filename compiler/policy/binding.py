"""Where documents bind policies by name: the project for all models, other documents for the models that they apply to."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from compiler.foundation.json_data import Object, Pointer
from compiler.spec.portfolio import Portfolio, Spec, header_items

_SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Project": ("defaults",), "Environment": ("overlay",), "Model": (), "Defaults": ()}
)
_SECTION_MAPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Project": ("types",), "Environment": (), "Model": ("environments",), "Defaults": ("environments", "types")}
)
"""The sections of a document with model fields: one map, or a map of maps."""


class Binding(NamedTuple):
    """The name of a policy or pack, and where a document binds it."""

    spec: Spec
    pointer: Pointer
    name: str


def bindings(portfolio: Portfolio, ignored_models: Collection[str] = ()) -> Iterator[Binding]:
    """Every name that a document binds, valid or not."""
    environments = portfolio.by_kind("Environment").values()
    models = portfolio.by_kind("Model")
    binding_names = [name for name, spec in header_items(models) if spec.header.has_policies]
    binding_models = [models[name] for name in binding_names if name not in ignored_models]
    for spec in (portfolio.project, *environments, *binding_models, *portfolio.defaults.values()):
        for path in binding_sections(spec.kind, spec.json):
            names = section_at(spec.json, path).get("policies")
            for index, name in enumerate(names if isinstance(names, list) else ()):
                if isinstance(name, str):
                    yield Binding(spec, (*path, "policies", index), name)


def binding_sections(kind: str, data: Object) -> Iterator[tuple[str, ...]]:
    """The parts of a document that can bind policies: its top level, and the sections with model fields."""
    yield ()
    yield from ((part,) for part in _SECTIONS[kind])
    for section in _SECTION_MAPS[kind]:
        yield from ((section, key) for key in section_at(data, (section,)))


def section_at(data: Object, path: tuple[str, ...]) -> Object:
    """A section of a document; empty if it is absent."""
    for key in path:
        section = data.get(key)
        data = section if isinstance(section, Mapping) else {}
    return data

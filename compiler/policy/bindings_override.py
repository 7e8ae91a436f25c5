"""Replaces policy bindings by those of another revision: the `policies` of a project, of Environments and of Defaults count as rules.

A model can bind policies to itself. It keeps them, and gets those that it has in the other revision.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import msgspec

from compiler.foundation.json_data import Json, Object
from compiler.policy.binding import binding_sections, section_at
from compiler.spec.portfolio import ModelSpec, Portfolio, Spec

AnySpec = TypeVar("AnySpec", bound=Spec)


def with_bindings_of(portfolio: Portfolio, policy_portfolio: Portfolio) -> Portfolio:
    """A portfolio bound by the documents of `policy_portfolio`, and by what models themselves bind in either."""
    missing_defaults = {
        folder: _header_only(spec)
        for folder, spec in policy_portfolio.defaults.items()
        if folder not in portfolio.defaults
    }
    defaults = {**portfolio.defaults, **missing_defaults}
    return replace(
        portfolio,
        project=_with_bindings(portfolio.project, policy_portfolio.project),
        specs={
            **portfolio.specs,
            "Model": _with_model_bindings(portfolio.by_kind("Model"), policy_portfolio.by_kind("Model")),
            "Environment": _with_all_bindings(
                portfolio.by_kind("Environment"), policy_portfolio.by_kind("Environment"), policy_portfolio
            ),
        },
        defaults=dict(sorted(_with_all_bindings(defaults, policy_portfolio.defaults, policy_portfolio).items())),
    )


def _with_model_bindings(
    models: Mapping[str, ModelSpec], other_models: Mapping[str, ModelSpec]
) -> Mapping[str, ModelSpec]:
    """The models, each with the policies that it binds in the other revision, too."""
    bound_models: dict[str, ModelSpec] = {}
    for name, spec in models.items():
        other = other_models.get(name)
        if other is None or other.document.data_digest == spec.document.data_digest:
            continue
        data = spec.json
        for path in binding_sections("Model", data):
            own, others = (section_at(part, path).get("policies") for part in (spec.json, other.json))
            if isinstance(others, list) and others:
                own = own if isinstance(own, list) else []
                data = _set_policies(data, path, [*own, *(entry for entry in others if entry not in own)])
        if data != spec.json:
            header = msgspec.structs.replace(spec.header, has_policies=True)
            bound_models[name] = replace(spec, document=spec.document.with_data(data), header=header)
    return {**models, **bound_models} if bound_models else models


def _with_all_bindings(
    specs: Mapping[str, AnySpec], sources: Mapping[str, AnySpec], policy_portfolio: Portfolio
) -> Mapping[str, AnySpec]:
    """The documents with replaced bindings; a document is left out if the other revision's bindings cannot be read."""
    unreadable_names = {name for name, spec in specs.items() if (spec.kind, name) in policy_portfolio.broken_names}
    return {
        name: spec if name in unreadable_names else _with_bindings(spec, sources.get(name))
        for name, spec in specs.items()
    }


def _header_only(spec: AnySpec) -> AnySpec:
    """A document reduced to its header."""
    header = {key: spec.json[key] for key in ("apiVersion", "kind") if key in spec.json}
    return replace(spec, document=spec.document.with_data(header))


def _with_bindings(spec: AnySpec, source: Spec | None) -> AnySpec:
    """The document with each list of policies replaced."""
    source_data: Object = source.json if source else {}
    data = spec.json
    for path in dict.fromkeys((*binding_sections(spec.kind, data), *binding_sections(spec.kind, source_data))):
        data = _set_policies(data, path, section_at(source_data, path).get("policies"))
    return replace(spec, document=spec.document.with_data(data))


def _set_policies(data: Object, path: tuple[str, ...], policies: Json) -> Object:
    """Set the policies of a section, creating the section if needed."""
    if path:
        key = path[0]
        section = _set_policies(section_at(data, (key,)), path[1:], policies)
        return {**data, key: section} if section or key in data else data
    rest = {key: value for key, value in data.items() if key != "policies"}
    return rest if policies is None else {**rest, "policies": policies}

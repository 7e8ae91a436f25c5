"""Replaces policy bindings by those of another revision: the `policies` of a project, of Environments and of Defaults count as rules."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from compiler.foundation.json_data import Json, Object
from compiler.policy.binding import binding_sections, section_at
from compiler.spec.portfolio import Portfolio, Spec

AnySpec = TypeVar("AnySpec", bound=Spec)


def with_bindings_of(portfolio: Portfolio, policy_portfolio: Portfolio) -> Portfolio:
    """A portfolio bound by the documents of `policy_portfolio`; what models themselves bind stays."""
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
            "Environment": _with_all_bindings(
                portfolio.by_kind("Environment"), policy_portfolio.by_kind("Environment"), policy_portfolio
            ),
        },
        defaults=dict(sorted(_with_all_bindings(defaults, policy_portfolio.defaults, policy_portfolio).items())),
    )


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

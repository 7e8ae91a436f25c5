"""Whom policies bind, as other documents say it: `policies` of a project, of Environments and of Defaults are law as policies are."""

from collections.abc import Mapping
from dataclasses import replace

from compiler.foundation.json_data import Json, Object, as_object
from compiler.policy.binding import part_at, parts
from compiler.spec.portfolio import Portfolio, Spec


def rebound(portfolio: Portfolio, laws: Portfolio) -> Portfolio:
    """A portfolio whose models are bound by what the other documents of `laws` say; what models themselves say stays."""
    missing = {folder: _bare(spec) for folder, spec in laws.defaults.items() if folder not in portfolio.defaults}
    defaults = {**portfolio.defaults, **missing}
    return replace(
        portfolio,
        project=_rebound(portfolio.project, laws.project),
        specs={**portfolio.specs, "Environment": _each(portfolio.of("Environment"), laws.of("Environment"), laws)},
        defaults=dict(sorted(_each(defaults, laws.defaults, laws).items())),
    )


def _each(specs: Mapping[str, Spec], said: Mapping[str, Spec], laws: Portfolio) -> Mapping[str, Spec]:
    """The documents rebound, but for those of which nobody knows what the law says: it cannot be read."""
    unknown = {name for name, spec in specs.items() if (spec.kind, name) in laws.broken}
    return {name: spec if name in unknown else _rebound(spec, said.get(name)) for name, spec in specs.items()}


def _bare(spec: Spec) -> Spec:
    """A document with its head alone."""
    head = {key: spec.data[key] for key in ("apiVersion", "kind") if key in spec.data}
    return replace(spec, document=replace(spec.document, data=head))


def _rebound(spec: Spec, law: Spec | None) -> Spec:
    """The document with each list of policies replaced by what the law has there."""
    said: Object = law.data if law else {}
    data = spec.data
    for where in dict.fromkeys((*parts(spec.kind, data), *parts(spec.kind, said))):
        data = _with(data, where, part_at(said, where).get("policies"))
    return replace(spec, document=replace(spec.document, data=data))


def _with(data: Object, where: tuple[str, ...], policies: Json) -> Object:
    """The data with the policies at a place, which is made where it is not there and there are some."""
    if where:
        key = where[0]
        part = _with(as_object(data.get(key)), where[1:], policies)
        return {**data, key: part} if part or key in data else data
    rest = {key: value for key, value in data.items() if key != "policies"}
    return rest if policies is None else {**rest, "policies": policies}

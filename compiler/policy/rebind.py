"""Whom policies bind, as other documents say it: `policies` of a project, of Environments and of Defaults are law as policies are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from compiler.spec.portfolio import Portfolio, Spec
from compiler.values import Json, Object, Pointer, as_object

_WHOLE: Mapping[str, tuple[Pointer, ...]] = MappingProxyType(
    {"Project": (("defaults",),), "Environment": (("overlay",),), "Defaults": ((),)}
)
_EACH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Project": ("types",), "Environment": (), "Defaults": ("types", "environments")}
)
"""Where documents hold fields of models: in one map, or in each of a map of maps."""


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
    for pointer in dict.fromkeys((*_parts(spec.kind, data), *_parts(spec.kind, said))):
        data = _with(data, pointer, _at(said, pointer).get("policies"))
    return replace(spec, document=replace(spec.document, data=data))


def _parts(kind: str, data: Object) -> Iterator[Pointer]:
    yield from _WHOLE[kind]
    for section in _EACH[kind]:
        yield from ((section, key) for key in as_object(data.get(section)))


def _at(data: Object, pointer: Pointer) -> Object:
    for part in pointer:
        data = as_object(data.get(str(part)))
    return data


def _with(data: Object, pointer: Pointer, policies: Json) -> Object:
    """The data with the policies at a place, which is made where it is not there and there are some."""
    if pointer:
        key = str(pointer[0])
        part = _with(as_object(data.get(key)), pointer[1:], policies)
        return {**data, key: part} if part or key in data else data
    rest = {key: value for key, value in data.items() if key != "policies"}
    return rest if policies is None else {**rest, "policies": policies}

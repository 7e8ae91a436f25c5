"""What a model's objects are called, and what selects its replicas: as Modelyard chooses, or as it was before Modelyard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Object, Pointer, as_object, as_str
from compiler.foundation.provenance import Origin, Origins
from compiler.plan import conventions as names
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import adopted, namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio

_ADOPT: Pointer = ("deploy", "adopt")


def base_name(model: ResolvedModel) -> str:
    """What the names of the model's objects begin with."""
    return as_str(adopted(model).get("name")) or model.name


def own_selector(model: ResolvedModel) -> Object:
    """The selector of objects that the model adopts; empty where it adopts none."""
    return as_object(adopted(model).get("selector"))


def selector(model: ResolvedModel, project: str) -> Object:
    """What selects the model's replicas."""
    return names.selector(model.name, project, own_selector(model))


def adopted_from(model: ResolvedModel, field: str, otherwise: Origins) -> Origins:
    """Where a name, a namespace or a selector comes from: from what is adopted, where that says one."""
    return (Origin("model", (*_ADOPT, field)),) if field in adopted(model) else otherwise


@dataclass(frozen=True, slots=True)
class _Here:
    """A model's objects in a cluster: where they are, what they are called, and what they select by which labels."""

    model: ResolvedModel
    place: tuple[str, str]
    name: str
    selector: Object
    labels: Object


def clashes(fleet: Fleet) -> Iterator[Finding]:
    """Models that would share objects in a cluster, or select each other's replicas, where one of them adopts."""
    for here in _by_cluster(fleet).values():
        for one in here:
            for other in here if adopted(one.model) else ():
                if other is not one and other.place == one.place and _is_told_of(one, other):
                    yield from _clash(one, other)


def _is_told_of(one: _Here, other: _Here) -> bool:
    """Of two models that adopt, it is told of the latter."""
    return not adopted(other.model) or _key(other) < _key(one)


def _key(here: _Here) -> tuple[str, str]:
    return here.model.name, here.model.environment.name if here.model.environment else ""


def _clash(one: _Here, other: _Here) -> Iterator[Finding]:
    who = other.model.name if other.model.name != one.model.name else f"{other.model.name} in {_key(other)[1]}"
    if one.name == other.name:
        message = f"the objects of {one.model.name} and of {who} would both be called {one.name}, in the namespace {one.place[1]}"
        yield _finding(one, other, "name", message, "name the live objects of each: two models cannot share them")
    elif _selects(one.selector, other.labels) or _selects(other.selector, one.labels):
        message = f"what selects the replicas of {one.model.name} and of {who} selects those of the other, too"
        yield _finding(one, other, "selector", message, "write the whole selector of the live objects, which tells them apart")


def _finding(one: _Here, other: _Here, field: str, message: str, help_: str) -> Finding:
    said = field if field in adopted(one.model) else next(iter(adopted(one.model)))
    found = one.model.finding(codes.OBJECT_CLASH, message, (*_ADOPT, said), help_, here=True)
    return replace(found, notes=(Note("the other model", other.model.place(("name",))),))


def _selects(selector_: Object, labels: Object) -> bool:
    return all(labels.get(key) == value for key, value in selector_.items())


def _by_cluster(fleet: Fleet) -> Mapping[str, list[_Here]]:
    """Every model by the cluster that it runs in, of clusters in which one may adopt; an Environment that names none has its own."""
    may_adopt = _may_adopt(fleet.portfolio)
    clusters = {name: _cluster(fleet, name) for name in fleet.environments}
    wanted = {clusters[environment] for name, environment in fleet.deployments() if name in may_adopt}
    found: dict[str, list[_Here]] = {}
    for name, environment in fleet.deployments() if wanted else ():
        model = fleet.model(name, environment) if clusters[environment] in wanted else None
        if model is not None:
            found.setdefault(clusters[environment], []).append(_here(fleet, model, clusters[environment]))
    return found


def _cluster(fleet: Fleet, environment: str) -> str:
    return fleet.portfolio.of("Environment")[environment].text("cluster") or f"/{environment}"


def _here(fleet: Fleet, model: ResolvedModel, cluster: str) -> _Here:
    project, own = fleet.portfolio.project.name, own_selector(model)
    return _Here(
        model,
        (cluster, namespace(model) or ""),
        base_name(model),
        selector(model, project),
        names.pod_labels(model.name, project, model.release.version if model.release else "", own),
    )


def _may_adopt(portfolio: Portfolio) -> frozenset[str]:
    """Models of which a layer says that they adopt; all where it is a layer of many."""
    models = portfolio.of("Model")
    shared = [portfolio.project, *portfolio.of("Environment").values(), *portfolio.defaults.values()]
    if any(_says(spec.data) for spec in shared):
        return frozenset(models)
    return frozenset(name for name, spec in models.items() if _says(spec.data))


def _says(data: Object) -> bool:
    layers = [data, *(as_object(data.get(key)) for key in ("defaults", "overlay"))]
    layers += [as_object(layer) for key in ("environments", "types") for layer in _values(data.get(key))]
    return any("adopt" in as_object(layer.get("deploy")) for layer in layers)


def _values(value: object) -> Iterator[Object]:
    yield from value.values() if isinstance(value, Mapping) else ()

"""What a model's objects are called, and what selects its replicas: as Modelyard chooses, or as it was before Modelyard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Object, Pointer, as_object, as_str
from compiler.foundation.provenance import Origin, Origins
from compiler.plan import conventions
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import adoption_config, namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio

_ADOPT_POINTER: Pointer = ("deploy", "adopt")


def base_name(model: ResolvedModel) -> str:
    """What the names of the model's objects begin with."""
    return as_str(adoption_config(model).get("name")) or model.name


def adopted_selector(model: ResolvedModel) -> Object:
    """The selector of objects that the model adopts; empty where it adopts none."""
    return as_object(adoption_config(model).get("selector"))


def pod_selector(model: ResolvedModel, project: str) -> Object:
    """What selects the model's replicas."""
    return conventions.selector_labels(model.name, project, adopted_selector(model))


def adoption_origins(model: ResolvedModel, field: str, default: Origins) -> Origins:
    """Where a name, a namespace or a selector comes from: from what is adopted, where that says one."""
    return (Origin("model", (*_ADOPT_POINTER, field)),) if field in adoption_config(model) else default


@dataclass(frozen=True, slots=True)
class _ClusterObjects:
    """A model's objects in a cluster: where they are, what they are called, and what they select by which labels."""

    model: ResolvedModel
    cluster_namespace: tuple[str, str]
    name: str
    selector: Object
    labels: Object


def object_collisions(fleet: Fleet) -> Iterator[Finding]:
    """Models that would share objects in a cluster, or select each other's replicas, where one of them adopts."""
    for group in _objects_by_cluster(fleet).values():
        for first in group:
            for second in group if adoption_config(first.model) else ():
                if (
                    second is not first
                    and second.cluster_namespace == first.cluster_namespace
                    and _reports_pair(first, second)
                ):
                    yield from _collision_findings(first, second)


def _reports_pair(first: _ClusterObjects, second: _ClusterObjects) -> bool:
    """Of two models that adopt, it is told of the latter."""
    return not adoption_config(second.model) or _sort_key(second) < _sort_key(first)


def _sort_key(objects: _ClusterObjects) -> tuple[str, str]:
    return objects.model.name, objects.model.environment.name if objects.model.environment else ""


def _collision_findings(first: _ClusterObjects, second: _ClusterObjects) -> Iterator[Finding]:
    second_name = (
        second.model.name if second.model.name != first.model.name else f"{second.model.name} in {_sort_key(second)[1]}"
    )
    if first.name == second.name:
        message = (
            f"the objects of {first.model.name} and of {second_name} would both be called {first.name}, in the "
            f"namespace {first.cluster_namespace[1]}"
        )
        yield _collision_finding(
            first, second, "name", message, "name the live objects of each: two models cannot share them"
        )
    elif _matches_labels(first.selector, second.labels) or _matches_labels(second.selector, first.labels):
        message = (
            f"what selects the replicas of {first.model.name} and of {second_name} selects those of the other, too"
        )
        yield _collision_finding(
            first, second, "selector", message, "write the whole selector of the live objects, which tells them apart"
        )


def _collision_finding(
    first: _ClusterObjects, second: _ClusterObjects, field: str, message: str, help_: str
) -> Finding:
    adopted_field = field if field in adoption_config(first.model) else next(iter(adoption_config(first.model)))
    finding = first.model.finding(
        codes.ADOPTION_CONFLICT, message, (*_ADOPT_POINTER, adopted_field), help_, per_environment=True
    )
    return replace(finding, notes=(Note("the other model", second.model.location(("name",))),))


def _matches_labels(match_labels: Object, labels: Object) -> bool:
    return all(labels.get(key) == value for key, value in match_labels.items())


def _objects_by_cluster(fleet: Fleet) -> Mapping[str, list[_ClusterObjects]]:
    """Every model by the cluster that it runs in, of clusters in which one may adopt; an Environment that names none has its own."""
    adopting_models = _models_that_may_adopt(fleet.portfolio)
    clusters = {name: _cluster_name(fleet, name) for name in fleet.environments}
    adopting_clusters = {clusters[environment] for name, environment in fleet.deployments() if name in adopting_models}
    objects: dict[str, list[_ClusterObjects]] = {}
    for name, environment in fleet.deployments() if adopting_clusters else ():
        model = fleet.model(name, environment) if clusters[environment] in adopting_clusters else None
        if model is not None:
            objects.setdefault(clusters[environment], []).append(_model_objects(fleet, model, clusters[environment]))
    return objects


def _cluster_name(fleet: Fleet, environment: str) -> str:
    return fleet.portfolio.by_kind("Environment")[environment].text("cluster") or f"/{environment}"


def _model_objects(fleet: Fleet, model: ResolvedModel, cluster: str) -> _ClusterObjects:
    project, adopted_labels = fleet.portfolio.project.name, adopted_selector(model)
    return _ClusterObjects(
        model,
        (cluster, namespace(model) or ""),
        base_name(model),
        pod_selector(model, project),
        conventions.pod_labels(model.name, project, model.release.version if model.release else "", adopted_labels),
    )


def _models_that_may_adopt(portfolio: Portfolio) -> frozenset[str]:
    """Models of which a layer says that they adopt; all where it is a layer of many."""
    models = portfolio.by_kind("Model")
    shared_layers = [portfolio.project, *portfolio.by_kind("Environment").values(), *portfolio.defaults.values()]
    if any(_sets_adoption(spec.data) for spec in shared_layers):
        return frozenset(models)
    return frozenset(name for name, spec in models.items() if _sets_adoption(spec.data))


def _sets_adoption(data: Object) -> bool:
    layers = [data, *(as_object(data.get(key)) for key in ("defaults", "overlay"))]
    layers += [as_object(layer) for key in ("environments", "types") for layer in _object_values(data.get(key))]
    return any("adopt" in as_object(layer.get("deploy")) for layer in layers)


def _object_values(value: object) -> Iterator[Object]:
    yield from value.values() if isinstance(value, Mapping) else ()

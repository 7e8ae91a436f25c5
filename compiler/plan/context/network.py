"""The network access of a model: dependencies, endpoints of its release's steps and tools, and `deploy.egress`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.foundation.provenance import Origin
from compiler.plan.context.adoption import pod_selector
from compiler.plan.context.endpoints import egress_entries, parse_endpoint
from compiler.plan.context.lazy_context import Context
from compiler.plan.context.model_context import environment_of, lazy_model_context
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.planning_services import PlanningServices
from compiler.resolve.dependencies import model_dependencies, release_finding
from compiler.resolve.placement import dataset_in_environment, namespace
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.language import iter_values


@dataclass(frozen=True, slots=True)
class ResolvedDependency:
    """A dependency as templates see it, and its pointer in the spec."""

    data: dict[str, Json]
    origin: Origin


@dataclass(frozen=True, slots=True)
class NetworkAccess:
    """The dependencies and the egress of a model."""

    dependencies: tuple[ResolvedDependency, ...]
    egress: tuple[Object, ...]
    findings: tuple[Finding, ...]


def network_access(services: PlanningServices, model: ResolvedModel) -> NetworkAccess:
    """The network access of the model in its environment."""
    resolved_uses: list[ResolvedDependency] = []
    findings: list[Finding] = []
    for entry, origin in _dependency_entries(services, model):
        result = _resolve_use(services, model, entry, origin)
        if isinstance(result, Finding):
            findings.append(result)
        elif result is not None:
            resolved_uses.append(ResolvedDependency(result, origin))
    findings += _indirect_dependency_findings(services, model)
    extra_urls = [as_str(url) for url in as_list(as_object(model.data.get("deploy")).get("egress"))]
    egress = egress_entries([use.data for use in resolved_uses], [*_release_urls(services, model), *extra_urls])
    return NetworkAccess(tuple(resolved_uses), tuple(egress), tuple(findings))


def render_exports(services: PlanningServices, emitter: Emitter, context: Context, name: str) -> Object | Finding:
    """A named export of an emitter for a model, with the parts of its URL; empty if the emitter exports nothing."""
    values: dict[str, Json] = {}
    for key, template in as_object(as_object(emitter.data.get("exports")).get(name)).items():
        value = services.templates.render_value(emitter, template, context, ("exports", name, key))
        if isinstance(value, Finding):
            return value
        if value is not None:
            values[key] = value
    if not values:
        return {}
    if "path" in values and "url" in values:
        values["url"] = f"{values.get('url', '')}{values['path']}"
    parts = parse_endpoint(as_str(values.get("url")))
    return {**(parts.data if parts else {}), **values}


def _dependency_entries(services: PlanningServices, model: ResolvedModel) -> Iterator[tuple[Object, Origin]]:
    """Each map of the spec that names a dataset or a model, and its pointer."""
    for index, use in enumerate(map(as_object, as_list(model.data.get("uses")))):
        yield use, Origin("model", ("uses", index))
    for dependency in model_dependencies(model, services.fleet.language.type_language(model.spec.text("type"))):
        if dependency.is_direct and dependency.release is model.release and dependency.release is not None:
            yield dependency.entry, Origin("release", dependency.pointer)


def _release_urls(services: PlanningServices, model: ResolvedModel) -> list[str]:
    """The URLs in the running release."""
    content = model.release.content if model.release else {}
    annotations = services.fleet.language.type_language(model.spec.text("type")).egress_urls
    return [as_str(url) for annotation in annotations for _, url in iter_values(content, annotation.pointer)]


def _indirect_dependency_findings(services: PlanningServices, model: ResolvedModel) -> Iterator[Finding]:
    """Findings about models that callers call instead of this one, or in addition to it."""
    for dependency in model_dependencies(model, services.fleet.language.type_language(model.spec.text("type"))):
        if not dependency.is_direct:
            result = _resolve_dependency(services, model, dependency.name, dependency.release, dependency.pointer)
            if isinstance(result, Finding):
                yield result


def _resolve_use(
    services: PlanningServices, model: ResolvedModel, use: Object, origin: Origin
) -> dict[str, Json] | Finding | None:
    usage: dict[str, Json] = {"env": as_object(use["as"])["env"]} if "as" in use else {"step": use}
    environment = environment_of(model)
    if "dataset" in use:
        spec = services.fleet.find("Dataset", as_str(use["dataset"]))
        if spec is None:
            return None
        data = dataset_in_environment(services.fleet.layers, spec, environment.name)
        url = as_str(data.get("endpoint")) or as_str(data.get("uri"))
        parsed_url = parse_endpoint(url)
        return {
            "kind": "dataset",
            "name": spec.name,
            **usage,
            "url": url,
            **(parsed_url.data if parsed_url else {"internal": False}),
        }
    release = model.release if origin.root == "release" else None
    resolution = _resolve_dependency(services, model, as_str(use.get("model")), release, origin.pointer)
    if resolution is None or isinstance(resolution, Finding):
        return resolution
    dependency, endpoint_data = resolution
    egress = as_object((dependency.release.source if dependency.release else {}).get("egress"))
    cidrs: dict[str, Json] = {"cidrs": egress["cidrs"]} if "cidrs" in egress else {}
    project = services.fleet.portfolio.project.name
    workload: dict[str, Json] = {"namespace": namespace(dependency), "selector": pod_selector(dependency, project)}
    return {"kind": "model", "name": dependency.name, **usage, "url": "", **workload, **endpoint_data, **cidrs}


def _resolve_dependency(
    services: PlanningServices, model: ResolvedModel, name: str, release: Release | None, pointer: Pointer
) -> tuple[ResolvedModel, Object] | Finding | None:
    """A dependency and its endpoint; `None` if another check reports the problem."""
    dependency = services.fleet.model(name, environment_of(model).name)
    emitter = services.emitters.by_id.get(target_id(dependency)) if dependency else None
    if dependency is None or emitter is None:
        return None
    endpoint_data = _cached_endpoint(services, dependency, emitter)
    if isinstance(endpoint_data, Finding) or endpoint_data.get("url"):
        return endpoint_data if isinstance(endpoint_data, Finding) else (dependency, endpoint_data)
    reason = as_str(endpoint_data.get("absent")) or f"{emitter.title} says of it no URL"
    finding = release_finding(
        model,
        release,
        codes.UNSUPPORTED_FEATURE,
        f"{model.name} cannot ask {name}: {reason}",
        (*pointer, "model"),
        "ask another model",
    )
    return replace(finding, notes=(Note(f"the model {name}", dependency.spec.document.location(("name",))),))


def _cached_endpoint(services: PlanningServices, model: ResolvedModel, emitter: Emitter) -> Object | Finding:
    key = (model.name, environment_of(model).name)
    if key not in services.exports_cache:
        services.exports_cache[key] = render_exports(
            services, emitter, lazy_model_context(services, model, emitter), "endpoint"
        )
    return services.exports_cache[key]


def target_id(model: ResolvedModel) -> str:
    """The id of the model's target."""
    return as_str(as_object(model.data.get("deploy")).get("target"))

"""The network access of a model: dependencies, endpoints of its release's steps and tools, and `deploy.egress`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer
from compiler.foundation.provenance import Origin
from compiler.plan.context.adoption import pod_selector
from compiler.plan.context.endpoints import egress_entries
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import environment_of
from compiler.plan.context.pod_peers import PodPeers, dataset_endpoint, egress_findings, release_urls
from compiler.resolve.dependencies import model_dependencies, release_finding
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import Release, ResolvedModel

_MAX_KNOWN = 16
"""Conditions of several emitters, and the templates of a deployment, read the same network access."""


@dataclass(frozen=True, slots=True)
class ResolvedDependency:
    """A dependency as templates see it, and its pointer in the spec."""

    data: dict[str, Json]
    origin: Origin


@dataclass(frozen=True, slots=True)
class NetworkAccess:
    """The dependencies and the egress of a model, and the findings about those that have no endpoint."""

    dependencies: tuple[ResolvedDependency, ...]
    egress: tuple[Object, ...]
    dependency_findings: tuple[Finding, ...]


def network_access(fleet: Fleet, exports: EmitterExports, model: ResolvedModel) -> NetworkAccess:
    """The network access of the model in its environment; `network_findings` has all findings about it."""
    key = (model.name, environment_of(model).name)
    known = exports.known_networks
    if key not in known and len(known) >= _MAX_KNOWN:
        known.clear()
    return fleet.reads.remember(known, key, lambda: _network_access(fleet, exports, model))


def _network_access(fleet: Fleet, exports: EmitterExports, model: ResolvedModel) -> NetworkAccess:
    resolved_uses: list[ResolvedDependency] = []
    findings: list[Finding] = []
    for use in _named_dependencies(fleet, model):
        result = _resolve_use(fleet, exports, model, use)
        if isinstance(result, Finding):
            findings.append(result)
        elif result is not None:
            resolved_uses.append(ResolvedDependency(result, use.origin))
    language = fleet.language.type_language(model.spec.data["type"])
    pod_peers = PodPeers(model, language.must_select_pods)
    uses = [pod_peers.with_entry_pods(use.data) if use.data["kind"] == "dataset" else use.data for use in resolved_uses]
    release_endpoints = [endpoint for _, _, endpoint in release_urls(fleet, pod_peers)]
    egress = egress_entries([*uses, *release_endpoints, *pod_peers.endpoints])
    return NetworkAccess(tuple(resolved_uses), tuple(egress), tuple(findings))


def network_findings(
    fleet: Fleet, exports: EmitterExports, model: ResolvedModel, access: NetworkAccess
) -> Iterator[Finding]:
    """The findings about the network access of the model in its environment."""
    yield from access.dependency_findings
    yield from _indirect_dependency_findings(fleet, exports, model)
    yield from egress_findings(fleet, model)


@dataclass(frozen=True, slots=True)
class _NamedDependency:
    """A dataset or a model that a map of the spec names, and what the name is for: a variable, or a step."""

    kind: Literal["Dataset", "Model"]
    name: str
    usage: Object
    origin: Origin


def _named_dependencies(fleet: Fleet, model: ResolvedModel) -> Iterator[_NamedDependency]:
    """Each dataset or model that the spec names."""
    for index, use in enumerate(model.data.get("uses", ())):
        usage, origin = {"env": use["env"]}, Origin("model", ("uses", index))
        if "dataset" in use:
            yield _NamedDependency("Dataset", use["dataset"], usage, origin)
        else:
            yield _NamedDependency("Model", use.get("model", ""), usage, origin)
    for dependency in model_dependencies(model, fleet.language.type_language(model.spec.data["type"])):
        if dependency.is_direct and dependency.release is model.release and dependency.release is not None:
            origin = Origin("release", dependency.pointer)
            yield _NamedDependency("Model", dependency.name, {"step": dependency.entry}, origin)


def _indirect_dependency_findings(fleet: Fleet, exports: EmitterExports, model: ResolvedModel) -> Iterator[Finding]:
    """Findings about models that callers call instead of this one, or in addition to it."""
    for dependency in model_dependencies(model, fleet.language.type_language(model.spec.data["type"])):
        if not dependency.is_direct:
            result = _resolve_dependency(fleet, exports, model, dependency.name, dependency.release, dependency.pointer)
            if isinstance(result, Finding):
                yield result


def _resolve_use(
    fleet: Fleet, exports: EmitterExports, model: ResolvedModel, use: _NamedDependency
) -> dict[str, Json] | Finding | None:
    if use.kind == "Dataset":
        spec = fleet.find("Dataset", use.name)
        if spec is None:
            return None
        endpoint = dataset_endpoint(fleet, spec, environment_of(model).name)
        return {"kind": "dataset", "name": spec.name, **use.usage, **endpoint}
    release = model.release if use.origin.root == "release" else None
    resolution = _resolve_dependency(fleet, exports, model, use.name, release, use.origin.pointer)
    if resolution is None or isinstance(resolution, Finding):
        return resolution
    dependency, endpoint_data = resolution
    egress = (dependency.release.source if dependency.release else {}).get("egress", {})
    cidrs: dict[str, Json] = {"cidrs": egress["cidrs"]} if "cidrs" in egress else {}
    project = fleet.portfolio.project.name
    workload: dict[str, Json] = {"namespace": namespace(dependency), "selector": pod_selector(dependency, project)}
    return {"kind": "model", "name": dependency.name, **use.usage, "url": "", **workload, **endpoint_data, **cidrs}


def _resolve_dependency(
    fleet: Fleet,
    exports: EmitterExports,
    model: ResolvedModel,
    name: str,
    release: Release | None,
    pointer: Pointer,
) -> tuple[ResolvedModel, Object] | Finding | None:
    """A dependency and its endpoint; `None` if another check reports the problem."""
    dependency = fleet.model(name, environment_of(model).name)
    emitter = exports.target_of(dependency) if dependency else None
    if dependency is None or emitter is None:
        return None
    endpoint_data = exports.endpoint(dependency, emitter)
    if isinstance(endpoint_data, Finding) or endpoint_data.get("url"):
        return endpoint_data if isinstance(endpoint_data, Finding) else (dependency, endpoint_data)
    reason = endpoint_data.get("absentReason") or f"{emitter.title} defines no URL for it"
    finding = release_finding(
        model,
        release,
        codes.UNSUPPORTED_FEATURE,
        f"{model.name} cannot call {name}: {reason}",
        (*pointer, "model"),
        "call another model",
    )
    return replace(finding, notes=(Note(f"the model {name}", dependency.spec.document.location(("name",))),))

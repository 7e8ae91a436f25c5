"""Checks of each deployment: references, lifecycle, namespace, service levels, dependencies."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Note, Subject
from compiler.foundation.json_data import Pointer
from compiler.foundation.suggestions import closest_match
from compiler.resolve.checks.bound_checks import check_bounds
from compiler.resolve.checks.public_key_checks import check_public_keys
from compiler.resolve.checks.reference_help import unknown_name_help
from compiler.resolve.checks.service_level_checks import check_service_levels
from compiler.resolve.dependencies import model_dependencies, release_finding
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES, ALLOWED_STAGES
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import references
from compiler.resolve.version_ranges import satisfies
from compiler.spec.portfolio import ModelSpec

ModelCheck = Callable[[ResolvedModel], Iterator[Finding]]


def check_model(
    fleet: Fleet, spec: ModelSpec, broken_documents: AbstractSet[tuple[str, int]], extra_check: ModelCheck
) -> Iterator[Finding]:
    """The findings of a model in every environment, and what `extra_check` yields for it.

    A model with an invalid document among its layers has none.
    """
    broken_folders = [folder for kind, folder in fleet.portfolio.broken_names if kind == "Defaults"]
    for environment in () if any(map(spec.is_in_folder, broken_folders)) else fleet.environments_of(spec.name):
        if broken_documents and not broken_documents.isdisjoint(_layer_documents(fleet, spec, environment)):
            continue
        resolved_model, findings = fleet.resolve(spec.name, environment)
        yield from findings
        if resolved_model is None:
            continue
        for check in MODEL_CHECKS:
            yield from check(fleet, resolved_model)
        lifecycle_findings = list(_check_lifecycle(resolved_model))
        yield from lifecycle_findings
        yield from () if lifecycle_findings else extra_check(resolved_model)


def _layer_documents(fleet: Fleet, spec: ModelSpec, environment: str | None) -> Iterator[tuple[str, int]]:
    """The documents that contain the layers of a model."""
    environment_layers = (
        fleet.layers.environment_layers(spec, fleet.portfolio.by_kind("Environment")[environment])
        if environment
        else ()
    )
    for layer in (*fleet.layers.base_layers(spec), *environment_layers):
        if layer.document:
            yield layer.document.path, layer.document.index


def _check_references(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """References of the model and its release."""
    language = fleet.language.type_language(model.spec.data["type"])
    cycles = {dependency.pointer for dependency in model_dependencies(model, language) if dependency.is_direct}
    for kind, name, pointer, release in references(model, language):
        if (kind, name) == ("Model", model.name):
            if pointer[:-1] not in cycles:
                message, help_ = f"{model.name} refers to itself", "write the name of another Model, or remove it"
                yield _reference_finding(model, release, codes.REFERENCE_CYCLE, message, pointer, help_)
        elif not fleet.portfolio.may_have_document(kind, name):
            help_ = unknown_name_help(kind, name, fleet.portfolio.by_kind(kind))
            message = f"there is no {kind} `{name}`"
            yield _reference_finding(model, release, codes.UNKNOWN_REFERENCE, message, pointer, help_)


def _reference_finding(
    model: ResolvedModel, release: Release | None, code: Code, message: str, pointer: Pointer, help_: str
) -> Finding:
    if release is not None:
        return release_finding(model, release, code, message, pointer, help_)
    return model.finding(code, message, pointer, help_)


def _check_lifecycle(model: ResolvedModel) -> Iterator[Finding]:
    """The lifecycle allows the environment's stage."""
    if model.environment is None:
        return
    lifecycle, stage = model.data["lifecycle"], model.environment.data["stage"]
    if stage in ALLOWED_STAGES[lifecycle]:
        return
    allowed_stages = [
        f"`{allowed_stage}`" for allowed_stage in ALL_STAGES if allowed_stage in ALLOWED_STAGES[lifecycle]
    ]
    stages_text = f"only in stages {', '.join(allowed_stages)}" if allowed_stages else "in no stage"
    pointer = ("environments", model.environment.name)
    yield Finding(
        codes.LIFECYCLE_NOT_ALLOWED,
        f"a model with lifecycle `{lifecycle}` is allowed {stages_text}, but {model.environment.name} has stage `{stage}`",
        model.spec.document.key_location(pointer),
        Subject("Model", model.name, model.environment.name, pointer),
        "change `lifecycle` if the model is further than that, or remove it from the environment",
        (Note("the lifecycle is set here", model.location(("lifecycle",))),),
    )


def _check_namespace(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """The environment defines a namespace for the model."""
    if model.environment is None or namespace(model) is not None:
        return
    environment = model.environment
    tenants = environment.data.get("namespaces", {})
    tenant = model.data.get("tenant", "")
    if not tenants:
        message, help_ = f"{environment.name} has no namespace", "add `namespace`, or `namespaces` by tenant"
        yield Finding(codes.NO_NAMESPACE, message, environment.document.location(("name",)), environment.subject, help_)
        return
    suggestion = closest_match(tenant, tenants) if tenant else None
    help_ = f"did you mean `{suggestion}`?" if suggestion else f"set `tenant` to one of: {', '.join(tenants)}"
    message = (
        f"{environment.name} has no namespace for tenant `{tenant}`"
        if tenant
        else f"{environment.name} has one namespace per tenant, but {model.name} has no `tenant`"
    )
    finding = model.finding(codes.NO_NAMESPACE, message, ("tenant",), help_, per_environment=True)
    location = finding.location if tenant else model.spec.document.key_location(())
    note = Note("the namespaces are defined here", environment.document.location(("namespaces",)))
    yield replace(finding, location=location, notes=(note,))


def _check_service_levels(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """No objective is looser than the SLA."""
    yield from check_service_levels(model)


def _check_bounds(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """No value is above its upper bound."""
    yield from check_bounds(model, fleet.language.type_language(model.spec.data["type"]).bounds)


def _check_environment_variables(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Each environment variable of the running model is set once."""
    first_pointers: dict[str, Pointer] = {}
    deploy = model.data.get("deploy", {})
    for list_pointer, names, key in (
        (("uses",), [use["env"] for use in model.data.get("uses", ())], ("env",)),
        (("deploy", "env"), [variable["name"] for variable in deploy.get("env", ())], ("name",)),
        (("deploy", "secrets"), [secret["env"] for secret in deploy.get("secrets", ())], ("env",)),
    ):
        for index, name in enumerate(names):
            pointer = (*list_pointer, index, *key)
            if name in first_pointers:
                note = Note("set here first", model.location(first_pointers[name]))
                message = f"the environment variable {name} is set twice"
                finding = model.finding(codes.DUPLICATE_NAME, message, pointer, "give one of them another name")
                yield replace(finding, notes=(note,))
            first_pointers.setdefault(name, pointer)


def _check_dependencies(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Each dependency runs in the same environment, in a release within the version range."""
    if model.environment is None:
        return
    environment = model.environment.name
    for dependency in model_dependencies(model, fleet.language.type_language(model.spec.data["type"])):
        spec = fleet.portfolio.by_kind("Model").get(dependency.name)
        if spec is None:
            continue
        if environment not in spec.data.get("environments", {}):
            verb = "uses" if dependency.is_direct else "needs"
            message = f"{model.name} {verb} {dependency.name}, which is not deployed in {environment}"
            help_ = (
                f"add `{environment}` to `environments` of {dependency.name}, or remove the dependency in {environment}"
            )
            yield dependency.finding(model, message, "model", help_)
            continue
        dependency_model = fleet.model(dependency.name, environment)
        if dependency_model is None or dependency_model.release is None or dependency.version_range is None:
            continue
        if not satisfies(dependency_model.release.version, str(dependency.version_range)):
            message = (
                f"{model.name} requires {dependency.name} {dependency.version_range}, but {environment} has "
                f"{dependency_model.release.version}"
            )
            yield dependency.finding(
                model, message, "release", f"change the range, or the release of {dependency.name} in {environment}"
            )


def check_cycles(fleet: Fleet, dependencies: Mapping[tuple[str, str], Collection[str]]) -> Iterator[Finding]:
    """Each dependency cycle once, starting at its first name in alphabetical order.

    `dependencies`: the names of the models that a model in an environment calls.
    """
    reported_cycles: set[tuple[str, ...]] = set()
    for environment in dict.fromkeys(environment for _, environment in dependencies):
        graph = {
            start: set(names)
            for (start, edge_environment), names in dependencies.items()
            if edge_environment == environment
        }
        while cycle := _find_cycle(graph):
            next_name = cycle[1 % len(cycle)]
            graph[cycle[0]].discard(next_name)
            model, _ = fleet.resolve(cycle[0], environment)
            if cycle not in reported_cycles and model is not None:
                reported_cycles.add(cycle)
                yield _cycle_finding(fleet, model, cycle, next_name)


def _cycle_finding(fleet: Fleet, model: ResolvedModel, cycle: Sequence[str], next_name: str) -> Finding:
    """The finding at the first model's dependency on the next one."""
    dependencies = model_dependencies(model, fleet.language.type_language(model.spec.data["type"]))
    dependency = next(item for item in dependencies if item.is_direct and item.name == next_name)
    message = "these models depend on each other in a cycle: " + " → ".join([*cycle, cycle[0]])
    pointer, help_ = (*dependency.pointer, "model"), "remove one of the dependencies"
    if dependency.release:
        return release_finding(model, dependency.release, codes.REFERENCE_CYCLE, message, pointer, help_)
    return model.finding(codes.REFERENCE_CYCLE, message, pointer, help_)


def _find_cycle(graph: Mapping[str, set[str]]) -> tuple[str, ...] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        nodes: list[str] = list(reversed(error.args[1]))[:-1]
        first = nodes.index(min(nodes))
        return tuple(nodes[first:] + nodes[:first])
    return None


MODEL_CHECKS: tuple[Callable[[Fleet, ResolvedModel], Iterator[Finding]], ...] = (
    _check_references,
    _check_namespace,
    _check_service_levels,
    _check_bounds,
    _check_environment_variables,
    _check_dependencies,
    check_public_keys,
)

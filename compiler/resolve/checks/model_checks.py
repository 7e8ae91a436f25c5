"""What is wrong with single models where they run: names, lifecycle, namespace, promises, and whom they use."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Pointer, as_list, as_object, as_str, at
from compiler.foundation.suggestions import nearest
from compiler.resolve.checks.service_level_checks import check_promises
from compiler.resolve.dependencies import Ask, asks, finding_in
from compiler.resolve.fleet import Fleet, Only, judged
from compiler.resolve.lifecycle import ALL_STAGES, STAGES
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.resolve.resolver import references
from compiler.resolve.version_ranges import satisfies
from compiler.spec.portfolio import Spec

Check = Callable[[ResolvedModel], Iterator[Finding]]


def check_models(
    fleet: Fleet, unsound: frozenset[tuple[str, int]], also: Check, only: Only = None
) -> Iterator[Finding]:
    """Findings of every model in every environment, and what `also` says of it; each is resolved once.

    Models that a broken document is a layer of are left out.
    """
    folders = [folder for kind, folder in fleet.portfolio.broken if kind == "Defaults"]
    edges: dict[tuple[str, str], list[Ask]] = {}
    for spec in judged(fleet, only):
        name = spec.name
        for environment in () if any(map(spec.is_below, folders)) else fleet.places(name):
            if unsound and not unsound.isdisjoint(_documents(fleet, spec, environment)):
                continue
            resolved, findings = fleet.resolve(name, environment)
            yield from findings
            if resolved is None:
                continue
            for check in CHECKS:
                yield from check(fleet, resolved)
            early = list(_lifecycle(resolved))
            yield from early
            yield from () if early else also(resolved)
            if environment:
                language = fleet.language.type(spec.text("type"))
                edges[name, environment] = [ask for ask in asks(resolved, language) if ask.itself]
    yield from _cycles(fleet, edges)


def _documents(fleet: Fleet, spec: Spec, environment: str | None) -> Iterator[tuple[str, int]]:
    """The documents that the layers of a model stand in."""
    specific = fleet.layers.specific(spec, fleet.portfolio.of("Environment")[environment]) if environment else ()
    for layer in (*fleet.layers.general(spec), *specific):
        if layer.document:
            yield layer.document.path, layer.document.index


def _names(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Every name that the model or its release refers to."""
    for kind, name, pointer, release in references(model, fleet.language.type(model.spec.text("type"))):
        if fleet.portfolio.knows(kind, name):
            continue
        message = f"there is no {kind} `{name}`"
        near = nearest(name, fleet.portfolio.of(kind))
        help_ = f"did you mean `{near}`?" if near else f"write the {kind} document, or refer to one that there is"
        if release is None:
            yield model.finding(codes.UNKNOWN_REFERENCE, message, pointer, help_)
        else:
            written = (*release.pointer, *pointer)
            place = model.spec.document.place(written)
            yield Finding(codes.UNKNOWN_REFERENCE, message, place, Subject("Model", model.name, None, written), help_)


def _lifecycle(model: ResolvedModel) -> Iterator[Finding]:
    """The lifecycle allows the environment's stage."""
    if model.environment is None:
        return
    lifecycle, stage = as_str(model.data["lifecycle"]), model.environment.text("stage")
    if stage in STAGES[lifecycle]:
        return
    allowed = [f"`{known}`" for known in ALL_STAGES if known in STAGES[lifecycle]]
    runs = f"only in stages {', '.join(allowed)}" if allowed else "nowhere"
    pointer = ("environments", model.environment.name)
    yield Finding(
        codes.LIFECYCLE,
        f"a model with lifecycle `{lifecycle}` runs {runs}, and {model.environment.name} has stage `{stage}`",
        model.spec.document.key_place(pointer),
        Subject("Model", model.name, model.environment.name, pointer),
        "change `lifecycle` if the model is further than it says, or take it out of the environment",
        (Note("the lifecycle is set here", model.place(("lifecycle",))),),
    )


def _namespace(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """The environment has a namespace for the model."""
    if model.environment is None or namespace(model) is not None:
        return
    environment = model.environment
    tenants = as_object(environment.data.get("namespaces"))
    tenant = as_str(model.data.get("tenant"))
    if not tenants:
        message, help_ = f"{environment.name} has no namespace", "add `namespace`, or `namespaces` by tenant"
        yield Finding(codes.NO_NAMESPACE, message, environment.document.place(("name",)), environment.subject, help_)
        return
    near = nearest(tenant, tenants) if tenant else None
    help_ = f"did you mean `{near}`?" if near else f"set `tenant` to one of: {', '.join(tenants)}"
    message = (
        f"{environment.name} has no namespace for tenant `{tenant}`"
        if tenant
        else f"{environment.name} has a namespace for each tenant, and {model.name} names none"
    )
    found = model.finding(codes.NO_NAMESPACE, message, ("tenant",), help_, here=True)
    place = found.place if tenant else model.spec.document.key_place(())
    note = Note("the namespaces are named here", environment.document.place(("namespaces",)))
    yield replace(found, place=place, notes=(note,))


def _promises(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """No objective is looser than the promise."""
    yield from check_promises(model)


def _variables(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Each environment variable of the running model is set once."""
    set_by: dict[str, Pointer] = {}
    deploy = as_object(model.data.get("deploy"))
    for where, listed, key in (
        (("uses",), model.data.get("uses"), ("as", "env")),
        (("deploy", "env"), deploy.get("env"), ("name",)),
        (("deploy", "secrets"), deploy.get("secrets"), ("as", "env")),
    ):
        for index, element in enumerate(as_list(listed)):
            name, pointer = as_str(at(element, key)), (*where, index, *key)
            if name in set_by:
                note = Note("the other one", model.place(set_by[name]))
                message = f"the environment variable {name} is set twice"
                found = model.finding(codes.DUPLICATE_NAME, message, pointer, "give one of them another name")
                yield replace(found, notes=(note,))
            set_by.setdefault(name, pointer)


def _used(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Each model that is asked runs in the same environment, in a release that will do."""
    if model.environment is None:
        return
    place = model.environment.name
    for ask in asks(model, fleet.language.type(model.spec.text("type"))):
        spec = fleet.portfolio.of("Model").get(ask.name)
        if spec is None:
            continue
        if place not in as_object(spec.data.get("environments")):
            verb = "uses" if ask.itself else "needs"
            message = f"{model.name} {verb} {ask.name}, which does not run in {place}"
            help_ = f"add `{place}` to the environments of {ask.name}, or use it only where it runs"
            yield ask.finding(model, message, "model", help_)
            continue
        other = fleet.model(ask.name, place)
        if other is None or other.release is None or ask.wanted is None:
            continue
        if not satisfies(other.release.version, str(ask.wanted)):
            message = f"{model.name} uses {ask.name} {ask.wanted}, and {place} runs {other.release.version}"
            yield ask.finding(model, message, "release", "change the range, or the release that runs")


def _cycles(fleet: Fleet, edges: Mapping[tuple[str, str], list[Ask]]) -> Iterator[Finding]:
    """Each circle of uses once, told from its first name in order."""
    told: set[tuple[str, ...]] = set()
    for environment in dict.fromkeys(environment for _, environment in edges):
        graph = {start: {ask.name for ask in asked} for (start, where), asked in edges.items() if where == environment}
        while circle := _circle(graph):
            following = circle[1 % len(circle)]
            graph[circle[0]].discard(following)
            model, _ = fleet.resolve(circle[0], environment)
            if circle in told or model is None:
                continue
            told.add(circle)
            ask = next(ask for ask in edges[circle[0], environment] if ask.name == following)
            message = "these models use each other in a circle: " + " → ".join([*circle, circle[0]])
            code, pointer, help_ = codes.REFERENCE_CYCLE, (*ask.pointer, "model"), "remove one of the uses"
            yield (
                finding_in(model, ask.release, code, message, pointer, help_)
                if ask.release
                else model.finding(code, message, pointer, help_)
            )


def _circle(graph: Mapping[str, set[str]]) -> tuple[str, ...] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        nodes: list[str] = list(reversed(found.args[1]))[:-1]
        first = nodes.index(min(nodes))
        return tuple(nodes[first:] + nodes[:first])
    return None


CHECKS: tuple[Callable[[Fleet, ResolvedModel], Iterator[Finding]], ...] = (
    _names,
    _namespace,
    _promises,
    _variables,
    _used,
)

"""What is wrong with single models where they run: names, lifecycle, namespace, promises, and whom they use."""

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from compiler import codes
from compiler.diagnostics import Finding, Note, Subject
from compiler.resolve.fleet import Fleet
from compiler.resolve.layers import Layer
from compiler.resolve.lifecycle import STAGES
from compiler.resolve.model import ResolvedModel
from compiler.resolve.places import namespace
from compiler.resolve.resolver import references
from compiler.resolve.versions import satisfies
from compiler.spec.quantities import Duration, Percentage
from compiler.values import as_list, as_object, as_str
from compiler.words import nearest

NOWHERE: tuple[str | None, ...] = (None,)
"""For a model that is listed nowhere: its general layers are judged alone."""


Check = Callable[[ResolvedModel], Iterator[Finding]]


def check_models(fleet: Fleet, unsound: frozenset[str], also: Check) -> Iterator[Finding]:
    """Findings of every model in every environment, and what `also` says of it; each is resolved once.

    Models that a broken document is a layer of are left out.
    """
    edges: dict[tuple[str, str], list[str]] = {}
    for name, spec in fleet.portfolio.of("Model").items():
        listed: list[str | None] = [
            place for place in fleet.environments if place in as_object(spec.data.get("environments"))
        ]
        for environment in listed or NOWHERE:
            resolved, findings = fleet.resolve(name, environment) if environment else fleet.resolve_nowhere(name)
            paths = {layer.document.path for layer in _layers(fleet, name, environment) if layer.document}
            if paths & unsound:
                continue
            yield from findings
            if resolved is None:
                continue
            for check in CHECKS:
                yield from check(fleet, resolved)
            if environment:
                yield from also(resolved)
                edges[name, environment] = _used_models(resolved)
    yield from _cycles(fleet, edges)


def _layers(fleet: Fleet, name: str, environment: str | None) -> tuple[Layer, ...]:
    spec = fleet.portfolio.of("Model")[name]
    specific = fleet.layers.specific(spec, fleet.portfolio.of("Environment")[environment]) if environment else ()
    return (*fleet.layers.general(spec), *specific)


def _names(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Every name that the model or its release refers to."""
    for kind, name, pointer, release in references(model, fleet.language.type(model.spec.text("type"))):
        if fleet.portfolio.knows(kind, name):
            continue
        message = f"there is no {kind} `{name}`"
        near = nearest(name, sorted(fleet.portfolio.of(kind)))
        help_ = f"did you mean `{near}`?" if near else f"write the {kind} document, or refer to one that there is"
        if release is None:
            yield model.finding(codes.UNKNOWN_REFERENCE, message, pointer, help_)
        else:
            written = (*release.pointer, *pointer)
            place = model.spec.document.place(written)
            yield Finding(codes.UNKNOWN_REFERENCE, message, place, Subject("Model", model.name, None, written), help_)


def _lifecycle(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """The lifecycle allows the environment's stage."""
    if model.environment is None:
        return
    lifecycle, stage = as_str(model.data["lifecycle"]), model.environment.text("stage")
    if stage in STAGES[lifecycle]:
        return
    allowed = ", ".join(sorted(STAGES[lifecycle])) or "nowhere"
    pointer = ("environments", model.environment.name)
    yield Finding(
        codes.LIFECYCLE,
        f"lifecycle `{lifecycle}` allows {allowed}, and {model.environment.name} is {stage}",
        model.spec.document.key_place(pointer),
        Subject("Model", model.name, model.environment.name, pointer),
        "change `lifecycle` if the model is further than it says, or take it out of the environment",
        (Note("the lifecycle is set here", model.place(("lifecycle",))),),
    )


def _namespace(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """The environment has a namespace for the model."""
    if model.environment is None or namespace(model) is not None:
        return
    tenants = as_object(model.environment.data.get("namespaces"))
    tenant = as_str(model.data.get("tenant"))
    place = model.environment.document.place(("namespaces",) if tenants else ("name",))
    where = model.environment.name
    message = (
        f"{where} has no namespace for tenant `{tenant}`"
        if tenant
        else f"{where} has namespaces by tenant, and {model.name} names none"
    )
    help_ = (
        f"set `tenant` to one of: {', '.join(tenants)}"
        if tenants
        else "give the Environment a `namespace`, or `namespaces` by tenant"
    )
    subject = Subject("Model", model.name, where, ("tenant",))
    yield Finding(
        codes.NO_NAMESPACE, message, model.place(("tenant",)), subject, help_, (Note("the environment", place),)
    )


def _promises(_: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """No objective is looser than the promise."""
    sla, slo = as_object(model.data.get("sla")), as_object(model.data.get("slo"))
    promised, watched = sla.get("availability"), slo.get("availability")
    if promised and watched and Percentage(as_str(watched)).ratio < Percentage(as_str(promised)).ratio:
        message = f"the SLO watches {watched} availability, and the SLA promises {promised}"
        yield model.finding(codes.SLO_LOOSER, message, ("slo", "availability"), f"make it at least {promised}")
    latency = as_object(sla.get("latency"))
    for index, objective in enumerate(as_list(slo.get("latency"))):
        under, share = as_str(as_object(objective).get("under")), as_str(as_object(objective).get("for"))
        bound = as_str(latency.get("p" + share.rstrip("%")))
        if bound and Duration(under).milliseconds > Duration(bound).milliseconds:
            message = f"the SLO watches {under} for {share}, and the SLA promises {bound}"
            yield model.finding(
                codes.SLO_LOOSER, message, ("slo", "latency", index, "under"), f"make it at most {bound}"
            )


def _used(fleet: Fleet, model: ResolvedModel) -> Iterator[Finding]:
    """Each model that is used runs in the same environment, in a release that will do."""
    if model.environment is None:
        return
    place = model.environment.name
    for index, use in enumerate(as_list(model.data.get("uses"))):
        name, wanted = as_str(as_object(use).get("model")), as_object(use).get("release")
        spec = fleet.portfolio.of("Model").get(name)
        if spec is None:
            continue
        if place not in as_object(spec.data.get("environments")):
            message = f"{model.name} uses {name}, which does not run in {place}"
            help_ = f"add `{place}` to the environments of {name}, or use it only where it runs"
            yield model.finding(codes.NOT_THERE, message, ("uses", index, "model"), help_)
            continue
        other = fleet.model(name, place)
        if other is None or other.release is None or wanted is None or satisfies(other.release.version, str(wanted)):
            continue
        message = f"{model.name} uses {name} {wanted}, and {place} runs {other.release.version}"
        yield model.finding(
            codes.NOT_THERE, message, ("uses", index, "release"), "change the range, or the release that runs"
        )


def _used_models(model: ResolvedModel) -> list[str]:
    return [as_str(as_object(use).get("model")) for use in as_list(model.data.get("uses"))]


def _cycles(fleet: Fleet, edges: Mapping[tuple[str, str], list[str]]) -> Iterator[Finding]:
    """Each circle of uses once, told from its first name in order."""
    told: set[tuple[str, ...]] = set()
    for environment in dict.fromkeys(environment for _, environment in edges):
        graph = {start: set(filter(None, uses)) for (start, where), uses in edges.items() if where == environment}
        while circle := _circle(graph):
            following = circle[1 % len(circle)]
            graph[circle[0]].discard(following)
            model, _ = fleet.resolve(circle[0], environment)
            if circle in told or model is None:
                continue
            told.add(circle)
            pointer = ("uses", edges[circle[0], environment].index(following), "model")
            message = "these models use each other in a circle: " + " → ".join([*circle, circle[0]])
            yield model.finding(codes.REFERENCE_CYCLE, message, pointer, "remove one of the uses")


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
    _lifecycle,
    _namespace,
    _promises,
    _used,
)

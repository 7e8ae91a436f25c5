"""Whom a model asks and what it reaches over the network: what it uses, its release's steps and tools, and `deploy.egress`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.foundation.provenance import Origin
from compiler.plan.context.adoption import selector
from compiler.plan.context.endpoints import endpoint, reached
from compiler.plan.context.lazy_context import Context
from compiler.plan.context.model_context import environment_of, late_context
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.planning_services import Planner
from compiler.resolve.dependencies import asks, finding_in
from compiler.resolve.placement import dataset_in, namespace
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.language import matches


@dataclass(frozen=True, slots=True)
class Used:
    """Something that is asked, as templates see it, and where the spec says so."""

    data: dict[str, Json]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Reach:
    """What a model asks and reaches."""

    uses: tuple[Used, ...]
    egress: tuple[Object, ...]
    findings: tuple[Finding, ...]


def reach(planner: Planner, model: ResolvedModel) -> Reach:
    """What the model asks and reaches in its environment."""
    uses: list[Used] = []
    findings: list[Finding] = []
    for said, origin in _asked(planner, model):
        one = _use(planner, model, said, origin)
        if isinstance(one, Finding):
            findings.append(one)
        elif one is not None:
            uses.append(Used(one, origin))
    findings += _elsewhere(planner, model)
    extra = [as_str(url) for url in as_list(as_object(model.data.get("deploy")).get("egress"))]
    egress = reached([use.data for use in uses], [*_released(planner, model), *extra])
    return Reach(tuple(uses), tuple(egress), tuple(findings))


def exports(planner: Planner, emitter: Emitter, context: Context, name: str) -> Object | Finding:
    """What an emitter exports of a model under a name, with the parts of its URL; empty where it exports nothing."""
    found: dict[str, Json] = {}
    for key, written in as_object(as_object(emitter.data.get("exports")).get(name)).items():
        filled = planner.evaluate(emitter, written, context, ("exports", name, key))
        if isinstance(filled, Finding):
            return filled
        if filled is not None:
            found[key] = filled
    if not found:
        return {}
    if "path" in found and "url" in found:
        found["url"] = f"{found.get('url', '')}{found['path']}"
    parts = endpoint(as_str(found.get("url")))
    return {**(parts.data if parts else {}), **found}


def _asked(planner: Planner, model: ResolvedModel) -> Iterator[tuple[Object, Origin]]:
    """What the model asks: each map that names a dataset or a model, and where it stands."""
    for index, use in enumerate(map(as_object, as_list(model.data.get("uses")))):
        yield use, Origin("model", ("uses", index))
    for ask in asks(model, planner.fleet.language.type(model.spec.text("type"))):
        if ask.itself and ask.release is model.release and ask.release is not None:
            yield ask.said, Origin("release", ask.pointer)


def _released(planner: Planner, model: ResolvedModel) -> list[str]:
    """URLs of the release that the running model asks."""
    content = model.release.content if model.release else {}
    marks = planner.fleet.language.type(model.spec.text("type")).reached
    return [as_str(url) for mark in marks for _, url in matches(content, mark.pointer)]


def _elsewhere(planner: Planner, model: ResolvedModel) -> Iterator[Finding]:
    """What is wrong with the models that callers ask instead of this one, or beside it."""
    for ask in asks(model, planner.fleet.language.type(model.spec.text("type"))):
        if not ask.itself:
            found = _answer(planner, model, ask.name, ask.release, ask.pointer)
            if isinstance(found, Finding):
                yield found


def _use(planner: Planner, model: ResolvedModel, use: Object, origin: Origin) -> dict[str, Json] | Finding | None:
    env: dict[str, Json] = {"env": as_object(use["as"])["env"]} if "as" in use else {"step": use}
    environment = environment_of(model)
    if "dataset" in use:
        spec = planner.fleet.find("Dataset", as_str(use["dataset"]))
        if spec is None:
            return None
        data = dataset_in(planner.fleet.layers, spec, environment.name)
        url = as_str(data.get("endpoint")) or as_str(data.get("uri"))
        found = endpoint(url)
        return {
            "kind": "dataset",
            "name": spec.name,
            **env,
            "url": url,
            **(found.data if found else {"internal": False}),
        }
    release = model.release if origin.root == "release" else None
    answer = _answer(planner, model, as_str(use.get("model")), release, origin.pointer)
    if answer is None or isinstance(answer, Finding):
        return answer
    other, exported = answer
    egress = as_object((other.release.source if other.release else {}).get("egress"))
    cidrs: dict[str, Json] = {"cidrs": egress["cidrs"]} if "cidrs" in egress else {}
    project = planner.fleet.portfolio.project.name
    runs: dict[str, Json] = {"namespace": namespace(other), "selector": selector(other, project)}
    return {"kind": "model", "name": other.name, **env, "url": "", **runs, **exported, **cidrs}


def _answer(
    planner: Planner, model: ResolvedModel, name: str, release: Release | None, pointer: Pointer
) -> tuple[ResolvedModel, Object] | Finding | None:
    """A model that is asked, and where it answers; `None` where what is wrong with it is said elsewhere."""
    other = planner.fleet.model(name, environment_of(model).name)
    emitter = planner.emitters.by_id.get(target_of(other)) if other else None
    if other is None or emitter is None:
        return None
    exported = _exported(planner, other, emitter)
    if isinstance(exported, Finding) or exported.get("url"):
        return exported if isinstance(exported, Finding) else (other, exported)
    why = as_str(exported.get("absent")) or f"{emitter.title} says of it no URL"
    found = finding_in(
        model, release, codes.CANNOT, f"{model.name} cannot ask {name}: {why}", (*pointer, "model"), "ask another model"
    )
    return replace(found, notes=(Note(f"the model {name}", other.spec.document.place(("name",))),))


def _exported(planner: Planner, other: ResolvedModel, emitter: Emitter) -> Object | Finding:
    key = (other.name, environment_of(other).name)
    if key not in planner.exported:
        planner.exported[key] = exports(planner, emitter, late_context(planner, other, emitter), "endpoint")
    return planner.exported[key]


def target_of(model: ResolvedModel) -> str:
    """The id of the emitter that the model names."""
    return as_str(as_object(model.data.get("deploy")).get("target"))

"""One model and one emitter: what the emitter's conditions say, which images it needs, and what is already wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.foundation.provenance import Derived, Origin
from compiler.plan.context import images
from compiler.plan.context.adoption import base_name
from compiler.plan.context.model_context import Values, canary_of, environment_of, options_of, release_of, with_options
from compiler.plan.context.network import reach
from compiler.plan.emitters.conditions import JUDGED, Sections, Verdicts
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.planning_services import Planner
from compiler.resolve.digests import digest
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Spec

_NOTHING: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True)
class Situation:
    """What an emitter has before it of one model."""

    model: ResolvedModel
    emitter: Emitter
    verdicts: Verdicts
    images: Derived
    findings: tuple[Finding, ...]


def situation(
    planner: Planner,
    model: ResolvedModel,
    emitter: Emitter,
    sections: Sections = JUDGED,
    known: Mapping[str, Json] = _NOTHING,
) -> Situation:
    """What an emitter says of a model in its environment, as far as conditions of these sections are asked.

    `known`: variables of theirs that somebody else has worked out.
    """
    verdicts = _verdicts(planner, model, emitter, sections, known)
    found, missing = _images(planner, emitter, verdicts, environment_of(model).data)
    if emitter.is_target:
        missing += images.unpinned(model)
    return Situation(model, emitter, verdicts, found, tuple(missing))


def _verdicts(
    planner: Planner, model: ResolvedModel, emitter: Emitter, sections: Sections, known: Mapping[str, Json]
) -> Verdicts:
    if not planner.conditions.has_any(emitter, sections):
        return {}
    asked = {**variables(planner, model, emitter), **known}
    if planner.conditions.reads(emitter, sections, "network"):
        asked["network"] = {"egress": list(reach(planner, model).egress)}
    return planner.conditions.verdicts(emitter, sections, asked)


def with_emitter(judged: Situation, planner: Planner, context: Values) -> Values:
    """The context with what an emitter adds to it: its options, its images, and of a target the digest of what runs."""
    model, emitter, found = judged.model, judged.emitter, judged.images
    context = {**with_options(planner, model, emitter, context), "images": found}
    if emitter.is_target:
        released = (Origin("model", ("release",)),)
        runtime = digest([model.runtime_digest, found.value])
        context["runtimeDigest"] = Derived(runtime, released)
        context["runtimeId"] = Derived(runtime.removeprefix("sha256:")[:10], released)
    return context


def _images(
    planner: Planner, emitter: Emitter, verdicts: Verdicts, environment: Object
) -> tuple[Derived, list[Finding]]:
    if not emitter.images:
        return Derived({}, ()), []
    wanted: list[str] = []
    findings: list[Finding] = []
    for index, image in enumerate(emitter.images):
        needed = verdicts.get(("images", index, "when"), True)
        if isinstance(needed, Finding):
            findings.append(needed)
        elif needed:
            wanted.append(as_str(image["name"]))
    found, missing = images.locked(planner.fleet, emitter, wanted, environment)
    origins = tuple(origin for image in found.values() for origin in image.origins)
    return Derived({name: image.value for name, image in found.items()}, origins), [*findings, *missing]


def variables(planner: Planner, model: ResolvedModel, emitter: Emitter) -> dict[str, Json]:
    """The variables of conditions about one model."""
    portfolio = planner.fleet.portfolio
    environment = model.environment.data if model.environment else {}
    return {
        "name": base_name(model),
        "model": model.data,
        "deploy": as_object(model.data.get("deploy")),
        "project": portfolio.project.data,
        "useCase": _document(portfolio.of("UseCase"), model, "useCase"),
        "team": _document(portfolio.of("Team"), model, "owner"),
        "release": release_of(model),
        "canary": canary_of(model),
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
        "options": options_of(planner, emitter, model),
    }


def _document(specs: Mapping[str, Spec], model: ResolvedModel, field: str) -> Object:
    """What the document says that a field of the model names; nothing where there is none."""
    found = specs.get(as_str(model.data.get(field)))
    return found.data if found else {}

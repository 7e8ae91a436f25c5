"""One model and one emitter: what templates see, what the emitter's conditions say, and what is already wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics import Finding
from compiler.plan import images
from compiler.plan.base import Values, environment_of, with_options
from compiler.plan.conditions import MADE, Sections, Verdicts
from compiler.plan.emitter import Emitter
from compiler.plan.planner import Planner
from compiler.plan.reach import reach
from compiler.provenance import Derived, Origin, Root
from compiler.resolve.digests import digest
from compiler.resolve.model import ResolvedModel
from compiler.values import Json, Object, as_object, as_str

_NOTHING: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True)
class Situation:
    """What an emitter has before it of one model."""

    model: ResolvedModel
    emitter: Emitter
    context: Values
    verdicts: Verdicts
    findings: tuple[Finding, ...]


def situation(
    planner: Planner, model: ResolvedModel, emitter: Emitter, context: Values, sections: Sections = MADE,
    known: Mapping[str, Json] = _NOTHING,
) -> Situation:  # fmt: skip
    """What one emitter adds to a context: its options, its images, and what its conditions say.

    `sections`: whose conditions are asked; `known`: variables of theirs that somebody else has worked out.
    """
    environment = environment_of(model)
    context = with_options(planner, model, emitter, context)
    asked: dict[str, Json] = {**variables(model, context), **known}
    if planner.conditions.reads(emitter, "network", sections):
        asked["network"] = {"egress": list(reach(planner, model).egress)}
    verdicts = planner.conditions.verdicts(emitter, asked, sections)
    found, missing = _images(planner, emitter, verdicts, environment.data)
    context["images"] = found
    if emitter.is_target:
        released = (Origin("model", ("release",)),)
        runtime = digest([model.runtime_digest, found.value])
        context["runtimeDigest"] = Derived(runtime, released)
        context["runtimeId"] = Derived(runtime.removeprefix("sha256:")[:10], released)
        missing += images.unpinned(model)
    return Situation(model, emitter, context, verdicts, tuple(missing))


def _images(
    planner: Planner, emitter: Emitter, verdicts: Verdicts, environment: Object
) -> tuple[Derived, list[Finding]]:
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


def variables(model: ResolvedModel, context: Values) -> dict[str, Object]:
    """The variables of conditions about one model."""
    environment = environment_of(model).data
    roots = {name: root.data for name, root in context.items() if isinstance(root, Root)}
    return {
        "model": model.data,
        "deploy": as_object(model.data.get("deploy")),
        "project": roots["project"],
        "useCase": roots.get("useCase", {}),
        "team": roots["team"],
        "release": roots.get("release", {}),
        "canary": roots.get("canary", {}),
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
        "options": roots["options"],
    }

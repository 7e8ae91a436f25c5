"""One model and one emitter: what the emitter's conditions say, which images it needs, and what is already wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context import images
from compiler.plan.context.adoption import base_name
from compiler.plan.context.model_context import (
    ContextValues,
    canary_data,
    current_release_data,
    emitter_options,
    environment_of,
    with_emitter_options,
)
from compiler.plan.context.network import network_access
from compiler.plan.emitters.conditions import COMPATIBILITY_SECTIONS, ConditionResults, ConditionSections
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.planning_services import PlanningServices
from compiler.resolve.digests import digest
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Spec

_NO_VARIABLES: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True)
class EmitterEvaluation:
    """What an emitter has before it of one model."""

    model: ResolvedModel
    emitter: Emitter
    condition_results: ConditionResults
    images: ComputedValue
    findings: tuple[Finding, ...]


def evaluate_emitter(
    services: PlanningServices,
    model: ResolvedModel,
    emitter: Emitter,
    sections: ConditionSections = COMPATIBILITY_SECTIONS,
    extra_variables: Mapping[str, Json] = _NO_VARIABLES,
) -> EmitterEvaluation:
    """What an emitter says of a model in its environment, as far as conditions of these sections are asked.

    `known`: variables of theirs that somebody else has worked out.
    """
    condition_results = _condition_results(services, model, emitter, sections, extra_variables)
    image_value, image_findings = _required_images(services, emitter, condition_results, environment_of(model).data)
    if emitter.is_target:
        image_findings += images.unpinned_image_findings(model)
    return EmitterEvaluation(model, emitter, condition_results, image_value, tuple(image_findings))


def _condition_results(
    services: PlanningServices,
    model: ResolvedModel,
    emitter: Emitter,
    sections: ConditionSections,
    extra_variables: Mapping[str, Json],
) -> ConditionResults:
    if not services.conditions.has_conditions(emitter, sections):
        return {}
    values = {**condition_variables(services, model, emitter), **extra_variables}
    if services.conditions.reads_variable(emitter, sections, "network"):
        values["network"] = {"egress": list(network_access(services, model).egress)}
    return services.conditions.evaluate_sections(emitter, sections, values)


def with_emitter_context(
    evaluation: EmitterEvaluation, services: PlanningServices, context: ContextValues
) -> ContextValues:
    """The context with what an emitter adds to it: its options, its images, and of a target the digest of what runs."""
    model, emitter, image_value = evaluation.model, evaluation.emitter, evaluation.images
    context = {**with_emitter_options(services, model, emitter, context), "images": image_value}
    if emitter.is_target:
        release_origins = (Origin("model", ("release",)),)
        runtime = digest([model.runtime_digest, image_value.value])
        context["runtimeDigest"] = ComputedValue(runtime, release_origins)
        context["runtimeId"] = ComputedValue(runtime.removeprefix("sha256:")[:10], release_origins)
    return context


def _required_images(
    services: PlanningServices, emitter: Emitter, condition_results: ConditionResults, environment: Object
) -> tuple[ComputedValue, list[Finding]]:
    if not emitter.images:
        return ComputedValue({}, ()), []
    required_names: list[str] = []
    findings: list[Finding] = []
    for index, image in enumerate(emitter.images):
        is_required = condition_results.get(("images", index, "when"), True)
        if isinstance(is_required, Finding):
            findings.append(is_required)
        elif is_required:
            required_names.append(as_str(image["name"]))
    references, missing_findings = images.pinned_images(services.fleet, emitter, required_names, environment)
    origins = tuple(origin for image in references.values() for origin in image.origins)
    return ComputedValue({name: image.value for name, image in references.items()}, origins), [
        *findings,
        *missing_findings,
    ]


def condition_variables(services: PlanningServices, model: ResolvedModel, emitter: Emitter) -> dict[str, Json]:
    """The variables of conditions about one model."""
    portfolio = services.fleet.portfolio
    environment = model.environment.data if model.environment else {}
    return {
        "name": base_name(model),
        "model": model.data,
        "deploy": as_object(model.data.get("deploy")),
        "project": portfolio.project.data,
        "useCase": _referenced_document(portfolio.by_kind("UseCase"), model, "useCase"),
        "team": _referenced_document(portfolio.by_kind("Team"), model, "owner"),
        "release": current_release_data(model),
        "canary": canary_data(model),
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
        "options": emitter_options(services, emitter, model),
    }


def _referenced_document(specs: Mapping[str, Spec], model: ResolvedModel, field: str) -> Object:
    """What the document says that a field of the model names; nothing where there is none."""
    spec = specs.get(as_str(model.data.get(field)))
    return spec.data if spec else {}

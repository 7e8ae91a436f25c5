"""One model and one emitter: the results of the emitter's conditions, the images that it needs, and findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, plain_data
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context import images
from compiler.plan.context.adoption import base_name
from compiler.plan.context.enforced_controls import enforced_controls
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import (
    ContextValues,
    canary_data,
    current_release_data,
    emitter_options,
    environment_of,
    model_context,
    with_emitter_options,
)
from compiler.plan.context.network import network_access
from compiler.plan.emitters.conditions import (
    COMPATIBILITY_SECTIONS,
    ConditionEvaluator,
    ConditionResults,
    ConditionSections,
)
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.features import available_features
from compiler.resolve.digests import digest
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import EnvironmentData

LazyVariables: TypeAlias = Mapping[str, Callable[[], Json]]
"""Variables of conditions, each computed where it is read."""

_NO_VARIABLES: LazyVariables = MappingProxyType({})


@dataclass(frozen=True)
class EmitterEvaluation:
    """The values that one emitter receives for one model."""

    model: ResolvedModel
    emitter: Emitter
    condition_results: ConditionResults
    images: ComputedValue
    findings: tuple[Finding, ...]


class EmitterEvaluator:
    """Evaluates the conditions of emitters for models, and the images that they need."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator, exports: EmitterExports) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._exports = exports

    def evaluate(
        self,
        model: ResolvedModel,
        emitter: Emitter,
        sections: ConditionSections = COMPATIBILITY_SECTIONS,
        lazy_variables: LazyVariables = _NO_VARIABLES,
    ) -> EmitterEvaluation:
        """The conditions of these sections for a model in its environment; `lazy_variables` are computed if one reads them."""
        condition_results = self._condition_results(model, emitter, sections, lazy_variables)
        image_value, image_findings = _required_images(
            self._fleet, emitter, condition_results, environment_of(model).data
        )
        image_findings += [
            result
            for pointer, result in condition_results.items()
            if pointer[0] == "enforces" and isinstance(result, Finding)
        ]
        if emitter.is_target:
            image_findings += images.unpinned_image_findings(model)
        return EmitterEvaluation(model, emitter, condition_results, image_value, tuple(image_findings))

    def target_context(self, evaluation: EmitterEvaluation) -> ContextValues:
        """The context of the templates of a model's target, as far as it depends on no other model."""
        return self.with_emitter_context(evaluation, model_context(self._fleet, evaluation.model))

    def with_emitter_context(self, evaluation: EmitterEvaluation, context: ContextValues) -> ContextValues:
        """The context with what an emitter adds to it: its options, its images, and of a target the digest of what runs."""
        model, emitter, image_value = evaluation.model, evaluation.emitter, evaluation.images
        context = {**with_emitter_options(self._fleet, model, emitter, context), "images": image_value}
        if emitter.is_target:
            context["enforced"] = ComputedValue(
                {control.field: control.json for control in enforced_controls(emitter, evaluation.condition_results)},
                (Origin("release", ("source",)),),
            )
            release_origins = (Origin("model", ("release",)),)
            runtime = digest([model.runtime_digest, image_value.value])
            context["runtimeDigest"] = ComputedValue(runtime, release_origins)
            context["runtimeHash"] = ComputedValue(runtime.removeprefix("sha256:")[:10], release_origins)
        return context

    def _condition_results(
        self, model: ResolvedModel, emitter: Emitter, sections: ConditionSections, lazy_variables: LazyVariables
    ) -> ConditionResults:
        if not self._conditions.has_conditions(emitter, sections):
            return {}
        factories: LazyVariables = {
            **lazy_variables,
            "network": lambda: {"egress": list(network_access(self._fleet, self._exports, model).egress)},
        }
        values = condition_variables(self._fleet, model, emitter) | {
            name: factory()
            for name, factory in factories.items()
            if self._conditions.reads_variable(emitter, sections, name)
        }
        return self._conditions.evaluate_sections(emitter, sections, values)


def _required_images(
    fleet: Fleet, emitter: Emitter, condition_results: ConditionResults, environment: EnvironmentData
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
            required_names.append(image["name"])
    references, missing_findings = images.pinned_images(fleet, emitter, required_names, environment)
    origins = tuple(origin for image in references.values() for origin in image.origins)
    return ComputedValue({name: image.reference for name, image in references.items()}, origins), [
        *findings,
        *missing_findings,
    ]


def condition_variables(fleet: Fleet, model: ResolvedModel, emitter: Emitter) -> dict[str, Json]:
    """The variables of conditions about one model."""
    portfolio = fleet.portfolio
    environment = model.environment
    use_case = portfolio.by_kind("UseCase").get(model.data.get("useCase", ""))
    team = portfolio.by_kind("Team").get(model.data["owner"])
    return {
        "name": base_name(model),
        "model": model.json,
        "deploy": plain_data(model.data.get("deploy", {})),
        "project": portfolio.project.json,
        "useCase": use_case.json if use_case else {},
        "team": team.json if team else {},
        "release": current_release_data(model),
        "canary": canary_data(model),
        "environment": environment.json if environment else {},
        "capabilities": environment.data.get("capabilities", {}) if environment else {},
        "features": available_features(emitter, environment.data) if environment else {},
        "options": emitter_options(fleet, emitter, model),
    }

"""The results that are kept between runs, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding
    from compiler.plan.model_facts import ModelFacts
    from compiler.plan.planning import PlannedModel
    from compiler.policy.policy_usage import PolicyUsage
    from compiler.write.output_units import Unit


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """The findings about a model, its facts, and what evaluating its policies left behind."""

    facts: ModelFacts
    findings: tuple[Finding, ...]
    usage: PolicyUsage


@dataclass(frozen=True, slots=True)
class FleetChecks:
    """What the checks of the fleet find.

    `unused_findings` are about waivers, comments and policies without effect, if nothing is rendered. Rendering alone checks policies on
    rendered objects and patches: `object_policy_ids` are such policies that apply to a model, `patched_models` counts models with patches.
    """

    findings: tuple[Finding, ...]
    unused_findings: tuple[Finding, ...]
    object_policy_ids: tuple[str, ...]
    patched_models: int


@dataclass(frozen=True, slots=True)
class RenderedUnits:
    """Units with their files, and the findings about them; `notices` by key say what could not be validated."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]
    notices: Mapping[str, Finding]
    usage: PolicyUsage


@dataclass(frozen=True, slots=True)
class RenderedModel:
    """The rendered units of a model; `plan` has no units any more."""

    plan: PlannedModel
    rendered: RenderedUnits

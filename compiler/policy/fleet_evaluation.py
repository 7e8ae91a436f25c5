"""Evaluates policies about the fleet, once the usages of all models are known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
from compiler.policy import policy_findings
from compiler.policy.model_evaluation import policy_input, select_policies
from compiler.policy.policy_context import PolicyContext
from compiler.policy.policy_definition import Policy, PolicyViolation
from compiler.policy.policy_inputs import PolicyInput
from compiler.policy.policy_usage import Placement, PolicyUsage, UsageRecorder
from compiler.policy.violation_reporter import ViolationReporter

ALL_MODELS = ""
"""Used instead of a model's name: all models."""


class FleetResult(NamedTuple):
    """The findings of policies about the fleet, and the usage of the models and of these policies."""

    findings: tuple[Finding, ...]
    usage: PolicyUsage


@dataclass(slots=True)
class _Selection:
    """The placements that a policy selects, and each as its rules see it."""

    policy: Policy
    placements: list[Placement] = field(default_factory=list)
    entries: list[Object] = field(default_factory=list)


def evaluate_fleet(context: PolicyContext, usage: PolicyUsage) -> FleetResult:
    """The findings about the placements that the merged usage of all models names."""
    recorder = UsageRecorder()
    recorder.add(usage)
    evaluation = _FleetEvaluation(context, recorder)
    findings = tuple(evaluation.findings())
    return FleetResult(findings, recorder.usage)


@dataclass(frozen=True, slots=True)
class _FleetEvaluation:
    """Reads each model twice at most: when it is selected, and to word a finding."""

    context: PolicyContext
    recorder: UsageRecorder

    def findings(self) -> Iterator[Finding]:
        """The findings of all policies; each is evaluated once for all models that it selects."""
        for selection in self._selections():
            if selection.placements:
                self.recorder.selected_ids.add(selection.policy.id)
            variables: dict[str, Json] = {"models": selection.entries}
            batch = self.context.evaluator.batch([selection.policy])
            for violation in self.context.evaluator.find_violations(batch, variables):
                yield from self._violation_findings(violation, selection.placements)

    def _selections(self) -> Sequence[_Selection]:
        """What each policy selects, in the order of models by name, and of their environments."""
        selections: dict[str, _Selection] = {}
        for placement in _in_order(self.context, self.recorder.fleet_placements):
            model_input = self._policy_input(placement)
            for policy in self.context.library.bound_policies(model_input.model):
                if policy.scope != "fleet":
                    continue
                selection = selections.setdefault(policy.id, _Selection(policy))
                if select_policies(self.context, model_input, [policy], (policy.id,)).policies:
                    selection.placements.append(placement)
                    selection.entries.append(model_input.fleet_entry())
        return tuple(selections.values())

    def _violation_findings(self, violation: PolicyViolation, placements: Sequence[Placement]) -> Iterator[Finding]:
        reporter = ViolationReporter(self.context, self.recorder)
        index = violation.pointer[0] if violation.pointer and isinstance(violation.pointer[0], int) else None
        if violation.is_evaluation_failure and index is None:
            self.recorder.evaluation_failures.add((violation.policy.id, ALL_MODELS))
            yield policy_findings.fleet_failure_finding(violation)
        elif index is None or index >= len(placements):
            yield from self._whole_fleet_findings(violation, placements)
        else:
            root = str(violation.pointer[1]) if len(violation.pointer) > 1 else "model"
            model_violation = replace(violation, root=root, pointer=violation.pointer[2:])
            yield from reporter.findings(self._policy_input(placements[index]), (model_violation,))

    def _whole_fleet_findings(self, violation: PolicyViolation, placements: Sequence[Placement]) -> Iterator[Finding]:
        """The findings about the fleet as a whole, at the rule, with the strictest enforcement over the models."""
        reporter = ViolationReporter(self.context, self.recorder)
        decisions = [
            decision
            for placement in placements
            if (decision := reporter.decide(self._policy_input(placement), violation, ((),))) is not None
        ]
        worst = next((decision for decision in decisions if decision.is_blocking), decisions[0] if decisions else None)
        if worst is not None:
            yield policy_findings.fleet_finding(violation, worst)

    def _policy_input(self, placement: Placement) -> PolicyInput:
        model, _ = self.context.fleet.resolve(*placement)
        if model is None:
            raise AssertionError(f"{placement[0]} was evaluated, so it can be resolved")
        return policy_input(self.context, model, self.recorder)


def _in_order(context: PolicyContext, placements: set[Placement]) -> Iterator[Placement]:
    for name in sorted({name for name, _ in placements}):
        for environment in context.fleet.environments_of(name):
            if (name, environment) in placements:
                yield name, environment

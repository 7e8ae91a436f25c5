"""Decides about violations: waivers, dates and suppression comments turn each into a finding with its status."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from compiler.diagnostics.finding import Finding, Location, Status
from compiler.foundation.json_data import Object, Pointer
from compiler.policy import policy_findings
from compiler.policy.date_effects import BlockingViolation, reason_not_to_block
from compiler.policy.enforcement import Decision, decide_enforcement
from compiler.policy.policy_context import PolicyContext
from compiler.policy.policy_definition import PolicyViolation
from compiler.policy.policy_inputs import PolicyInput
from compiler.policy.policy_usage import UsageRecorder, WaiverUse
from compiler.policy.waiver_scope import ValuePointers
from compiler.source.read_log import CHANGE


@dataclass(frozen=True, slots=True)
class ViolationReporter:
    """Turns violations into findings, and records which waivers and comments they use."""

    context: PolicyContext
    recorder: UsageRecorder

    def findings(
        self,
        model_input: PolicyInput,
        violations: Iterable[PolicyViolation],
        blame_location: tuple[Pointer, Location] | None = None,
        rendered_object: Object | None = None,
    ) -> Iterator[Finding]:
        """The findings for violations of a model; `blame_location`: the spec value behind one of a rendered object."""
        for violation in violations:
            self.recorder.depends_on_date = True
            if violation.is_evaluation_failure:
                self.recorder.evaluation_failures.add((violation.policy.id, model_input.model.name))
                yield policy_findings.failure_finding(model_input, violation)
                continue
            value_pointers = policy_findings.value_pointers(model_input, violation, blame_location)
            decision = self.decide(model_input, violation, value_pointers)
            if decision is not None:
                finding = policy_findings.violation_finding(model_input, violation, decision, blame_location)
                if decision.is_blocking:
                    finding = self._apply_dates(model_input, violation, value_pointers, rendered_object, finding)
                yield self._apply_suppressions(finding)

    def decide(
        self, model_input: PolicyInput, violation: PolicyViolation, value_pointers: ValuePointers
    ) -> Decision | None:
        """The decision about a violation; `value_pointers`: the value as waivers can name it."""
        model, policy = model_input.model, violation.policy
        waivers = self.context.waivers.applicable_waivers(model, policy, self.recorder)
        decision = decide_enforcement(
            policy, model.environment, value_pointers if waivers else (), waivers, self.context.as_of
        )
        if decision is not None and decision.waiver is not None:
            use = WaiverUse(decision.waiver.spec.name, model.name, policy.id, value_pointers)
            self.recorder.waiver_uses.add(use)
        return decision

    def _apply_dates(
        self,
        model_input: PolicyInput,
        violation: PolicyViolation,
        value_pointers: ValuePointers,
        rendered_object: Object | None,
        finding: Finding,
    ) -> Finding:
        """The finding, advisory if only a date caused it and the change is not about it."""
        base, model = self.context.base, model_input.model
        self.context.fleet.reads.add(CHANGE, f"{model.environment.name if model.environment else ''}/{model.name}")
        if base is None:
            return finding
        waivers = self.context.waivers.applicable_waivers(model, violation.policy, self.recorder)
        blocking = BlockingViolation(model_input, violation, value_pointers, waivers, rendered_object)
        reason = reason_not_to_block(self.context, base, blocking)
        return policy_findings.downgrade_by_date(finding, reason) if reason else finding

    def _apply_suppressions(self, finding: Finding) -> Finding:
        if finding.status is not Status.OPEN:
            return finding
        reason = self.context.suppressions.suppression_reason(finding, self.recorder)
        return finding if reason is None else replace(finding, status=Status.WAIVED, status_reason=reason)

"""Turns violations into findings at the line of the model that must be edited."""

from dataclasses import replace
from datetime import date

from compiler.cel import TOO_MANY_ELEMENTS, TOO_MUCH_MEMORY
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Enforcement, Finding, Location, Note, Subject
from compiler.foundation.json_data import Json, Pointer
from compiler.policy.binding import Binding
from compiler.policy.enforcement import Decision, strictest_enforcement
from compiler.policy.policy_definition import Policy, PolicyViolation
from compiler.policy.policy_inputs import PolicyInput
from compiler.policy.value_paths import with_element_names
from compiler.policy.waiver_scope import ValuePointers


def value_pointers(
    model_input: PolicyInput, violation: PolicyViolation, blame_location: tuple[Pointer, Location] | None = None
) -> ValuePointers:
    """The value as waivers can name it; `blame_location`: the spec value behind a rendered one."""
    pointer = blame_location[0] if blame_location else model_input.locate_value(violation.root, violation.pointer)[0]
    stable_pointer = (
        with_element_names(pointer, dict(model_input.model.json))
        if blame_location
        else _stable_pointer(model_input, violation, pointer)
    )
    return (stable_pointer, pointer)


def _stable_pointer(model_input: PolicyInput, violation: PolicyViolation, pointer: Pointer) -> Pointer:
    if not any(isinstance(part, int) for part in pointer):
        return pointer
    model = model_input.model
    data: Json = dict(model.json) if violation.root in {"model", "quantities"} else dict(model.spec.json)
    return with_element_names(pointer, data)


def violation_finding(
    model_input: PolicyInput,
    violation: PolicyViolation,
    decision: Decision,
    blame_location: tuple[Pointer, Location] | None = None,
) -> Finding:
    """The finding for a violation and its decision; `blame_location`: the spec value behind a rendered one."""
    model, code = model_input.model, violation.policy.code
    pointer, location = blame_location or model_input.locate_value(violation.root, violation.pointer)
    environment = (
        model.environment.name if model.environment and _is_set_by_environment(model_input, violation) else None
    )
    result = Finding(
        code=code if code.enforcement is decision.enforcement else replace(code, enforcement=decision.enforcement),
        message=f"{model_input.title}: {violation.message}",
        location=location,
        subject=Subject("Model", model.name, environment, pointer),
        help=code.remedy,
        status=decision.status,
        anchor=_stable_pointer(model_input, violation, pointer) if blame_location is None else None,
        rule=_rule_text(violation),
        environments=(model.environment.name,) if model.environment and environment is None else (),
    )
    if decision.waiver is None:
        return result
    waiver_data = decision.waiver.spec.json
    status_reason = f"{waiver_data['reason']} ({waiver_data['ticket']}, until {waiver_data['expires']})"
    return replace(
        result,
        status_reason=status_reason,
        notes=(Note("waived here", decision.waiver.spec.document.location(("name",))),),
    )


def failure_finding(model_input: PolicyInput, violation: PolicyViolation) -> Finding:
    """The finding for a rule that could not be evaluated: the policy is at fault, whichever model revealed it."""
    policy, model = violation.policy, model_input.model
    message = f"it could not be evaluated: {violation.message}"
    return Finding(
        codes.POLICY_EVALUATION_ERROR,
        f"{policy.id}: {message}",
        policy.location(*violation.rule),
        policy.spec.subject,
        codes.POLICY_EVALUATION_ERROR.remedy,
        (Note(f"evaluated for {model_input.title}", model.spec.document.location(("name",))),),
    )


def fleet_failure_finding(violation: PolicyViolation) -> Finding:
    """The finding for a rule that could not be evaluated for the fleet."""
    help_ = (
        "set `groupBy`, so that rules are evaluated for one group of models at a time"
        if violation.message in {TOO_MANY_ELEMENTS, TOO_MUCH_MEMORY}
        else None
    )
    return policy_finding(
        violation.policy, codes.POLICY_EVALUATION_ERROR, violation.message, *violation.rule, help_=help_
    )


def fleet_finding(violation: PolicyViolation, decision: Decision) -> Finding:
    """The finding for a violation by the fleet as a whole. It is at the rule, because no single model is at fault."""
    policy = violation.policy
    code = replace(policy.code, enforcement=decision.enforcement)
    return replace(
        policy_finding(policy, code, violation.message, *violation.rule),
        status=decision.status,
        rule=_rule_text(violation),
    )


def skipped_finding(policy: Policy, as_of: date, binding: Binding | None = None) -> Finding:
    """The finding for a policy that needs a missing package, at the line that binds it; it is as severe as a violation."""
    code = replace(
        codes.POLICY_SKIPPED, severity=policy.code.severity, enforcement=strictest_enforcement(policy, as_of)
    )
    finding = policy_finding(policy, code, "it needs the secret detectors, which are not installed", "name")
    if binding is None:
        return finding
    return replace(
        finding,
        location=binding.spec.document.location(binding.pointer),
        notes=(Note("the policy is defined here", finding.location),),
    )


def downgrade_by_date(finding: Finding, reason: str) -> Finding:
    """Make the finding advisory, because only a date caused it and the change is not about it."""
    return replace(
        finding,
        code=replace(finding.code, enforcement=Enforcement.ADVISORY),
        status_reason=f"advisory here: {reason}, and only a date made it fail",
    )


def policy_finding(policy: Policy, code: Code, message: str, *pointer: str | int, help_: str | None = None) -> Finding:
    """A finding about a policy itself."""
    location: Location = policy.location(*pointer)
    subject = Subject("Policy", policy.spec.name, None, pointer)
    return Finding(code, f"{policy.id}: {message}", location, subject, help_ or code.remedy)


def _rule_text(violation: PolicyViolation) -> str:
    """The text of a rule, so that reordering rules changes no fingerprint."""
    if violation.rule[:1] == ("rules",) and isinstance(violation.rule[1], int):
        return str(violation.policy.rules[violation.rule[1]].get("expression"))
    return "/".join(map(str, violation.rule))


def _is_set_by_environment(model_input: PolicyInput, violation: PolicyViolation) -> bool:
    """Whether the layer that sets the value applies to one environment only; false for a finding about the whole model."""
    if not violation.pointer and violation.root in {"model", "quantities"}:
        return False
    if violation.root not in {"model", "quantities"}:
        return violation.root == "environment"
    origin = next((entry for entry in model_input.model.blame(violation.pointer) if entry.layer.document), None)
    return origin is not None and origin.layer.pointer[:1] in {("environments",), ("overlay",)}

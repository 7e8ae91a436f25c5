"""Checks policies themselves: names, conditions, controls, and selection."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Pointer
from compiler.foundation.suggestions import closest_match
from compiler.policy.binding import Binding
from compiler.policy.controls import ControlCatalogues
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_examples import run_examples
from compiler.policy.policy_findings import policy_finding, skipped_finding
from compiler.policy.policy_library import PolicyLibrary
from compiler.policy.rule_evaluator import RuleEvaluator
from compiler.policy.secret_detection import SUSPECTS_VARIABLE, is_available
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES

if TYPE_CHECKING:
    from compiler.policy.policy_examples import PolicyTestResult


class BindingState(NamedTuple):
    """Where policy names are bound, and the ids of policies that selected a model."""

    bindings: Sequence[Binding]
    selected_ids: AbstractSet[str]


def check_policies(
    library: PolicyLibrary,
    evaluator: RuleEvaluator,
    controls: ControlCatalogues,
    binding_state: BindingState,
    fleet: Fleet,
    as_of: date,
) -> Iterator[Finding]:
    """Findings about the project's own policies; tests hold shipped policies to the same checks."""
    bound_ids = {
        policy.id
        for name in {binding.name for binding in binding_state.bindings}
        for policy in library.policies_named(name)
    }
    yield from controls.findings()
    packs = {policy.pack for policy in library.project_policies if policy.pack}
    may_bind = any(map(fleet.portfolio.has_broken, ("Model", "Defaults", "Environment")))
    for policy in library.project_policies:
        if library.is_name_taken(policy):
            taken_name = f"the pack `{policy.pack}`" if policy.pack else f"`{policy.id}`"
            yield policy_finding(
                policy,
                codes.POLICY_NAME_TAKEN,
                f"the name of {taken_name} belongs to a policy or pack of Modelyard",
                "name",
            )
            continue
        if policy.id in packs:
            message = f"`{policy.id}` is the name of a pack of this project"
            yield policy_finding(policy, codes.POLICY_NAME_TAKEN, message, "name")
        yield from validate_policy(policy, evaluator, controls, fleet)
        yield from _inactive_findings(policy, as_of, is_bound=may_bind or policy.id in bound_ids)
    if not fleet.portfolio.has_broken("Model"):
        yield from _selects_nothing_findings(library, binding_state)


def _selects_nothing_findings(library: PolicyLibrary, binding_state: BindingState) -> Iterator[Finding]:
    """Bound names that select no model, and policies of a project's pack that select none while others of the pack do."""
    for binding in binding_state.bindings:
        policies = library.policies_named(binding.name)
        idle_policies = [policy for policy in policies if policy.id not in binding_state.selected_ids]
        if policies and len(idle_policies) == len(policies):
            yield _unused_binding_finding(binding, policies)
        else:
            for policy in idle_policies:
                if not policy.is_shipped:
                    yield policy_finding(policy, codes.UNUSED_POLICY, "it selects no model", "match")


def check_examples(
    policy: Policy, evaluator: RuleEvaluator, controls: ControlCatalogues, fleet: Fleet, as_of: date
) -> "tuple[PolicyTestResult | None, tuple[Finding, ...]]":
    """The results of a policy's examples and all findings about it; no result if it cannot be evaluated."""
    findings = tuple(validate_policy(policy, evaluator, controls, fleet))
    if not findings and _lacks_detectors(policy, evaluator):
        return None, (skipped_finding(policy, as_of),)
    can_be_asked = (policy.rules or "schema" in policy.data) and not evaluator.compiled_policy(policy).compile_findings
    return _run_examples(policy, evaluator, fleet) if can_be_asked else None, findings


def validate_policy(
    policy: Policy, evaluator: RuleEvaluator, controls: ControlCatalogues, fleet: Fleet
) -> Iterator[Finding]:
    """The findings of one policy; of other documents, only the names that it uses matter."""
    if not policy.rules and "schema" not in policy.data:
        yield policy_finding(
            policy, codes.BAD_POLICY, "it has neither `schema` nor `rules`", "name", help_="add one of the two"
        )
        return
    compile_findings = evaluator.compiled_policy(policy).compile_findings
    yield from compile_findings
    if policy.scope != "object" and "objects" in policy.data:
        yield policy_finding(
            policy,
            codes.BAD_POLICY,
            "`objects` selects rendered objects, but the policy is not evaluated for them",
            "objects",
            help_="set `scope: object`",
        )
    yield from _unknown_name_findings(policy, fleet)
    yield from _date_findings(policy)
    for index, control in enumerate(policy.data.get("controls", ())):
        if not controls.has_control(control):
            yield _unknown_control_finding(policy, index, control, controls)
    if not compile_findings and not _lacks_detectors(policy, evaluator):
        yield from _run_examples(policy, evaluator, fleet).findings


def _lacks_detectors(policy: Policy, evaluator: RuleEvaluator) -> bool:
    """Whether it looks for secrets and the detectors are missing: its examples would prove nothing."""
    return SUSPECTS_VARIABLE in evaluator.compiled_policy(policy).field_reads and not is_available()


def _run_examples(policy: Policy, evaluator: RuleEvaluator, fleet: Fleet) -> "PolicyTestResult":
    return run_examples(policy, evaluator, fleet.language)


def _inactive_findings(policy: Policy, as_of: date, *, is_bound: bool) -> Iterator[Finding]:
    """A policy that is no longer in force, or not yet."""
    ends = policy.in_force_to
    if not is_bound:
        help_ = f"add `{policy.id}` to `policies` of the project, of Defaults or of a model, or remove the policy"
        yield policy_finding(policy, codes.UNUSED_POLICY, "nothing binds it", "name", help_=help_)
    elif ends is not None and ends < as_of:
        help_ = "remove it, or write a later date"
        yield policy_finding(
            policy, codes.UNUSED_POLICY, f"it ended on {ends.isoformat()}", "inForce", "to", help_=help_
        )


def _date_findings(policy: Policy) -> Iterator[Finding]:
    """Dates that contradict each other."""
    begins, ends, mandatory = (
        policy.in_force_from,
        policy.in_force_to,
        policy.mandatory_from,
    )
    if ends is not None and begins is not None and ends < begins:
        message = f"it ends on {ends.isoformat()}, before it begins on {begins.isoformat()}"
        help_ = "set `inForce.to` to a later date, or correct `inForce.from`"
        yield policy_finding(policy, codes.BAD_POLICY, message, "inForce", "to", help_=help_)
    enforcement_values = {policy.code.enforcement.value, *policy.data.get("enforcementIn", {}).values()}
    if mandatory is not None and "mandatory" not in enforcement_values:
        message = f"it is mandatory from {mandatory.isoformat()}, but `enforcement` is advisory"
        yield policy_finding(policy, codes.BAD_POLICY, message, "mandatoryFrom", help_="remove one of the two")
    elif ends is not None and mandatory is not None and ends < mandatory:
        message = f"it ends on {ends.isoformat()}, before it is mandatory"
        help_ = f"set `mandatoryFrom` to {ends.isoformat()} or earlier, or correct `inForce.to`"
        yield policy_finding(policy, codes.BAD_POLICY, message, "mandatoryFrom", help_=help_)


def _unknown_name_findings(policy: Policy, fleet: Fleet) -> Iterator[Finding]:
    """Unknown model types and environments."""
    environment_names = (*fleet.portfolio.by_kind("Environment"), *ALL_STAGES)
    environment_label, type_label = "Environment or stage", "model type"
    references: list[tuple[Pointer, str, str, Sequence[str]]] = [
        *(
            (("match", "types", index), name, type_label, fleet.language.types)
            for index, name in enumerate(policy.match.get("types", ()))
        ),
        *(
            (("match", "environments", index), name, environment_label, environment_names)
            for index, name in enumerate(policy.match.get("environments", ()))
        ),
        *(
            (("enforcementIn", name), name, environment_label, environment_names)
            for name in policy.data.get("enforcementIn", {})
        ),
    ]
    for pointer, name, label, known_names in references:
        if name not in known_names:
            suggestion = closest_match(name, known_names)
            help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(known_names)}"
            yield policy_finding(policy, codes.BAD_POLICY, f"there is no {label} `{name}`", *pointer, help_=help_)


def _unknown_control_finding(policy: Policy, index: int, control: str, controls: ControlCatalogues) -> Finding:
    framework, _, id_ = control.partition(":")
    frameworks = controls.frameworks()
    if framework not in frameworks:
        suggestion = closest_match(framework, frameworks)
        message = f"there is no catalogue `{framework}`"
        help_ = f"did you mean `{suggestion}:{id_}`?" if suggestion else f"one of: {', '.join(frameworks)}"
    else:
        suggestion = closest_match(id_, controls.controls_of(framework))
        message = f"{framework} has no control `{id_}`"
        help_ = f"did you mean `{framework}:{suggestion}`?" if suggestion else codes.UNKNOWN_CONTROL.remedy
    return policy_finding(policy, codes.UNKNOWN_CONTROL, message, "controls", index, help_=help_)


def _unused_binding_finding(binding: Binding, policies: tuple[Policy, ...]) -> Finding:
    selection_text = (
        f"none of the {len(policies)} policies of `{binding.name}` selects"
        if len(policies) > 1
        else f"`{binding.name}` selects no"
    )
    message = f"{selection_text} a model" if len(policies) > 1 else f"{selection_text} model"
    subject = Subject(binding.spec.kind, binding.spec.name, None, binding.pointer)
    location = binding.spec.document.location(binding.pointer)
    return Finding(codes.UNUSED_POLICY, message, location, subject, codes.UNUSED_POLICY.remedy)

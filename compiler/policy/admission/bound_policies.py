"""The policies on objects that apply to a model in an environment, with the values and waivers that a cluster has to know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from compiler.cel import Failure
from compiler.foundation.json_data import Json
from compiler.policy.admission.cel_translation import OBJECT, parameter_paths
from compiler.policy.admission.object_facts import BoundPolicy, Exemption
from compiler.policy.message_templates import message_expressions
from compiler.policy.model_evaluation import policy_input, select_policies
from compiler.policy.policy_context import PolicyContext
from compiler.policy.policy_definition import Policy, Variables
from compiler.policy.policy_usage import UsageRecorder
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import RuleData

_WHEN = ("match", "when")
OBJECT_SCOPE = "object"
_SEPARATOR = "."


def bound_policies(context: PolicyContext, model: ResolvedModel) -> tuple[BoundPolicy, ...]:
    """The policies on objects that apply to a model. They do not depend on the day."""
    recorder = UsageRecorder()
    model_input = policy_input(context, model, recorder)
    candidates = [policy for policy in context.library.bound_policies(model) if policy.scope == OBJECT_SCOPE]
    selection = select_policies(context, model_input, candidates, tuple(policy.id for policy in candidates))
    results: list[BoundPolicy] = []
    for policy in selection.policies:
        compiled = context.evaluator.compiled_policy(policy)
        if compiled.compile_findings:
            continue
        variables = model_input.variables(compiled.field_reads)
        if _is_selected(context, policy, variables):
            values = _values(policy, context.evaluator.cel_environment(OBJECT_SCOPE).variable_names, variables)
            results.append(BoundPolicy(policy.id, values, tuple(_exemptions(context, policy, model))))
    return tuple(results)


def expression_texts(rules: Sequence[RuleData]) -> list[str]:
    """The expressions of rules, those in messages included."""
    from_messages = (text for rule in rules for text in message_expressions(rule["message"]))
    return [*(rule["expression"] for rule in rules), *from_messages]


def reads_object(policy: Policy, context: PolicyContext) -> bool:
    """Whether the condition of the policy's `match` reads the object, so that only the cluster can evaluate it."""
    condition = context.evaluator.compiled_policy(policy).expressions.get(_WHEN)
    return condition is not None and any(path[0] == OBJECT for path in condition.read_paths)


def _is_selected(context: PolicyContext, policy: Policy, variables: Variables) -> bool:
    """Whether the condition of `match` holds for the model."""
    condition = context.evaluator.compiled_policy(policy).expressions.get(_WHEN)
    if condition is None or reads_object(policy, context):
        return True
    activation = context.evaluator.cel_environment(OBJECT_SCOPE).activation(variables)
    result = condition.evaluate(activation)
    return isinstance(result, Failure) or result


def _values(
    policy: Policy, variable_names: frozenset[str], variables: Variables
) -> tuple[tuple[str, str | int | float | bool | None], ...]:
    """The values of the model that the expressions read, by path; `None` for a map or a list."""
    read_paths, tested_paths = parameter_paths(expression_texts(policy.rules), variable_names)
    values: dict[str, str | int | float | bool | None] = {}
    for path in sorted(read_paths | tested_paths):
        value: Json = dict(variables)
        for part in path.split(_SEPARATOR):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str | int | float | bool):
            values[path] = (
                float(value) if path.startswith("quantities.") and not isinstance(value, bool | str) else value
            )
        elif value is not None:
            values[path] = None
    return tuple(values.items())


def _exemptions(context: PolicyContext, policy: Policy, model: ResolvedModel) -> Iterator[Exemption]:
    """The valid waivers of a policy for a model, on whatever day they apply: no rendered byte depends on the day of the build."""
    waivers = replace(context.waivers, as_of=date.max)
    for waiver in waivers.applicable_waivers(model, policy, UsageRecorder()):
        approval_days = [approval.get("date", "") for approval in waiver.spec.data["approvedBy"]]
        first_day = max([*approval_days, waiver.spec.data.get("validFrom", "")])
        yield Exemption(waiver.spec.name, first_day, waiver.spec.data["expires"], bool(waiver.paths))

"""Decides whether a violation blocks only because days have passed: on an earlier day, the same state of the project did not fail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from compiler.foundation.json_data import Json, Object
from compiler.policy.enforcement import Decision, decide_enforcement, is_caused_by_date
from compiler.policy.policy_context import BaseRevision, PolicyContext
from compiler.policy.policy_definition import Policy, PolicyViolation
from compiler.policy.policy_inputs import PolicyInput
from compiler.policy.waiver_scope import ValuePointers, WaiverScope


@dataclass(frozen=True, slots=True)
class BlockingViolation:
    """A violation of a model that blocks today; `rendered_object`: the object that it is about."""

    model_input: PolicyInput
    violation: PolicyViolation
    value_pointers: ValuePointers
    waivers: Sequence[WaiverScope]
    rendered_object: Object | None


def reason_not_to_block(context: PolicyContext, base: BaseRevision, blocking: BlockingViolation) -> str:
    """Why a violation does not block a change: only the calendar caused it, and the change is not about it; empty if it blocks."""
    if not _depends_on_date(context, blocking):
        return ""
    model = blocking.model_input.model
    environment = model.environment.name if model.environment else None
    if not is_caused_by_date(_decision_on(context, blocking, day) for day in _earlier_days(base, blocking)):
        return ""
    if not base.is_changed(model.name, environment):
        return f"the model has not changed since {base.as_of.isoformat()}"
    return "the change restores an earlier state of the model" if base.is_restored(model.name, environment) else ""


def _depends_on_date(context: PolicyContext, blocking: BlockingViolation) -> bool:
    policy = blocking.violation.policy
    dates = (policy.in_force_from, policy.in_force_to, policy.mandatory_from)
    return any(dates) or bool(blocking.waivers) or context.evaluator.compiled_policy(policy).reads_day


def _earlier_days(base: BaseRevision, blocking: BlockingViolation) -> Iterator[date]:
    """The day of the base, and the last day before on which the model, the policy or a waiver was edited."""
    yield base.as_of
    policy = blocking.violation.policy
    documents = [
        blocking.model_input.model.spec.document,
        *([] if policy.is_shipped else [policy.spec.document]),
        *(waiver.spec.document for waiver in blocking.waivers),
    ]
    last_change = base.day_of_last_change(sorted({document.path for document in documents}))
    if last_change is not None:
        yield last_change


def _decision_on(context: PolicyContext, blocking: BlockingViolation, day: date) -> Decision | None:
    """The decision about the violation on another day; `None` if there was no violation."""
    policy, environment = blocking.violation.policy, blocking.model_input.model.environment
    if context.evaluator.compiled_policy(policy).reads_day and not _is_violated_on(context, blocking, policy, day):
        return None
    return decide_enforcement(policy, environment, blocking.value_pointers, blocking.waivers, day)


def _is_violated_on(context: PolicyContext, blocking: BlockingViolation, policy: Policy, day: date) -> bool:
    batch = context.evaluator.batch([policy])
    values = replace(blocking.model_input, as_of=day).variables(batch.field_reads)
    rendered: dict[str, Json] = {} if blocking.rendered_object is None else {"object": blocking.rendered_object}
    current = blocking.violation
    return any(
        (violation.root, violation.pointer, violation.rule) == (current.root, current.pointer, current.rule)
        for violation in context.evaluator.find_violations(batch, {**values, **rendered})
    )

"""Evaluates the policies that bind a model, for its environments and its rendered objects, and records their usage."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from compiler.diagnostics.finding import Finding, Location
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.policy.match_cache import SelectedPolicies
from compiler.policy.policy_context import PolicyContext
from compiler.policy.policy_definition import Policy, PolicyViolation, Variables
from compiler.policy.policy_inputs import DOCUMENT_VARIABLES, PolicyInput
from compiler.policy.policy_usage import PolicyUsage, UsageRecorder
from compiler.policy.result_reuse import ResultReuse
from compiler.policy.secret_detection import SUSPECTS_VARIABLE
from compiler.policy.violation_reporter import ViolationReporter
from compiler.resolve.resolved_model import ResolvedModel

BlameLookup = Callable[[Pointer], tuple[Pointer, Location] | None]
"""Maps a value of a rendered object to spec values and their locations."""


class ModelEvaluation:
    """One evaluation of a model in all its environments; it can hold those of several models, whose usage is then one."""

    def __init__(self, context: PolicyContext) -> None:
        self._context = context
        self._recorder = UsageRecorder()
        self._reporter = ViolationReporter(context, self._recorder)
        self._result_reuse = {is_canary: ResultReuse(context.unaffected_policies) for is_canary in (False, True)}

    @property
    def usage(self) -> PolicyUsage:
        """What was recorded so far."""
        return self._recorder.usage

    def evaluate(self, model: ResolvedModel) -> Iterator[Finding]:
        """The findings of a model in its environment."""
        library = self._context.library
        model_input = self._policy_input(model)
        if library.has_fleet_policies(model):
            self._recorder.fleet_placements.add((model.name, model.environment.name if model.environment else None))
        selection = select_policies(
            self._context, model_input, library.bound_policies(model), library.bound_names(model)
        )
        policies = self._without_broken_inputs(model, self._without_missing_detectors(selection.model_policies))
        self._recorder.object_policy_ids |= selection.object_policy_ids
        self._recorder.selected_ids |= selection.unconditional_ids
        if policies:
            yield from self._reporter.findings(model_input, self._find_violations(model_input, policies))
        if model.canary is not None:
            canary_input = replace(model_input, release=model.canary)
            release_policies = tuple(
                policy for policy in policies if self._context.evaluator.compiled_policy(policy).reads_release
            )
            if release_policies:
                yield from self._reporter.findings(canary_input, self._find_violations(canary_input, release_policies))

    def evaluate_object(
        self, model: ResolvedModel, path: str, rendered_object: Object, blame: BlameLookup
    ) -> Iterator[Finding]:
        """The findings of a rendered object of a model; `blame` maps a value of it to the spec values that it was rendered from."""
        context, model_input = self._context, self._policy_input(model)
        object_policies = [
            policy
            for policy in context.library.bound_policies(model)
            if policy.scope == "object" and _matches_kind(policy, rendered_object)
        ]
        names = tuple(policy.id for policy in object_policies)
        policies = select_policies(context, model_input, object_policies, names).policies
        if not policies:
            return
        self._recorder.matched_object_ids.update(policy.id for policy in policies)
        batch = context.evaluator.batch(policies)
        self._recorder.depends_on_date |= any(member.reads_day for member in batch.members)
        variables: dict[str, Json] = {**model_input.variables(batch.field_reads), "object": rendered_object}
        for violation in context.evaluator.find_violations(batch, variables):
            if violation.is_evaluation_failure or violation.root != "object":
                yield from self._reporter.findings(model_input, (violation,))
                continue
            path_text = format_path(violation.pointer)
            object_violation = replace(
                violation, message=f"{path}{f': {path_text}' if path_text else ''}: {violation.message}"
            )
            blame_location = blame(violation.pointer) or ((), model.spec.document.location(("name",)))
            yield from self._reporter.findings(model_input, (object_violation,), blame_location, rendered_object)

    def _policy_input(self, model: ResolvedModel) -> PolicyInput:
        return policy_input(self._context, model, self._recorder)

    def _without_broken_inputs(self, model: ResolvedModel, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        """The policies that read no document that is invalid or missing: a value that it lacks is not a second mistake."""
        broken_variables = {
            root
            for root, (kind, field) in DOCUMENT_VARIABLES.items()
            if field in model.data and model.data[field] not in self._context.fleet.portfolio.by_kind(kind)
        }
        if not broken_variables:
            return policies
        skipped_ids = {
            policy.id
            for policy in policies
            if not broken_variables.isdisjoint(self._context.evaluator.compiled_policy(policy).field_reads)
        }
        self._recorder.evaluation_failures.update((id_, model.name) for id_ in skipped_ids)
        return tuple(policy for policy in policies if policy.id not in skipped_ids)

    def _without_missing_detectors(self, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        """The policies that need no missing package."""
        if self._context.detectors.are_available:
            return policies
        skipped_ids = {
            policy.id
            for policy in policies
            if SUSPECTS_VARIABLE in self._context.evaluator.compiled_policy(policy).field_reads
        }
        self._recorder.skipped_ids |= skipped_ids
        return tuple(policy for policy in policies if policy.id not in skipped_ids)

    def _find_violations(self, model_input: PolicyInput, policies: tuple[Policy, ...]) -> Iterator[PolicyViolation]:
        """The violations of the policies; results of the previous environment are reused if nothing that they read differs."""
        evaluator = self._context.evaluator
        batch = evaluator.batch(policies)
        variables = model_input.variables(batch.field_reads)
        result_reuse = self._result_reuse[model_input.is_canary]
        previous = result_reuse.reusable_result(model_input.model.name, batch, variables)
        pending_policies = (
            tuple([policy for policy in policies if policy.id not in previous.policies])
            if previous.policies
            else policies
        )
        new_violations: dict[str, list[PolicyViolation]] = {}
        if pending_policies:
            pending_batch = evaluator.batch(pending_policies)
            self._measure_policies(pending_policies, variables)
            result = pending_batch.evaluate(variables)
            self._recorder.selected_ids.update(evaluator.conditionally_selected_ids(pending_batch, result))
            for violation in evaluator.find_violations(pending_batch, variables, result):
                new_violations.setdefault(violation.policy.id, []).append(violation)
        violations_by_id = {**previous.violations, **new_violations}
        result_reuse.remember(replace(previous, policies=batch.ids, violations=violations_by_id))
        for policy in policies if violations_by_id else ():
            yield from violations_by_id.get(policy.id, ())

    def _measure_policies(self, policies: Sequence[Policy], variables: Variables) -> None:
        """Evaluate each policy alone, if timings are wanted: those that are evaluated together have no time of their own."""
        timings = self._context.timings
        for policy in policies if timings.is_enabled else ():
            batch = self._context.evaluator.batch([policy])
            with timings.measure("policy", policy.id):
                batch.evaluate(variables)


def select_policies(
    context: PolicyContext, model_input: PolicyInput, policies: Sequence[Policy], names: tuple[str, ...]
) -> SelectedPolicies:
    """The policies whose `match` selects the model, apart from conditions; equal `names` mean the same policies."""
    environment = model_input.model.environment
    return context.match_cache.select_policies(
        policies,
        names,
        model_input.model.data,
        environment.data if environment else None,
        lambda: model_input.use_case.data if model_input.use_case else None,
    )


def policy_input(context: PolicyContext, model: ResolvedModel, recorder: UsageRecorder) -> PolicyInput:
    """A model as policies see it, in its environment and on the day of the check."""
    waivers = tuple(waiver.spec for waiver in context.waivers.waivers)
    return PolicyInput(
        context.fleet, model, context.detectors, model.release, recorder, waivers, context.as_of, context.authority
    )


def _matches_kind(policy: Policy, rendered_object: Object) -> bool:
    objects = policy.data.get("objects")
    kinds = objects.get("kinds") if isinstance(objects, dict) else None
    return kinds is None or rendered_object.get("kind") in kinds

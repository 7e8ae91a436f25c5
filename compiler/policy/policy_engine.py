"""Evaluates the policies that bind each model, and policies about the fleet once all models are evaluated."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Status, Subject
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.policy import policy_findings
from compiler.policy.binding import Binding, bindings
from compiler.policy.controls import ControlCatalogues
from compiler.policy.enforcement import Decision, decide_enforcement
from compiler.policy.match_cache import MatchCache, SelectedPolicies
from compiler.policy.policy_checks import BindingState, check_examples, check_policies
from compiler.policy.policy_definition import Policy, PolicyViolation
from compiler.policy.policy_inputs import DOCUMENT_VARIABLES, PolicyInput, cel_environments
from compiler.policy.policy_library import PolicyLibrary
from compiler.policy.result_reuse import ResultReuse
from compiler.policy.rule_evaluator import RuleEvaluator
from compiler.policy.secret_detection import SUSPECTS_VARIABLE, SecretDetectors
from compiler.policy.suppressions import Suppressions
from compiler.policy.waiver_scope import ValuePointers
from compiler.policy.waivers import Waivers
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.portfolio import ANY_KIND, Portfolio

if TYPE_CHECKING:
    from compiler.policy.policy_examples import PolicyTestResult

_ALL_MODELS = ""
"""Used instead of a model's name: all models."""
BlameLookup = Callable[[Pointer], tuple[Pointer, Location] | None]
"""Maps a value of a rendered object to spec values and their locations."""


@dataclass(frozen=True, slots=True)
class BaseRevision:
    """The state that a change starts from: its date, and which models the change affects."""

    as_of: date
    is_changed: Callable[[str, str | None], bool]


class PolicyEngine:
    """The policies of a fleet on a date."""

    def __init__(
        self,
        fleet: Fleet,
        shipped_tree: Tree,
        as_of: date,
        base: BaseRevision | None = None,
        policy_portfolio: Portfolio | None = None,
    ) -> None:
        """`policy_portfolio`: whose policies and waivers apply; by default the fleet's own."""
        policy_portfolio = policy_portfolio or fleet.portfolio
        self._policy_portfolio = policy_portfolio
        self.fleet = fleet
        self.as_of = as_of
        self.base = base
        self.library = PolicyLibrary(policy_portfolio, shipped_tree)
        self.evaluator = RuleEvaluator(cel_environments(fleet.language))
        self._strict_evaluator = RuleEvaluator(cel_environments(fleet.language), check_types=True)
        self.waivers = Waivers(fleet, self.library, as_of, policy_portfolio)
        self._suppressions = Suppressions(fleet.portfolio)
        self.controls = ControlCatalogues(shipped_tree, fleet.tree, policy_portfolio.folder("schemas"))
        self._detectors = SecretDetectors()
        self._selected_ids: set[str] = set()
        self._skipped_policies: dict[str, Policy] = {}
        self._object_policy_ids: set[str] = set()
        self._evaluation_failures: set[tuple[str, str]] = set()
        self._fleet_inputs: list[PolicyInput] = []
        self._match_cache = MatchCache()
        self._result_reuse = {False: ResultReuse(), True: ResultReuse()}
        self._matched_ids: set[str] = set()

    def evaluate(self, model: ResolvedModel) -> Iterator[Finding]:
        """The findings of a model in its environment."""
        model_input = PolicyInput(self.fleet, model, self._detectors, model.release)
        if self.library.has_fleet_policies(model):
            self._fleet_inputs.append(model_input)
        selection = self._select_policies(
            model_input, self.library.bound_policies(model), self.library.bound_names(model)
        )
        policies = self._without_broken_inputs(model, self._without_missing_detectors(selection.model_policies))
        self._object_policy_ids |= selection.object_policy_ids
        self._selected_ids |= selection.unconditional_ids
        if policies:
            yield from self._to_findings(model_input, self._find_violations(model_input, policies))
        if model.canary is not None:
            canary_input = PolicyInput(self.fleet, model, self._detectors, model.canary)
            release_policies = tuple(
                policy for policy in policies if self.evaluator.compiled_policy(policy).reads_release
            )
            yield from (
                self._to_findings(canary_input, self._find_violations(canary_input, release_policies))
                if release_policies
                else ()
            )

    def evaluate_object(
        self, model: ResolvedModel, path: str, rendered_object: Object, blame: BlameLookup
    ) -> Iterator[Finding]:
        """The findings of a rendered object of a model; `blame` maps a value of it to the spec values that it was rendered from."""
        model_input = PolicyInput(self.fleet, model, self._detectors, model.release)
        object_policies = [
            policy
            for policy in self.library.bound_policies(model)
            if policy.scope == "object" and _matches_kind(policy, rendered_object)
        ]
        policies = self._select_policies(
            model_input, object_policies, tuple(policy.id for policy in object_policies)
        ).policies
        if not policies:
            return
        self._matched_ids |= {policy.id for policy in policies}
        batch = self.evaluator.batch(policies)
        variables: dict[str, Json] = {**model_input.variables(batch.field_reads), "object": rendered_object}
        for violation in self.evaluator.find_violations(batch, variables):
            if violation.is_evaluation_failure or violation.root != "object":
                yield from self._to_findings(model_input, iter((violation,)))
                continue
            path_text = format_path(violation.pointer)
            object_violation = replace(
                violation, message=f"{path}{f': {path_text}' if path_text else ''}: {violation.message}"
            )
            blame_location = blame(violation.pointer)
            yield from self._to_findings(
                model_input, iter((object_violation,)), blame_location or ((), model.spec.document.location(("name",)))
            )

    def check_examples(self, policy: Policy) -> "tuple[PolicyTestResult | None, tuple[Finding, ...]]":
        """The results of a policy's examples, and all findings about it; the types of shipped policies are checked too."""
        return check_examples(policy, self._strict_evaluator, self.controls, self.fleet, self.as_of)

    def findings(self) -> Iterator[Finding]:
        """The findings about the fleet, and about policies and waivers themselves."""
        all_bindings = tuple(bindings(self.fleet.portfolio))
        yield from self._fleet_findings()
        yield from self._unknown_binding_findings(all_bindings)
        for policy in self._skipped_policies.values():
            binding = next((binding for binding in all_bindings if binding.name in {policy.id, policy.pack}), None)
            yield policy_findings.skipped_finding(policy, self.as_of, binding)
        yield from check_policies(
            self.library,
            self.evaluator,
            self.controls,
            BindingState(all_bindings, self._selected_ids),
            self.fleet,
            self.as_of,
        )
        yield from self.waivers.findings()

    @property
    def object_policy_ids(self) -> tuple[str, ...]:
        """The ids of policies in scope `object` that apply to evaluated models."""
        return tuple(sorted(self._object_policy_ids))

    def was_evaluated(self, id_: str, model: str) -> bool:
        """Whether a policy was evaluated for a model: it is valid, and its conditions have values."""
        policies = self.library.policies_named(id_)
        if not policies:
            return self._policy_portfolio.broken_names.isdisjoint(
                {("Policy", id_.rpartition("/")[2]), (ANY_KIND, id_.rpartition("/")[2])}
            )
        if id_ in self._skipped_policies or any(
            self.evaluator.compiled_policy(policy).compile_findings for policy in policies
        ):
            return False
        return self._evaluation_failures.isdisjoint({(id_, model), (id_, _ALL_MODELS)})

    def unused_findings(self, *, includes_objects: bool) -> Iterator[Finding]:
        """Waivers, comments and policies without effect; `includes_objects`: rendered objects were evaluated, not only models."""

        def is_evaluated(name: str) -> bool:
            return includes_objects or all(policy.scope != "object" for policy in self.library.policies_named(name))

        yield from self.waivers.unused_findings(is_evaluated)
        for policy in (
            p
            for p in self.library.project_policies
            if includes_objects and p.id in self._object_policy_ids and p.id not in self._matched_ids
        ):
            yield policy_findings.policy_finding(
                policy, codes.UNUSED_POLICY, "no rendered object has one of its kinds", "objects"
            )
        yield from self._suppressions.findings(is_evaluated, self._is_policy_id)

    def _is_policy_id(self, name: str) -> bool:
        """Whether a name is the id of one policy."""
        return any(policy.id == name for policy in self.library.policies_named(name))

    def _without_broken_inputs(self, model: ResolvedModel, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        """The policies that read no document that is invalid or missing: a value that it lacks is not a second mistake."""
        broken_variables = {
            root
            for root, (kind, field) in DOCUMENT_VARIABLES.items()
            if field in model.data and model.data[field] not in self.fleet.portfolio.by_kind(kind)
        }
        if not broken_variables:
            return policies
        skipped_ids = {
            policy.id
            for policy in policies
            if not broken_variables.isdisjoint(self.evaluator.compiled_policy(policy).field_reads)
        }
        self._evaluation_failures |= {(id_, model.name) for id_ in skipped_ids}
        return tuple(policy for policy in policies if policy.id not in skipped_ids)

    def _select_policies(
        self, model_input: PolicyInput, policies: Sequence[Policy], names: tuple[str, ...]
    ) -> SelectedPolicies:
        environment = model_input.model.environment
        return self._match_cache.select_policies(
            policies,
            names,
            model_input.model.data,
            environment.data if environment else None,
            lambda: model_input.use_case.data if model_input.use_case else None,
        )

    def decision(
        self, model_input: PolicyInput, violation: PolicyViolation, value_pointers: ValuePointers
    ) -> Decision | None:
        """The decision about a violation; `value_pointers`: the value as waivers can name it."""
        waivers = self.waivers.applicable_waivers(model_input.model, violation.policy)
        decision = decide_enforcement(
            violation.policy, model_input.model.environment, value_pointers if waivers else (), waivers, self.as_of
        )
        if decision is not None and decision.waiver is not None:
            self.waivers.record_use(decision.waiver, model_input.model, violation.policy, value_pointers)
        return decision

    def _find_violations(self, model_input: PolicyInput, policies: tuple[Policy, ...]) -> Iterator[PolicyViolation]:
        """The violations of the policies; results of the previous environment are reused if nothing that they read differs."""
        batch = self.evaluator.batch(policies)
        variables = model_input.variables(batch.field_reads)
        result_reuse = self._result_reuse[
            model_input.release is not None and model_input.release is model_input.model.canary
        ]
        previous = result_reuse.reusable_result(model_input.model.name, batch, variables)
        pending_policies = (
            tuple([policy for policy in policies if policy.id not in previous.policies])
            if previous.policies
            else policies
        )
        new_violations: dict[str, list[PolicyViolation]] = {}
        if pending_policies:
            pending_batch = self.evaluator.batch(pending_policies)
            result = pending_batch.evaluate(variables)
            unselected_policies = (
                ()
                if pending_batch.ids <= self._selected_ids
                else [candidate for candidate in pending_policies if candidate.id not in self._selected_ids]
            )
            self._selected_ids |= {
                policy.id for policy in unselected_policies if self.evaluator.evaluate_match(policy, result) is True
            }
            for violation in self.evaluator.find_violations(pending_batch, variables, result):
                new_violations.setdefault(violation.policy.id, []).append(violation)
        violations_by_id = {**previous.violations, **new_violations}
        result_reuse.remember(replace(previous, policies=batch.ids, violations=violations_by_id))
        for policy in policies if violations_by_id else ():
            yield from violations_by_id.get(policy.id, ())

    def _to_findings(
        self,
        model_input: PolicyInput,
        violations: Iterator[PolicyViolation],
        blame_location: tuple[Pointer, Location] | None = None,
    ) -> Iterator[Finding]:
        for violation in violations:
            if violation.is_evaluation_failure:
                self._evaluation_failures.add((violation.policy.id, model_input.model.name))
                yield policy_findings.failure_finding(model_input, violation)
                continue
            value_pointers = policy_findings.value_pointers(model_input, violation, blame_location)
            decision = self.decision(model_input, violation, value_pointers)
            if decision is not None:
                yield self.apply_overrides(
                    model_input,
                    violation,
                    value_pointers,
                    decision,
                    policy_findings.violation_finding(model_input, violation, decision, blame_location),
                )

    def apply_overrides(
        self,
        model_input: PolicyInput,
        violation: PolicyViolation,
        value_pointers: ValuePointers,
        decision: Decision,
        finding: Finding,
    ) -> Finding:
        """The finding after dates and suppression comments are applied."""
        if decision.is_blocking and self.base is not None:
            model = model_input.model
            environment_name = model.environment.name if model.environment else None
            waivers = self.waivers.applicable_waivers(model, violation.policy)
            base_decision = decide_enforcement(
                violation.policy, model.environment, value_pointers, waivers, self.base.as_of
            )
            if not (base_decision is not None and base_decision.is_blocking) and not self.base.is_changed(
                model.name, environment_name
            ):
                finding = policy_findings.downgrade_by_date(finding, self.base.as_of)
        reason = self._suppressions.suppression_reason(finding) if finding.status is Status.OPEN else None
        return finding if reason is None else replace(finding, status=Status.WAIVED, status_reason=reason)

    def detect_secrets(self, model: ResolvedModel) -> None:
        """Look for secrets in a model of which no policy was evaluated, if the detectors are installed."""
        if self._detectors.are_available:
            self._detectors.find_candidates(model.data, model.release.source if model.release else {})

    @property
    def detected_secrets(self) -> frozenset[str]:
        """The values that looked like secrets when policies were evaluated; no output shows them."""
        return self._detectors.secrets

    def _without_missing_detectors(self, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        """The policies that need no missing package."""
        if self._detectors.are_available:
            return policies
        skipped_policies = {
            policy.id: policy
            for policy in policies
            if SUSPECTS_VARIABLE in self.evaluator.compiled_policy(policy).field_reads
        }
        self._skipped_policies |= skipped_policies
        return tuple(policy for policy in policies if policy.id not in skipped_policies)

    def _fleet_findings(self) -> Iterator[Finding]:
        """Policies about the fleet, evaluated once for all models that they select."""
        policies = {
            p.id: p
            for model_input in self._fleet_inputs
            for p in self.library.bound_policies(model_input.model)
            if p.scope == "fleet"
        }
        for policy in policies.values():
            selected_inputs = [
                model_input
                for model_input in self._fleet_inputs
                if self._select_policies(model_input, [policy], (policy.id,)).policies
            ]
            if selected_inputs:
                self._selected_ids.add(policy.id)
            variables: dict[str, Json] = {"models": [model_input.fleet_entry() for model_input in selected_inputs]}
            for violation in self.evaluator.find_violations(self.evaluator.batch([policy]), variables):
                index = violation.pointer[0] if violation.pointer and isinstance(violation.pointer[0], int) else None
                if violation.is_evaluation_failure and index is None:
                    self._evaluation_failures.add((policy.id, _ALL_MODELS))
                    yield policy_findings.fleet_failure_finding(violation)
                    continue
                if index is None or index >= len(selected_inputs):
                    yield from self._whole_fleet_findings(violation, selected_inputs)
                    continue
                root = str(violation.pointer[1]) if len(violation.pointer) > 1 else "model"
                model_violation = replace(violation, root=root, pointer=violation.pointer[2:])
                yield from self._to_findings(selected_inputs[index], iter((model_violation,)))

    def _whole_fleet_findings(
        self, violation: PolicyViolation, selected_inputs: Sequence[PolicyInput]
    ) -> Iterator[Finding]:
        """The findings about the fleet as a whole, at the rule, with the strictest enforcement over the models."""
        decisions = [
            decision
            for model_input in selected_inputs
            if (decision := self.decision(model_input, violation, ((),))) is not None
        ]
        worst = next((decision for decision in decisions if decision.is_blocking), decisions[0] if decisions else None)
        if worst is not None:
            yield policy_findings.fleet_finding(violation, worst)

    def _unknown_binding_findings(self, all_bindings: Sequence[Binding]) -> Iterator[Finding]:
        """Bound names that no policy has."""
        for spec, pointer, name in all_bindings:
            if not self.library.policies_named(name) and not self.fleet.portfolio.may_have_document("Policy", name):
                subject = Subject(spec.kind, spec.name, None, pointer)
                yield self.library.unknown_name_finding(name, spec.document.location(pointer), subject)


def _matches_kind(policy: Policy, rendered_object: Object) -> bool:
    objects = policy.data.get("objects")
    kinds = objects.get("kinds") if isinstance(objects, dict) else None
    return kinds is None or rendered_object.get("kind") in kinds

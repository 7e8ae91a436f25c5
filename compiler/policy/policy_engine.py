"""The policies of a fleet on a date: evaluates models, and finds mistakes in policies and waivers from the usages that this left behind."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.timings import Timings
from compiler.policy import policy_findings
from compiler.policy.binding import Binding, bindings
from compiler.policy.controls import ControlCatalogues
from compiler.policy.fleet_evaluation import ALL_MODELS, FleetResult, evaluate_fleet
from compiler.policy.model_evaluation import ModelEvaluation
from compiler.policy.policy_checks import BindingState, check_examples, check_policies
from compiler.policy.policy_context import BaseRevision, PolicyContext
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_inputs import cel_environments
from compiler.policy.policy_library import PolicyLibrary
from compiler.policy.policy_usage import PolicyUsage
from compiler.policy.rule_evaluator import RuleEvaluator
from compiler.policy.suppressions import Suppressions
from compiler.policy.waivers import Waivers
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.read_log import COMMENTS
from compiler.source.tree import Tree
from compiler.spec.portfolio import ANY_KIND, Portfolio

if TYPE_CHECKING:
    from compiler.policy.policy_examples import PolicyTestResult


class PolicyEngine:
    """The policies of a fleet on a date. It remembers nothing of the models that were evaluated: usages do."""

    def __init__(
        self,
        fleet: Fleet,
        shipped_tree: Tree,
        as_of: date,
        base: BaseRevision | None = None,
        policy_portfolio: Portfolio | None = None,
        timings: Timings | None = None,
    ) -> None:
        """`policy_portfolio`: whose policies and waivers apply; by default the fleet's own. The Teams of the base, if any, approve."""
        authority = base.authority if base else ApprovalAuthority.of(fleet.portfolio)
        policy_portfolio = policy_portfolio or fleet.portfolio
        self._policy_portfolio = policy_portfolio
        self._fleet = fleet
        self._as_of = as_of
        self.library = PolicyLibrary(policy_portfolio, shipped_tree)
        self._evaluator = RuleEvaluator(cel_environments(fleet.language))
        self._strict_evaluator = RuleEvaluator(cel_environments(fleet.language), check_types=True)
        self._waivers = Waivers(fleet, self.library, as_of, policy_portfolio, authority)
        with fleet.reads.paused():  # the comments that a finding depends on are those of its file
            self._suppressions = Suppressions(fleet.portfolio)
        self.controls = ControlCatalogues(shipped_tree, fleet.tree, policy_portfolio.folder("schemas"))
        self.context = PolicyContext(
            fleet,
            self.library,
            self._evaluator,
            self._waivers,
            self._suppressions,
            as_of,
            base,
            timings or Timings(),
            authority,
        )

    def start_evaluation(self) -> ModelEvaluation:
        """An evaluation of a model in all its environments, or of several models, which records their usage."""
        return ModelEvaluation(self.context)

    def evaluate_fleet(self, usage: PolicyUsage) -> FleetResult:
        """The findings of policies about the fleet, from the merged usage of the models; the usage of both."""
        return evaluate_fleet(self.context, usage)

    def check_examples(self, policy: Policy) -> "tuple[PolicyTestResult | None, tuple[Finding, ...]]":
        """The results of a policy's examples, and all findings about it; the types of shipped policies are checked too."""
        return check_examples(policy, self._strict_evaluator, self.controls, self._fleet, self._as_of)

    def findings(self, usage: PolicyUsage) -> Iterator[Finding]:
        """The findings about policies and waivers themselves; `usage`: that of all models and of the fleet."""
        all_bindings = tuple(bindings(self._fleet.portfolio))
        yield from self._unknown_binding_findings(all_bindings)
        for id_ in sorted(usage.skipped_ids):
            policy = self.library.policy(id_)
            if policy is not None:
                binding = next((binding for binding in all_bindings if binding.name in {policy.id, policy.pack}), None)
                yield policy_findings.skipped_finding(policy, self._as_of, binding)
        yield from check_policies(
            self.library,
            self._evaluator,
            self.controls,
            BindingState(all_bindings, usage.selected_ids),
            self._fleet,
            self._as_of,
        )
        yield from self._waivers.findings(usage)

    def was_evaluated(self, usage: PolicyUsage, id_: str, model: str) -> bool:
        """Whether a policy was evaluated for a model: it is valid, and its conditions have values."""
        policies = self.library.policies_named(id_)
        if not policies:
            return self._policy_portfolio.broken_names.isdisjoint(
                {("Policy", id_.rpartition("/")[2]), (ANY_KIND, id_.rpartition("/")[2])}
            )
        if id_ in usage.skipped_ids or any(
            self._evaluator.compiled_policy(policy).compile_findings for policy in policies
        ):
            return False
        return usage.evaluation_failures.isdisjoint({(id_, model), (id_, ALL_MODELS)})

    def unused_findings(self, usage: PolicyUsage, *, includes_objects: bool) -> Iterator[Finding]:
        """Waivers, comments and policies without effect; `includes_objects`: rendered objects were evaluated, not only models."""

        def is_evaluated(name: str) -> bool:
            return includes_objects or all(policy.scope != "object" for policy in self.library.policies_named(name))

        yield from self._waivers.unused_findings(usage, is_evaluated)
        for policy in self.library.project_policies if includes_objects else ():
            if policy.id in usage.object_policy_ids and policy.id not in usage.matched_object_ids:
                yield policy_findings.policy_finding(
                    policy, codes.UNUSED_POLICY, "no rendered object has one of its kinds", "objects"
                )
        self._fleet.reads.add(COMMENTS, "")
        yield from self._suppressions.findings(usage, is_evaluated, self._is_policy_id)

    def _is_policy_id(self, name: str) -> bool:
        """Whether a name is the id of one policy."""
        return self.library.policy(name) is not None

    def detect_secrets(self, model: ResolvedModel) -> None:
        """Look for secrets in a model of which no policy was evaluated, if the detectors are installed."""
        detectors = self.context.detectors
        if detectors.are_available:
            detectors.find_candidates(model.data, model.release.source if model.release else {})

    @property
    def detected_secrets(self) -> frozenset[str]:
        """The values that looked like secrets when this process evaluated policies; no output shows them."""
        return self.context.detectors.secrets

    def _unknown_binding_findings(self, all_bindings: Sequence[Binding]) -> Iterator[Finding]:
        """Bound names that no policy has."""
        for spec, pointer, name in all_bindings:
            if not self.library.policies_named(name) and not self._fleet.portfolio.may_have_document("Policy", name):
                subject = Subject(spec.kind, spec.name, None, pointer)
                yield self.library.unknown_name_finding(name, spec.document.location(pointer), subject)

"""The effect of a change of policies, packs or waivers on unchanged models."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

from compiler.diagnostics.codes import BAD_POLICY, POLICY_EVALUATION_ERROR, UNKNOWN_REFERENCE
from compiler.diagnostics.finding import Finding, Status, sorted_unique
from compiler.policy.baseline import is_policy_finding
from compiler.policy.environment_merge import merge_environments
from compiler.policy.policy_engine import PolicyEngine
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree
from compiler.spec.portfolio import Portfolio


class PolicyState(StrEnum):
    """The state of a policy for a value of a model; `NOT_EVALUATED`: it cannot be evaluated; `UNBOUND`: it does not bind the model."""

    FAILS = "fail"
    NOT_EVALUATED = "not-evaluated"
    ADVISES = "warn"
    IS_WAIVED = "waived"
    PASSES = "pass"
    UNBOUND = "unbound"


def finding_state(finding: Finding) -> PolicyState:
    """The state of a policy with this finding."""
    if finding.status is Status.WAIVED:
        return PolicyState.IS_WAIVED
    return PolicyState.FAILS if finding.is_blocking else PolicyState.ADVISES


@dataclass(frozen=True, slots=True)
class PolicySnapshot:
    """The violations of a fleet, errors of policies, and which policies were evaluated for which model (by id and name)."""

    model_count: int
    findings: tuple[Finding, ...]
    policy_errors: tuple[Finding, ...]
    object_policy_count: int
    bound_pairs: frozenset[tuple[str, str]]
    was_evaluated: Callable[[str, str], bool]

    def state_without_finding(self, policy: str, model: str) -> PolicyState:
        """The state of a policy for a model without findings."""
        if not self.was_evaluated(policy, model):
            return PolicyState.NOT_EVALUATED
        return PolicyState.PASSES if (policy, model) in self.bound_pairs else PolicyState.UNBOUND


@dataclass(frozen=True, slots=True)
class StateChange:
    """A value of a model whose state changes."""

    old_state: PolicyState
    new_state: PolicyState
    finding: Finding
    owner: str

    @property
    def policy(self) -> str:
        """The policy."""
        return self.finding.code.id

    @property
    def model(self) -> str:
        """The model."""
        return self.finding.subject.name if self.finding.subject else ""


def snapshot_policies(fleet: Fleet, policy_portfolio: Portfolio, shipped_tree: Tree, as_of: date) -> PolicySnapshot:
    """Evaluate the policies of a portfolio, possibly another revision's, for the models of a fleet; rendered objects are not included."""
    engine = PolicyEngine(fleet, shipped_tree, as_of, policy_portfolio=policy_portfolio)
    evaluation = engine.start_evaluation()
    findings: list[Finding] = []
    bound_pairs: set[tuple[str, str]] = set()
    for name, spec in fleet.portfolio.by_kind("Model").items():
        environment_names = [
            environment_name
            for environment_name in fleet.environments
            if environment_name in spec.data.get("environments", {})
        ]
        for environment in environment_names or (None,):
            model, _ = fleet.resolve(name, environment)
            if model is not None:
                bound_pairs.update((policy.id, name) for policy in engine.library.bound_policies(model))
                findings += evaluation.evaluate(model)
    fleet_findings, usage = engine.evaluate_fleet(evaluation.usage)
    findings += (*fleet_findings, *engine.findings(usage))
    return PolicySnapshot(
        len(fleet.portfolio.by_kind("Model")),
        sorted_unique(
            merge_environments((finding for finding in findings if is_policy_finding(finding)), _environments_of(fleet))
        ),
        sorted_unique(
            finding for finding in findings if finding.code in {BAD_POLICY, POLICY_EVALUATION_ERROR, UNKNOWN_REFERENCE}
        ),
        len(usage.object_policy_ids),
        frozenset(bound_pairs),
        partial(engine.was_evaluated, usage),
    )


def _environments_of(fleet: Fleet) -> Callable[[str], Sequence[str | None]]:
    return lambda name: fleet.environments_of(name) if name in fleet.portfolio.by_kind("Model") else ()


def diff_snapshots(
    base: PolicySnapshot, head: PolicySnapshot, owner_by_model: Mapping[str, str]
) -> Iterator[StateChange]:
    """Each value whose state changes, by policy and model."""
    base_states, head_states = _worst_states(base.findings), _worst_states(head.findings)
    for key in sorted(base_states.keys() | head_states.keys()):
        policy, model, _ = key
        old_state, old_finding = base_states.get(key, (base.state_without_finding(policy, model), None))
        new_state, new_finding = head_states.get(key, (head.state_without_finding(policy, model), None))
        current_finding = new_finding or old_finding
        if old_state is not new_state and current_finding is not None:
            yield StateChange(
                old_state,
                new_state,
                current_finding,
                owner_by_model.get(current_finding.subject.name if current_finding.subject else "", ""),
            )


def model_owners(fleet: Fleet) -> Mapping[str, str]:
    """The owner of each model."""
    owner_by_model: dict[str, str] = {}
    for name in fleet.portfolio.by_kind("Model"):
        model, _ = fleet.resolve(name, None)
        owner_by_model[name] = str(model.data.get("owner")) if model else ""
    return owner_by_model


def failing_models(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The names of the models that fail."""
    return tuple(sorted({finding.subject.name for finding in findings if finding.is_blocking and finding.subject}))


def _worst_states(findings: Iterable[Finding]) -> dict[tuple[str, str, str], tuple[PolicyState, Finding]]:
    """The most severe state of each value, by policy, model and fingerprint."""
    order = tuple(PolicyState)
    worst_states: dict[tuple[str, str, str], tuple[PolicyState, Finding]] = {}
    for finding in findings:
        name = finding.subject.name if finding.subject else ""
        state = finding_state(finding)
        key = (finding.code.id, name, finding.fingerprint)
        if key not in worst_states or order.index(state) < order.index(worst_states[key][0]):
            worst_states[key] = (state, finding)
    return worst_states

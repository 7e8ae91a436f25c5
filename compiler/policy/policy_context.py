"""What all evaluations of policies share: facts of the project, and memos that no result depends on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from compiler.foundation.timings import Timings
from compiler.policy.match_cache import MatchCache
from compiler.policy.policy_library import PolicyLibrary
from compiler.policy.result_reuse import UnaffectedPolicies
from compiler.policy.rule_evaluator import RuleEvaluator
from compiler.policy.secret_detection import SecretDetectors
from compiler.policy.suppressions import Suppressions
from compiler.policy.waivers import Waivers
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.fleet import Fleet


@dataclass(frozen=True, slots=True)
class BaseRevision:
    """The state that a change starts from: its date, and what the change does to a model in an environment."""

    as_of: date
    is_changed: Callable[[str, str | None], bool]
    is_restored: Callable[[str, str | None], bool]
    """Whether the change restores an earlier state of the model."""
    day_of_last_change: Callable[[Iterable[str]], date | None]
    """The last day before the change on which one of some files changed; `None` if it is unknown."""
    authority: ApprovalAuthority
    """Who judges its approvals and waivers."""


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """The policies of a fleet on a date."""

    fleet: Fleet
    library: PolicyLibrary
    evaluator: RuleEvaluator
    waivers: Waivers
    suppressions: Suppressions
    as_of: date
    base: BaseRevision | None
    timings: Timings
    authority: ApprovalAuthority
    detectors: SecretDetectors = field(default_factory=SecretDetectors)
    match_cache: MatchCache = field(default_factory=MatchCache)
    unaffected_policies: UnaffectedPolicies = field(default_factory=UnaffectedPolicies)

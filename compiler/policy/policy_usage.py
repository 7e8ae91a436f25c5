"""What evaluating policies leaves behind: plain data that can be stored, sent and merged, from which findings about the fleet follow.

The usage of a model does not depend on which other models were evaluated before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from compiler.diagnostics.finding import Finding, Location

if TYPE_CHECKING:
    from compiler.foundation.json_data import Pointer
    from compiler.policy.waiver_scope import ValuePointers

Placement = tuple[str, str | None]
"""A model and its environment; `None` for a model that is not deployed."""


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """A use of a waiver: the model, the id of the policy, and the value."""

    waiver: str
    model: str
    policy: str
    value_pointers: ValuePointers


@dataclass(frozen=True, slots=True)
class WaiverRejection:
    """A waiver that a policy forbids for a model, at the part of the waiver that is at fault."""

    waiver: str
    pointer: Pointer
    model: str
    finding: Finding

    @property
    def _order(self) -> tuple[str, str]:
        return self.model, self.finding.message

    def is_before(self, other: WaiverRejection) -> bool:
        """Whether it is the one to report of two at the same part of a waiver: that of the first model by name."""
        return self._order < other._order


@dataclass(frozen=True, slots=True)
class PolicyUsage:
    """What the evaluation of models left behind. Policies are named by their ids."""

    EMPTY: ClassVar[PolicyUsage]

    fleet_placements: frozenset[Placement] = frozenset()
    """The models in environments that policies about the fleet bind."""
    selected_ids: frozenset[str] = frozenset()
    """Policies that select a model."""
    skipped_ids: frozenset[str] = frozenset()
    """Policies that need a missing package."""
    object_policy_ids: frozenset[str] = frozenset()
    """Policies in scope `object` that apply to a model."""
    matched_object_ids: frozenset[str] = frozenset()
    """Policies in scope `object` that were evaluated for a rendered object."""
    evaluation_failures: frozenset[tuple[str, str]] = frozenset()
    """Policies that could not be evaluated, each with the model."""
    waiver_uses: frozenset[WaiverUse] = frozenset()
    waiver_rejections: frozenset[WaiverRejection] = frozenset()
    """At most one for each part of a waiver."""
    used_comments: frozenset[tuple[Location, str]] = frozenset()
    """Suppression comments that had an effect, each with the policy that it suppressed."""
    rejected_comments: frozenset[Location] = frozenset()
    """Suppression comments at mandatory findings."""
    depends_on_date: bool = False
    """Whether a policy was violated: what that means depends on the date."""
    secrets: frozenset[str] = frozenset()
    """Values that look like secrets; no output shows them."""

    @property
    def is_storable(self) -> bool:
        """Whether it may be written to the disk: it contains no secret."""
        return not self.secrets


PolicyUsage.EMPTY = PolicyUsage()


@dataclass(slots=True)
class UsageRecorder:
    """Collects a usage. Sets are updated in place; of rejections at the same part of a waiver, the first is kept."""

    fleet_placements: set[Placement] = field(default_factory=set)
    selected_ids: set[str] = field(default_factory=set)
    skipped_ids: set[str] = field(default_factory=set)
    object_policy_ids: set[str] = field(default_factory=set)
    matched_object_ids: set[str] = field(default_factory=set)
    evaluation_failures: set[tuple[str, str]] = field(default_factory=set)
    waiver_uses: set[WaiverUse] = field(default_factory=set)
    used_comments: set[tuple[Location, str]] = field(default_factory=set)
    rejected_comments: set[Location] = field(default_factory=set)
    depends_on_date: bool = False
    secrets: set[str] = field(default_factory=set)
    _rejections: dict[tuple[str, Pointer], WaiverRejection] = field(default_factory=dict)

    def record_rejection(self, rejection: WaiverRejection) -> None:
        """Record that a policy forbids a waiver."""
        self._rejections.setdefault((rejection.waiver, rejection.pointer), rejection)

    def add(self, usage: PolicyUsage) -> None:
        """Add a usage; the order of additions has no effect."""
        self.fleet_placements |= usage.fleet_placements
        self.selected_ids |= usage.selected_ids
        self.skipped_ids |= usage.skipped_ids
        self.object_policy_ids |= usage.object_policy_ids
        self.matched_object_ids |= usage.matched_object_ids
        self.evaluation_failures |= usage.evaluation_failures
        self.waiver_uses |= usage.waiver_uses
        self.used_comments |= usage.used_comments
        self.rejected_comments |= usage.rejected_comments
        self.depends_on_date |= usage.depends_on_date
        self.secrets |= usage.secrets
        for rejection in usage.waiver_rejections:
            previous = self._rejections.get((rejection.waiver, rejection.pointer))
            if previous is None or rejection.is_before(previous):
                self._rejections[rejection.waiver, rejection.pointer] = rejection

    @property
    def usage(self) -> PolicyUsage:
        """What was recorded so far."""
        return PolicyUsage(
            fleet_placements=frozenset(self.fleet_placements),
            selected_ids=frozenset(self.selected_ids),
            skipped_ids=frozenset(self.skipped_ids),
            object_policy_ids=frozenset(self.object_policy_ids),
            matched_object_ids=frozenset(self.matched_object_ids),
            evaluation_failures=frozenset(self.evaluation_failures),
            waiver_uses=frozenset(self.waiver_uses),
            waiver_rejections=frozenset(self._rejections.values()),
            used_comments=frozenset(self.used_comments),
            rejected_comments=frozenset(self.rejected_comments),
            depends_on_date=self.depends_on_date,
            secrets=frozenset(self.secrets),
        )


def merge_usages(usages: Iterable[PolicyUsage]) -> PolicyUsage:
    """One usage of all; the order has no effect."""
    recorder = UsageRecorder()
    for usage in usages:
        recorder.add(usage)
    return recorder.usage

"""A waiver as it holds for models: for which policies and values, and on which days."""

from dataclasses import dataclass
from datetime import date

from compiler.foundation.json_data import Pointer, as_list, as_str
from compiler.policy.policy_definition import Policy
from compiler.policy.value_paths import begins_with, parsed
from compiler.spec.portfolio import Spec

Spelled = tuple[Pointer, ...]
"""A value by its pointers: with elements of lists by their names, and by their numbers."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An exception: a Waiver that is sound."""

    spec: Spec

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies and packs that it names."""
        return tuple(as_str(name) for name in as_list(self.spec.data.get("policies")))

    @property
    def expires(self) -> date:
        """The last day on which it holds."""
        return date.fromisoformat(self.spec.text("expires"))

    @property
    def granted(self) -> date | None:
        """The first day on which it holds."""
        text = self.spec.text("granted")
        return date.fromisoformat(text) if text else None

    @property
    def paths(self) -> tuple[Pointer, ...]:
        """The values that it is confined to; none where it is confined to none."""
        return tuple(parsed(as_str(path)) for path in as_list(self.spec.data.get("paths")))

    def holds(self, as_of: date) -> bool:
        """Whether it holds on a day."""
        return as_of <= self.expires and (self.granted is None or self.granted <= as_of)

    def names(self, policy: Policy) -> bool:
        """Whether it speaks of a policy, or of the pack that the policy is of."""
        return policy.id in self.policies or (bool(policy.pack) and policy.pack in self.policies)

    def covers(self, policy: Policy, value: Spelled) -> bool:
        """Whether it speaks of a policy at a value."""
        return self.names(policy) and (not self.paths or any(reaches(path, value) for path in self.paths))


def reaches(path: Pointer, value: Spelled) -> bool:
    """Whether a path leads to a value, or to what holds it."""
    return any(begins_with(pointer, path) for pointer in value)

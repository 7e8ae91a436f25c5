"""The policies, values and dates that a waiver covers."""

from dataclasses import dataclass
from datetime import date

from compiler.foundation.json_data import Pointer
from compiler.policy.policy_definition import Policy
from compiler.policy.value_paths import begins_with, parse_path
from compiler.spec.portfolio import WaiverSpec

ValuePointers = tuple[Pointer, ...]
"""A value by its pointers: with list elements by name, and by index."""


@dataclass(frozen=True, slots=True)
class WaiverScope:
    """A valid Waiver."""

    spec: WaiverSpec

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies and packs that it names."""
        return tuple(name for name in self.spec.data["policies"])

    @property
    def expires(self) -> date:
        """Its last day."""
        return date.fromisoformat(self.spec.data["expires"])

    @property
    def granted_on(self) -> date | None:
        """Its first day."""
        text = self.spec.data.get("validFrom")
        return date.fromisoformat(text) if text else None

    @property
    def paths(self) -> tuple[Pointer, ...]:
        """The paths that it is restricted to; empty for no restriction."""
        return tuple(parse_path(path) for path in self.spec.data.get("paths", ()))

    def is_active(self, as_of: date) -> bool:
        """Whether it is active on a date."""
        return as_of <= self.expires and (self.granted_on is None or self.granted_on <= as_of)

    def applies_to_policy(self, policy: Policy) -> bool:
        """Whether it names a policy or the policy's pack."""
        return policy.id in self.policies or (bool(policy.pack) and policy.pack in self.policies)

    def covers(self, policy: Policy, value_pointers: ValuePointers) -> bool:
        """Whether it covers a policy at a value."""
        return self.applies_to_policy(policy) and (
            not self.paths or any(path_covers(path, value_pointers) for path in self.paths)
        )


def path_covers(path: Pointer, value_pointers: ValuePointers) -> bool:
    """Whether a path leads to a value, or to an ancestor of it."""
    return any(begins_with(pointer, path) for pointer in value_pointers)

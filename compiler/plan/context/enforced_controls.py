"""The controls of a release that are in force where a target's files run: the entries of `enforces` in emitter.yaml."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.foundation.json_data import Object
from compiler.plan.emitters.conditions import ConditionResults
from compiler.plan.emitters.emitter import Emitter


@dataclass(frozen=True, slots=True)
class EnforcedControl:
    """The field of a control, and what enforces it; `is_passed_on` if that only receives the setting."""

    field: str
    by: str
    is_passed_on: bool
    id: str = ""

    @property
    def json(self) -> Object:
        """The control as templates see it."""
        return {"by": self.by, "id": self.id}


def enforced_controls(emitter: Emitter, condition_results: ConditionResults) -> Iterator[EnforcedControl]:
    """The entries whose condition is true."""
    for index, entry in enumerate(emitter.data.get("enforces", ())):
        if condition_results.get(("enforces", index, "when"), True) is True:
            yield EnforcedControl(entry["control"], entry["by"], entry.get("isPassedOn", False), entry.get("id", ""))

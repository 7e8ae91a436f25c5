"""The units that a build of some models or environments renders and may remove."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.plan.planning import UnitFilter


def select_units(models: Collection[str], environments: Collection[str]) -> UnitFilter:
    """Selects units by model and environment; an empty collection selects all.

    The empty name stands for units that belong to no single model or environment, which are always selected.
    """

    def is_selected(model: str, environment: str) -> bool:
        return (not models or not model or model in models) and (
            not environments or not environment or environment in environments
        )

    return is_selected


@dataclass(frozen=True, slots=True)
class UnitsOfEnvironment:
    """Selects the units of one environment: those of its deployments, and those of the environment itself."""

    environment: str

    def __call__(self, _model: str, environment: str) -> bool:
        """Whether a unit is in the environment."""
        return environment == self.environment


def is_deployment(unit: str) -> bool:
    """Whether a unit (by id) holds the files of one model in one environment."""
    environment, slash, _ = unit.partition("/")
    return bool(slash) and "." not in environment


def model_of_unit(unit: str) -> str:
    """The model of a unit (by id); empty for a unit with files about several models."""
    return unit.partition("/")[2]


def environment_of_unit(unit: str) -> str:
    """The environment of a unit (by id); of a unit that belongs to none, a name that no environment has."""
    return unit.partition("/")[0]


def select_removable_units(models: Collection[str], environments: Collection[str]) -> Callable[[str], bool]:
    """Whether the build may remove a unit (by id) that is no longer rendered."""
    is_selected = select_units(models, environments)

    def may_remove(unit: str) -> bool:
        environment, _, model = unit.partition("/")
        return is_selected(model, "" if "." in environment else environment)

    return may_remove

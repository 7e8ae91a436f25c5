"""The budgets, as data: what is measured, what it may cost, and what it is compared with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fleets import SAMPLE
from results import Measurement, Run


@dataclass(frozen=True)
class Quantity:
    """A number of a run."""

    unit: str
    read: Callable[[Run, Measurement], float]


CPU = Quantity("s CPU", lambda run, _: run.cpu)
CPU_PER_FILE = Quantity("ms CPU per file", lambda run, measurement: run.cpu * 1e3 / measurement.sizes.files)
WALL = Quantity("s", lambda run, _: run.wall)
MEMORY = Quantity("MB", lambda run, _: run.megabytes)


@dataclass(frozen=True)
class Budget:
    """A scenario on a fleet, with the floors and peers of the same run. `limit`: `None` where there is only a comparison.

    `ratio_limit`: at most so many times the first yardstick.
    """

    scenario: str
    models: int
    limit: float | None = None
    quantity: Quantity = CPU
    yardsticks: tuple[str, ...] = ()
    ratio_limit: float | None = None


PACKS_MODELS = 2000
"""The fleet of this size has all shipped packs of policies."""
QUICK_MODELS = 2000
"""`make bench` measures fleets up to this size."""

BUDGETS = (
    Budget("version", SAMPLE, 0.06, yardsticks=("python",)),
    Budget("build-unchanged", SAMPLE, 0.4, yardsticks=("parse",)),
    Budget("check-one-file", 100, yardsticks=("check-jsonschema-file",)),
    Budget("build-no-cache", 100, quantity=CPU_PER_FILE, yardsticks=("write",)),
    Budget("build-cold", 100, quantity=WALL, yardsticks=("serial",), ratio_limit=1.05),
    Budget("check-one-file", 1000, 0.25, yardsticks=("check-jsonschema-file",)),
    Budget("check-cold", 1000, yardsticks=("parse", "check-jsonschema", "dbt")),
    Budget("check-unchanged", 1000, yardsticks=("parse", "dbt-unchanged")),
    Budget("build-no-cache", 1000, 0.4, CPU_PER_FILE, ("write", "kapitan")),
    Budget("build-cold", 1000, quantity=WALL, yardsticks=("serial",), ratio_limit=0.6),
    Budget("build-unchanged", 1000, yardsticks=("stat",)),
    Budget("build-changed", 1000, yardsticks=("stat",)),
    Budget("build-restored", 1000, 5, yardsticks=("write",)),
    Budget("affected", 1000, 2, yardsticks=("parse",)),
    Budget("check-cold", PACKS_MODELS, 3, yardsticks=("parse",)),
    Budget("check-one-file", 10_000, 0.4, yardsticks=("check-jsonschema-file",)),
    Budget("check-unchanged", 10_000, 1, yardsticks=("parse",)),
    Budget("check-changed", 10_000, 1, yardsticks=("parse",)),
    Budget("build-unchanged", 10_000, 1.5, yardsticks=("stat",)),
    Budget("build-changed", 10_000, 1.5, yardsticks=("stat",)),
    Budget("build-check", 10_000, 3, yardsticks=("stat", "hash")),
    Budget("affected", 10_000, 5, yardsticks=("parse",)),
    Budget("build-cold", 10_000, 300, MEMORY),
)

GROWTH_SIZES = (100, 1000, 10_000, 100_000)
GROWTH_SCENARIOS: Mapping[str, tuple[str, ...]] = {
    "check-cold": ("parse",),
    "check-unchanged": ("parse",),
    "check-one-file": (),
    "build-cold": ("write", "parse"),
    "build-unchanged": ("stat",),
    "build-changed": ("stat",),
    "git-add": (),
    "git-repack": (),
    "git-status": (),
}
"""What is measured of each fleet, with its yardsticks."""
LARGEST_GIT_FLEET = 10_000
"""Larger outputs are not copied: neither into a git repository nor by `write`."""
GROWTH_LIMIT = 11.0
"""Ten times the models cost at most so many times as much, from 1,000 to 10,000 models."""

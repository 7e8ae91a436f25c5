"""Measures scenarios on fleets, each next to its yardsticks, in turns."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import results
from budgets import PACKS_MODELS
from fleets import Fleet
from results import Measurement, Run
from scenarios import SCENARIOS, YARDSTICKS

_SETTLING_SECONDS = 2.1
"""A file that changed less than two seconds before it was read is read again."""


@dataclass(frozen=True)
class Request:
    """A scenario on a fleet, with its yardsticks."""

    scenario: str
    models: int
    yardsticks: tuple[str, ...]


def merge_requests(requests: Iterable[Request]) -> list[Request]:
    """One request per scenario and fleet, by size, with the yardsticks of all."""
    names_by_key: dict[tuple[int, str], tuple[str, ...]] = {}
    for request in requests:
        key = request.models, request.scenario
        names_by_key[key] = tuple(dict.fromkeys((*names_by_key.get(key, ()), *request.yardsticks)))
    sizes = sorted({models for models, _ in names_by_key})
    return [
        Request(name, size, yardsticks) for size in sizes for (n, name), yardsticks in names_by_key.items() if n == size
    ]


def measure_all(requests: Iterable[Request], work: Path, date: str, pairs: int | None) -> Iterator[Measurement]:
    """Each measurement when it is done; the fleet of a size is removed after its last one."""
    fleet: Fleet | None = None
    for request in merge_requests(requests):
        if fleet is None or fleet.models != request.models:
            remove(fleet)
            folder = work / f"{request.models}-models"
            folder.mkdir(parents=True, exist_ok=True)
            fleet = Fleet(request.models, folder, has_packs=request.models == PACKS_MODELS)
        print(f"measuring {request.scenario}, {request.models} models", file=sys.stderr)
        yield measure(request, fleet, date, pairs or default_pairs(request.models))
    remove(fleet)


def remove(fleet: Fleet | None) -> None:
    """Delete the folder of a fleet."""
    if fleet is not None:
        shutil.rmtree(fleet.folder)


def default_pairs(models: int) -> int:
    """How often a scenario is measured."""
    return 5 if models < 10_000 else 3 if models < 100_000 else 1  # noqa: PLR2004 - minutes, hours


def measure(request: Request, fleet: Fleet, date: str, pairs: int) -> Measurement:
    """The scenario and its yardsticks, in turns. The first cold build of a fleet counts as one of its cold builds."""
    scenario = SCENARIOS[request.scenario]
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    fleet.create()
    first_build = fleet.first_build if scenario.needs_build else None
    if scenario.is_warm:
        for _ in range(2):  # the second reads what the first found too new to be sure
            scenario.prepare(fleet)
            scenario.measure(fleet)
            time.sleep(_SETTLING_SECONDS)
    runs, yardsticks = [], {name: list[float]() for name in request.yardsticks}
    for number in range(pairs):
        scenario.prepare(fleet)
        is_first_build = request.scenario == "build-cold" and number == 0
        runs.append(Run.from_cost(first_build if first_build and is_first_build else scenario.measure(fleet)))
        for name, values in yardsticks.items():
            if (seconds := YARDSTICKS[name].measure(fleet)) is not None:
                values.append(seconds)
    seconds_by_name = {name: tuple(values) for name, values in yardsticks.items() if values}
    machine, revision, versions = results.machine_name(), results.revision(), results.versions()
    return Measurement(
        request.scenario,
        fleet.models,
        tuple(runs),
        seconds_by_name,
        fleet.sizes,
        date,
        machine,
        round(load, 2),
        revision,
        versions,
    )

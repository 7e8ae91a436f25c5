"""`python bench/several_machines.py [--check]`: computes in docs/guides/several-machines.md what 100,000 and 1,000,000 models need.

Each quantity grows with the number of models as it does between the two largest fleets that were measured.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from budgets import GROWTH_SIZES
from page import MEGABYTE, cpu_median, megabytes_median, write_files
from processes import ROOT
from results import RESULTS, Measurement, find, load
from table import format_number, format_table

GUIDE = ROOT / "docs" / "guides" / "several-machines.md"
BEGIN, END = "<!-- computed by bench/several_machines.py -->\n", "<!-- end -->\n"
TARGETS = (100_000, 1_000_000)
CORES_PER_MACHINE, MINUTES = 4, 10
_SECONDS_PER_MINUTE, _SECONDS_PER_HOUR = 60, 3600


@dataclass(frozen=True)
class Need:
    """A quantity: which scenario measures it, and how its number is read."""

    title: str
    scenario: str
    read: Callable[[Measurement], float]


NEEDS = (
    Need("specs, MB", "build-cold", lambda entry: entry.sizes.spec_bytes / MEGABYTE),
    Need("files of output, thousands", "build-cold", lambda entry: entry.sizes.files / 1e3),
    Need("output, MB", "build-cold", lambda entry: entry.sizes.output_bytes / MEGABYTE),
    Need("stored results, MB", "build-cold", lambda entry: entry.sizes.store_bytes / MEGABYTE),
    Need("memory of the main process of `check`, MB", "check-cold", megabytes_median),
    Need("memory of the main process of `build`, MB", "build-cold", megabytes_median),
    Need("`check`, cold: CPU hours", "check-cold", lambda entry: cpu_median(entry) / _SECONDS_PER_HOUR),
    Need("`build`, cold: CPU hours", "build-cold", lambda entry: cpu_median(entry) / _SECONDS_PER_HOUR),
    Need("`build`, one model changed: CPU s", "build-changed", cpu_median),
    Need("`git add` of the output: CPU s", "git-add", cpu_median),
    Need("`git status` of the output: CPU s", "git-status", cpu_median),
    Need(
        "repository of one state of the output, packed, MB",
        "git-repack",
        lambda entry: entry.sizes.packed_bytes / MEGABYTE,
    ),
)


def extrapolate(points: Sequence[tuple[int, float]], models: int) -> float:
    """The value on the line through the last two points; through the origin if there is one."""
    if len(points) == 1:
        [(size, value)] = points
        return value / size * models
    (small, small_value), (large, large_value) = points[-2:]
    return large_value + (large_value - small_value) / (large - small) * (models - large)


def points_of(measurements: Sequence[Measurement], need: Need) -> list[tuple[int, float]]:
    """The measured numbers of models, and the values."""
    found = [entry for models in GROWTH_SIZES if (entry := find(measurements, need.scenario, models))]
    return [(entry.models, need.read(entry)) for entry in found]


def machine_count(cold_seconds: float, serial_seconds: float) -> int | None:
    """How many machines build within the time: the main process does its part alone; `None` if that already takes longer."""
    seconds_left = MINUTES * _SECONDS_PER_MINUTE - serial_seconds
    return ceil((cold_seconds - serial_seconds) / CORES_PER_MACHINE / seconds_left) if seconds_left > 0 else None


def table(measurements: Sequence[Measurement]) -> str:
    """The needs: measured, and computed for larger fleets."""
    points = {need: points_of(measurements, need) for need in NEEDS}
    rows = []
    for need, known in points.items():
        if known:
            measured = [f"{format_number(known[-1][1])} ({known[-1][0]:,} models)"]
            rows.append([need.title, *measured, *(format_number(extrapolate(known, target)) for target in TARGETS)])
    rows.append(["machines", "", *(_machines_text(measurements, target) for target in TARGETS)])
    return format_table(("", "measured", *(f"{target:,} models" for target in TARGETS)), rows, (1, 2, 3))


def _machines_text(measurements: Sequence[Measurement], models: int) -> str:
    seconds = [
        extrapolate(points_of(measurements, Need("", scenario, cpu_median)), models)
        for scenario in ("build-cold", "build-unchanged")
    ]
    count = machine_count(*seconds)
    return f"more than {MINUTES} min in the main process" if count is None else str(max(count, 1))


def replace_block(page: str, text: str) -> str:
    """The page with another computed block."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}"


def main(arguments: Sequence[str]) -> int:
    """Rewrite the block of the guide; with `--check` only compare it."""
    text = replace_block(GUIDE.read_text(encoding="utf-8"), table(load(RESULTS)))
    return write_files({GUIDE: text}, is_check="--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python bench/page.py [--check]`: writes docs/performance.md and its chart from the results that `bench/run.py` kept."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from budgets import GROWTH_SCENARIOS, GROWTH_SIZES
from plot import Chart, draw
from processes import ROOT
from results import RESULTS, Interval, Measurement, find, load
from scenarios import SCENARIOS
from stage_profile import PROFILE
from table import HEADER, BudgetRow, budget_rows, format_number, format_table

PAGE, CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance-growth.svg"
KILLS, WAYS = (Path(__file__).with_name(name) for name in ("kills.json", "ways.json"))
MEGABYTE = 1e6
_MAX_PACKAGES, _HIGH_LOAD = 14, 0.5

INTRODUCTION = """\
# Performance

`bench/page.py` writes this page from `bench/results.jsonl`; run `make bench` to measure on your machine. Each number is the median of
its runs, followed by the smallest and the largest one; a number without a range is of one run. CPU is user and system time of all
processes. After each run its floors and peers
run once, so that a ratio compares neighbours in time; a ratio below 1 means that Modelyard needs less. With n pairs, the interval
contains the true median with a probability of 1 - 2^(1 - n).
"""

METHOD = """\
## What is measured

A fleet is generated (`bench/generate.py`): each model runs in three environments, and nearly all keep the shipped policies. The fleet of
2,000 models has all packs of policies. Cold means that no results are stored; warm means that the same command ran before.

- libyaml: PyYAML's CSafeLoader loads the same files, without the start of Python.
- write: the files of the output are written as `build` writes them, to a staging folder and then renamed; nothing is synchronised to
  the disk.
- check-jsonschema validates the specs of models against the schemas that `modelyard schema` prints. It checks no references, policies
  or environments.
- Kapitan compiles an inventory of 500 targets; its time is scaled to the number of files of Modelyard's output. Its files have no checks
  and no blame.
- dbt parses a project of 1,000 models with one test each; it writes one manifest.

The programs are installed with pinned versions (`bench/peers.py`); `make bench` says so if one is not available.
"""

KILLS_TEXT = """\
## Interrupted builds

`make crash` killed builds at random moments in {rounds:,} rounds (seed {seed}, revision {revision}): one kill or several per round,
sometimes of two builds at once, with edits of specs and of output in between. After each round the next build wrote the output of a clean
build, without help. State of the output after the kills: {counts}.
"""

WAYS_TEXT = """\
## From a spec to a manifest

Functions of `compiler/` that receive or return plain data with one value of the sample, from its spec to the files
(`bench/follow_value.py`; ARCHITECTURE.md describes the path). Since results are kept, the path of a
value that is computed is longer, and that of one that is reused is short.
"""

LOAD_TEXT = """\
The machine was loaded by other work: {low:.1f} to {high:.1f} processes per core wanted to run when a measurement began. This raises
wall and CPU times, so compare ratios.
"""


@dataclass(frozen=True)
class Records:
    """What other programs of this folder measured."""

    profile: Mapping[str, object] | None
    kills: Mapping[str, object]
    ways: Sequence[Mapping[str, object]]

    @staticmethod
    def read() -> "Records":
        """The files of the programs."""
        kills, ways = (json.loads(path.read_text(encoding="utf-8")) for path in (KILLS, WAYS))
        return Records(json.loads(PROFILE.read_text(encoding="utf-8")) if PROFILE.exists() else None, kills, ways)


def page(measurements: Sequence[Measurement], records: Records) -> str:
    """The page."""
    rows = list(budget_rows(measurements))
    parts = [
        INTRODUCTION,
        *_conditions(measurements),
        "## Budgets\n",
        format_table(HEADER, (row.cells for row in rows)),
    ]
    parts += [*_open_budgets(rows), *_growth(measurements), *_stages(records.profile)]
    parts += [WAYS_TEXT, _ways(records.ways), *_kills(records.kills), METHOD]
    return "\n".join(parts)


def _conditions(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Machines, versions, revisions and load."""
    for machine in sorted({entry.machine for entry in measurements}):
        on_machine = [entry for entry in measurements if entry.machine == machine]
        versions = ", ".join(f"{name} {version}" for name, version in on_machine[-1].versions.items())
        revisions = ", ".join(sorted({entry.revision for entry in on_machine}))
        dates = " to ".join(
            dict.fromkeys((min(entry.date for entry in on_machine), max(entry.date for entry in on_machine)))
        )
        yield f"Measured on {dates}: {machine}; {versions}; revisions {revisions}.\n"
    loads = [entry.load for entry in measurements]
    if max(loads) > _HIGH_LOAD:
        share = Interval.from_values(loads)
        yield LOAD_TEXT.format(low=share.low, high=share.high)


def _open_budgets(rows: Sequence[BudgetRow]) -> Iterator[str]:
    missed = [row for row in rows if row.is_met is False]
    yield "## Budgets that are not met\n" if missed else "All budgets are met.\n"
    if missed:
        yield "".join(
            f"- {row.work}, {row.models} models: {row.measured}; the budget is {row.budget}.\n" for row in missed
        )


def _growth(measurements: Sequence[Measurement]) -> Iterator[str]:
    yield "## Growth\n"
    sizes = [(f"{models:,}", *_size_cells(build)) for models, build in _builds(measurements)]
    header = ("models", "specs, MB", "files of output", "output, MB", "stored results, MB", "memory, MB", "revision")
    yield format_table(header, sizes, range(len(header) - 1))
    models = [
        size
        for size in GROWTH_SIZES
        if find(measurements, "check-cold", size) or find(measurements, "build-cold", size)
    ]
    rows = [
        (SCENARIOS[name].title, *(_cpu_text(find(measurements, name, size)) for size in models))
        for name in GROWTH_SCENARIOS
    ]
    cpu_header = ("CPU seconds", *(f"{size:,} models" for size in models))
    yield format_table(cpu_header, rows, range(1, len(cpu_header)))
    yield "![CPU time and memory by number of models](performance-growth.svg)\n"
    yield "Both axes are logarithmic. Memory is that of the largest process; each worker process has the same order of size.\n"


def _builds(measurements: Sequence[Measurement]) -> Iterator[tuple[int, Measurement]]:
    for models in growth_sizes(measurements):
        if build := find(measurements, "build-cold", models):
            yield models, build


def _size_cells(build: Measurement) -> tuple[str, ...]:
    sizes = build.sizes
    spec, output, store = (value / MEGABYTE for value in (sizes.spec_bytes, sizes.output_bytes, sizes.store_bytes))
    return (*map(format_number, (spec, sizes.files, output, store, megabytes_median(build))), build.revision)


def _cpu_text(measurement: Measurement | None) -> str:
    return format_number(cpu_median(measurement)) if measurement else ""


def cpu_median(measurement: Measurement) -> float:
    """The median of the CPU seconds."""
    return Interval.from_values([run.cpu for run in measurement.runs]).median


def growth_sizes(measurements: Sequence[Measurement]) -> list[int]:
    """The fleets whose growth was measured."""
    return [models for models in GROWTH_SIZES if find(measurements, "build-cold", models)]


def growth_chart(measurements: Sequence[Measurement]) -> str:
    """The chart of CPU time and memory."""
    titles = {name: SCENARIOS[name].title.replace("`", "") for name in GROWTH_SCENARIOS if "git" not in name}
    lines = {title: _line(measurements, name) for name, title in titles.items()}
    memory = {titles[name]: _line(measurements, name, megabytes_median) for name in ("check-cold", "build-cold")}
    cpu_chart = Chart("CPU seconds", "models", {name: line for name, line in lines.items() if line})
    return draw([cpu_chart, Chart("Memory of the largest process, MB", "models", memory)])


def _line(
    measurements: Sequence[Measurement], scenario: str, read: Callable[[Measurement], float] = cpu_median
) -> list[tuple[float, float]]:
    entries = (find(measurements, scenario, models) for models in GROWTH_SIZES)
    return [(entry.models, read(entry)) for entry in entries if entry]


def megabytes_median(measurement: Measurement) -> float:
    """The median of the memory of the largest process."""
    return Interval.from_values([run.megabytes for run in measurement.runs]).median


def _stages(profile: Mapping[str, object] | None) -> Iterator[str]:
    if profile is None:
        yield "## Where the time of a build goes\n\nNot measured yet: run `bench/stage_profile.py`.\n"
        return
    timings, packages = profile["timings"], profile["packages"]
    assert isinstance(timings, dict)
    assert isinstance(packages, dict)
    command = f"`build --no-cache --jobs 1` of {profile['models']:,} models, revision {profile['revision']}"
    yield f"## Where the time of a build goes\n\n{command}.\n"
    for section, seconds in timings.items():
        rows = [(name, f"{value:.2f}") for name, value in seconds.items()]
        yield format_table((section, "s"), rows, (1,))
    total = sum(packages.values())
    shares = [
        (f"`{name}`" if "'" not in name else name, f"{100 * value / total:.1f}") for name, value in packages.items()
    ]
    yield "The profile (`--profile`) by the package whose code runs; functions in C count for the package that calls them:\n"
    yield format_table(("package", "% of the time"), shares[:_MAX_PACKAGES], (1,))


def _ways(ways: Sequence[Mapping[str, object]]) -> str:
    keys = ("revision", "run", "functions", "files")
    return format_table(keys, ([str(way[key]) for key in keys] for way in ways), (2, 3))


def _kills(kills: Mapping[str, object]) -> Iterator[str]:
    """The result of `make crash`."""
    results = kills["results"]
    assert isinstance(results, dict)
    counts = ", ".join(f"{count} {name}" for name, count in results.items())
    yield KILLS_TEXT.format(**{**kills, "counts": counts})


def main(arguments: Sequence[str]) -> int:
    """Write the page and the chart; with `--check` only compare them."""
    measurements = load(RESULTS)
    files = {PAGE: page(measurements, Records.read()), CHART: growth_chart(measurements)}
    return write_files(files, is_check="--check" in arguments)


def write_files(files: Mapping[Path, str], *, is_check: bool) -> int:
    """Write the files, or print which differ; the exit code."""
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is out of date' if is_check else 'was written'}")
        if not is_check:
            path.write_text(files[path], encoding="utf-8")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

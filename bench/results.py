"""The results of measurements: one JSON object per line, so that an interrupted benchmark loses none."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

from fleets import Sizes
from processes import ROOT, Cost

RESULTS = ROOT / "bench" / "results.jsonl"
PACKAGES = ("click", "cel-expr-python", "jinja2", "jsonschema-rs", "msgspec", "pyyaml")


@dataclass(frozen=True)
class Run:
    """One measured run."""

    cpu: float
    wall: float
    megabytes: float

    @staticmethod
    def from_cost(cost: Cost) -> "Run":
        """What a program needed."""
        return Run(cost.cpu_seconds, cost.wall_seconds, cost.megabytes)


@dataclass(frozen=True)
class Measurement:
    """The runs of a scenario on a fleet, and what each yardstick needed next to each of them, in the same order."""

    scenario: str
    models: int
    runs: tuple[Run, ...]
    yardsticks: Mapping[str, tuple[float, ...]]
    sizes: Sizes
    date: str
    machine: str
    load: float
    """Processes that wanted to run when the measurement began, per core."""
    revision: str
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Interval:
    """The median of some values, the smallest and the largest one."""

    median: float
    low: float
    high: float

    @staticmethod
    def from_values(values: Sequence[float]) -> "Interval":
        """The interval of at least one value; it contains the true median with a probability of 1 - 2^(1 - n)."""
        return Interval(statistics.median(values), min(values), max(values))


def append(path: Path, measurement: Measurement) -> None:
    """Add a line to the file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(measurement)) + "\n")


def load(path: Path) -> list[Measurement]:
    """All measurements of the file; of several of one scenario and fleet, the last."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    measurements = map(_measurement, lines)
    return list({(entry.scenario, entry.models): entry for entry in measurements}.values())


def find(measurements: Iterable[Measurement], scenario: str, models: int) -> Measurement | None:
    """The measurement of a scenario on a fleet."""
    return next((entry for entry in measurements if (entry.scenario, entry.models) == (scenario, models)), None)


def _measurement(line: str) -> Measurement:
    data = json.loads(line)
    yardsticks = {name: tuple(values) for name, values in data.pop("yardsticks").items()}
    runs = tuple(Run(**entry) for entry in data.pop("runs"))
    return Measurement(**{**data, "runs": runs, "yardsticks": yardsticks, "sizes": Sizes(**data["sizes"])})


def machine_name() -> str:
    """The processor, its cores and the system, without the name of the host."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cpu_info = Path("/proc/cpuinfo")
    lines = cpu_info.read_text(encoding="utf-8").splitlines() if cpu_info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {cores} cores, {platform.system()} {platform.release()}"


def revision() -> str:
    """The commit that is measured; `+` if files differ from it."""
    head = _git("rev-parse", "--short=10", "HEAD")
    return f"{head}+" if _git("status", "--porcelain", "--untracked-files=no", "compiler", "schemas") else head


def _git(*arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that do most of the work."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}

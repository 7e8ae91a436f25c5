"""What `check` and `build` cost a model, beside the least that reading the same specs costs. Prints; judges nothing."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from generate import write_project

ROOT = Path(__file__).parents[1]
REPEATS = {100: 3, 1000: 2}
"""Numbers of models, and how often each is tried: the best counts."""


@dataclass(frozen=True)
class Cost:
    """What a child process took, its own children included."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Row:
    """What was measured of a project."""

    models: int
    spec_bytes: int
    files: int
    floor: Cost
    check: Cost
    one_file: Cost
    one_file_cached: Cost
    build: Cost

    def per_model(self, cost: Cost) -> float:
        """Milliseconds of CPU a model."""
        return cost.seconds / self.models * 1e3

    def format_line(self) -> str:
        """The row of the table."""
        floor, check, build = (self.per_model(cost) for cost in (self.floor, self.check, self.build))
        peak = max(self.check.megabytes, self.build.megabytes)
        return (
            f"{self.models:6} {self.spec_bytes:11,} {floor:8.2f} {check:8.2f} {check / floor:6.1f} "
            f"{build:8.2f} {build / floor:6.1f} {self.files:7,} "
            f"{self.build.seconds / self.files * 1e3:8.3f} {peak:8.0f}"
        )


HEADER = (
    f"{'':18} {'floor':>8} {'check':>8} {'over':>6} {'build':>8} {'over':>6} {'':7} {'build':>8} {'peak':>8}\n"
    f"{'models':>6} {'spec bytes':>11} {'ms/model':>8} {'ms/model':>8} {'floor':>6} {'ms/model':>8} {'floor':>6} "
    f"{'files':>7} {'ms/file':>8} {'MB':>8}"
)


def run(*arguments: str, cache_folder: str = "off", allow_findings: bool = False) -> Cost:
    """CPU seconds, user and system, and peak memory of a program; what it says is shown where it fails.

    `kept`: the folder in which it finds what other runs kept, and keeps what it reads; by default it does neither. `may_find`: it may
    end with 1, having found something.
    """
    with tempfile.TemporaryFile() as output:
        command, environment = [sys.executable, *arguments], {**os.environ, "MODELYARD_CACHE": cache_folder}
        child = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode > allow_findings:
            output.seek(0)
            sys.exit(f"{' '.join(arguments)} ended with {child.returncode}:\n{output.read().decode()[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))


def measure_build(project: str, folder: Path) -> tuple[Cost, int]:
    """A build into an empty folder, and the number of files it made."""
    output = tempfile.mkdtemp(dir=folder)
    cost = run("-m", "compiler", "build", "--project", project, "--output", output)
    return cost, sum(len(files) for _, _, files in os.walk(output))


def measure_one_file(project: str, cache_folder: str = "off") -> Cost:
    """A check of one model's file, as an editor asks for it."""
    models = (path for path in sorted(Path(project).rglob("*.yaml")) if "kind: Model\n" in path.read_text("utf-8"))
    return run("-m", "compiler", "check", "--project", project, str(next(models)), cache_folder=cache_folder)


def measure(models: int, folder: Path) -> Row:
    """One row: each cost is the best of a few.

    Nothing is deleted in between: on some file systems new files cost the kernel several times as much for a while after. `TMPDIR`
    can name a folder in memory, which leaves the disk out.
    """
    project, cache_folder = (tempfile.mkdtemp(dir=folder) for _ in range(2))
    write_project(models, Path(project))
    repeats = range(REPEATS[models])
    builds = [measure_build(project, folder) for _ in repeats]
    return Row(
        models=models,
        spec_bytes=sum(path.stat().st_size for path in Path(project).rglob("*.yaml")),
        files=builds[0][1],
        floor=min((run("bench/floor.py", project) for _ in repeats), key=lambda cost: cost.seconds),
        check=min(
            (run("-m", "compiler", "check", "--project", project) for _ in repeats), key=lambda cost: cost.seconds
        ),
        one_file=min((measure_one_file(project) for _ in repeats), key=lambda cost: cost.seconds),
        one_file_cached=min(
            (measure_one_file(project, cache_folder) for _ in range(1 + REPEATS[models])), key=lambda cost: cost.seconds
        ),
        build=min((cost for cost, _ in builds), key=lambda cost: cost.seconds),
    )


def main() -> None:
    """Print the table, what a start costs, and how cost grows."""
    print("CPU time; the floor is libyaml's events of the same specs in plain data, in a process of its own")
    print(HEADER)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for models in REPEATS:
            rows.append(measure(models, Path(folder)))
            print(rows[-1].line(), flush=True)
    start = min(run("-m", "compiler", "--version").seconds for _ in range(5))
    print(f"start (--version): {start:.3f} s")
    smallest, largest = rows[0], rows[-1]
    for row in rows:
        cached_text = f"{row.one_file_cached.seconds:.2f} s with the cache of an earlier run"
        print(f"check of one file among {row.models} models: {row.one_file.seconds:.2f} s; {cached_text}")
    for name, small, large in (("check", smallest.check, largest.check), ("build", smallest.build, largest.build)):
        growth = large.seconds / small.seconds
        print(f"{name}: {largest.models / smallest.models:.0f} times the models cost {growth:.1f} times as much")


if __name__ == "__main__":
    main()

"""What writing costs a file, beside the bare system calls: 10,000 small files of 2,500 units."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from compiler.foundation.packed_content import content_bytes
from compiler.write import FolderWriter, OutputFile, OutputWriter, Unit

UNITS, FILES, ROUNDS = 2_500, 4, 3
BUDGET = {"created": 100, "unchanged": 30}


def make_units(generation: int) -> list[Unit]:
    """The units; every tenth differs by generation."""
    return [
        Unit(f"prod/model-{number}", make_files(number, 0 if number % 10 else generation)) for number in range(UNITS)
    ]


def make_files(number: int, generation: int) -> tuple[OutputFile, ...]:
    """Some 800 bytes each."""
    content = (f"model: {number}\ngeneration: {generation}\n" + "key: value\n" * 70).encode()
    paths = [f"prod/model-{number}/part-{part}.yaml" for part in range(FILES)]
    return tuple(OutputFile(path, content, "kserve", (f"models/team/model-{number}.yaml",)) for path in paths)


def build(root: Path, units: list[Unit]) -> None:
    """Looks, and writes what differs."""
    with OutputWriter(FolderWriter(root)) as writer:
        for unit in units:
            writer.add(unit)
        writer.finish()
        writer.apply()


def write_directly(root: Path, units: list[Unit]) -> None:
    """The peer: a folder a unit, its files, nothing checked and nothing remembered."""
    for unit in units:
        (root / unit.files[0].path).parent.mkdir(parents=True)
        for file in unit.files:
            descriptor = os.open(f"{root}/{file.path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, content_bytes(file.content))
            os.close(descriptor)


class Cost(NamedTuple):
    """CPU microseconds a file; the system's share is the machine's more than ours."""

    user: float
    system: float


def measure(work: Callable[[], None]) -> Cost:
    """What the work took."""
    start = os.times()
    work()
    end = os.times()
    per_file = 1e6 / (UNITS * FILES)
    return Cost((end.user - start.user) * per_file, (end.system - start.system) * per_file)


def measure_round(folder: Path, first: list[Unit], second: list[Unit]) -> dict[str, Cost]:
    """Each kind of build once, in an order that leaves the folder empty."""
    return {
        "bare": measure(lambda: write_directly(folder / "bare", first)),
        "created": measure(lambda: build(folder / "build", first)),
        "unchanged": measure(lambda: build(folder / "build", first)),
        "a tenth changed": measure(lambda: build(folder / "build", second)),
        "all removed": measure(lambda: build(folder / "build", [])),
    }


def main() -> int:
    """The best of a few rounds; exit code 1 where our own share alone misses a budget."""
    first, second = make_units(0), make_units(1)
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(measure_round(Path(folder), first, second))
    best = {name: min((result[name] for result in rounds), key=sum) for name in rounds[0]}
    for name, result in best.items():
        budget = f"  budget {BUDGET[name]}" if name in BUDGET else ""
        ratio = sum(result) / sum(best["bare"])
        print(f"write: {name:16} {result.user:5.0f} + {result.system:4.0f} us CPU a file  {ratio:5.2f} x bare{budget}")
    return int(any(best[name].user > budget for name, budget in BUDGET.items()))


if __name__ == "__main__":
    sys.exit(main())

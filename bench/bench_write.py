"""What writing costs a file, beside the bare system calls: 10,000 small files of 2,500 units."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from compiler.write import OutputFile, Unit, apply, plan_changes

UNITS, FILES, ROUNDS = 2_500, 4, 3
BUDGET = {"created": 100, "unchanged": 30}


def fleet(generation: int) -> list[Unit]:
    """The units; every tenth differs by generation."""
    return [Unit(f"prod/model-{number}", files(number, 0 if number % 10 else generation)) for number in range(UNITS)]


def files(number: int, generation: int) -> tuple[OutputFile, ...]:
    """Some 800 bytes each."""
    content = (f"model: {number}\ngeneration: {generation}\n" + "key: value\n" * 70).encode()
    paths = [f"prod/model-{number}/part-{part}.yaml" for part in range(FILES)]
    return tuple(OutputFile(path, content, "kserve", (f"models/team/model-{number}.yaml",)) for path in paths)


def build(root: Path, units: list[Unit]) -> None:
    """Looks, and writes what differs."""
    change_set = plan_changes(root, units)
    if not change_set.up_to_date:
        apply(root, change_set)


def bare(root: Path, units: list[Unit]) -> None:
    """The peer: a folder a unit, its files, nothing checked and nothing remembered."""
    for unit in units:
        (root / unit.files[0].path).parent.mkdir(parents=True)
        for file in unit.files:
            descriptor = os.open(f"{root}/{file.path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, file.content)
            os.close(descriptor)


def cost(work: Callable[[], None]) -> float:
    """CPU microseconds a file."""
    start = time.process_time()
    work()
    return (time.process_time() - start) / (UNITS * FILES) * 1e6


def one_round(folder: Path, first: list[Unit], second: list[Unit]) -> dict[str, float]:
    """Each kind of build once, in an order that leaves the folder empty."""
    return {
        "bare": cost(lambda: bare(folder / "bare", first)),
        "created": cost(lambda: build(folder / "build", first)),
        "unchanged": cost(lambda: build(folder / "build", first)),
        "a tenth changed": cost(lambda: build(folder / "build", second)),
        "all removed": cost(lambda: build(folder / "build", [])),
    }


def main() -> int:
    """The best of a few rounds; exit code 1 where a budget is missed."""
    first, second = fleet(0), fleet(1)
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(Path(folder), first, second))
    best = {name: min(got[name] for got in rounds) for name in rounds[0]}
    for name, micros in best.items():
        budget = f"  budget {BUDGET[name]}" if name in BUDGET else ""
        print(f"write: {name:16} {micros:6.1f} us CPU a file  {micros / best['bare']:5.2f} x bare{budget}")
    return int(any(best[name] > budget for name, budget in BUDGET.items()))


if __name__ == "__main__":
    sys.exit(main())

"""`python bench/stage_profile.py FILE [MODELS]`: where the time of a build goes, by stage and by package, as JSON."""

import json
import pstats
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from fleets import Fleet
from processes import run
from results import machine_name, revision

PROFILE = Path(__file__).with_name("profile.json")
_TIMING = re.compile(r"^  (\S.*?) +(\d+\.\d{3}) s$", re.MULTILINE)
_PACKAGE = re.compile(r"/(compiler/\w+)|/site-packages/(\w+)|/python3\.\d+/(\w+)")
_LANGUAGE = "Python's own functions"


@dataclass(frozen=True)
class StageProfile:
    """Seconds by section and name, as `--timings` prints them, and the seconds of each package's own code."""

    models: int
    machine: str
    revision: str
    timings: dict[str, dict[str, float]]
    packages: dict[str, float]


def read_timings(text: str) -> dict[str, dict[str, float]]:
    """The sections of `--timings`."""
    blocks = re.split(r"^(?=time by stage|slowest )", text, flags=re.MULTILINE)[1:]
    return {
        block.partition("\n")[0]: {name: float(seconds) for name, seconds in _TIMING.findall(block)} for block in blocks
    }


def package_seconds(path: Path) -> dict[str, float]:
    """Seconds by package; functions in C count for the package that calls them."""
    seconds: dict[str, float] = defaultdict(float)
    for (file, _, _), own_seconds, callers in _functions(path):
        if file.startswith("~") and callers:
            for (caller, _, _), caller_seconds in callers:
                seconds[package_of(caller)] += caller_seconds
        else:
            seconds[package_of(file)] += own_seconds
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


Function = tuple[str, int, str]


def _functions(path: Path) -> Iterator[tuple[Function, float, list[tuple[Function, float]]]]:
    statistics = pstats.Stats(str(path)).stats  # type: ignore[attr-defined] # typeshed lacks it
    for function, (_, _, own_seconds, _, callers) in statistics.items():
        yield function, own_seconds, [(caller, times[2]) for caller, times in callers.items()]


def package_of(file: str) -> str:
    """The package of a file: of Modelyard, or an installed one; the rest is Python."""
    match = _PACKAGE.search(file.replace("\\", "/"))
    return next((name for name in match.groups()[:2] if name), _LANGUAGE) if match else _LANGUAGE


def profile_build(models: int) -> StageProfile:
    """Build twice without stored results: once for the times, once for the profile, which makes it slower."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(models, Path(folder))
        fleet.create()
        options = ("build", "--no-cache", "--jobs", "1", "--output")
        text = run(fleet.command(*options, str(fleet.new_folder("output")), "--timings")).output
        profile = Path(folder) / "profile"
        run(fleet.command(*options, str(fleet.new_folder("output")), "--profile", str(profile)))
        return StageProfile(models, machine_name(), revision(), read_timings(text), package_seconds(profile))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(
        json.dumps(asdict(profile_build(int(sys.argv[2]) if sys.argv[2:] else 1000)), indent=1) + "\n", encoding="utf-8"
    )

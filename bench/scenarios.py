"""What is measured: commands of Modelyard in a state of the project, and the floors and peers that do comparable work."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import peers
from fleets import Fleet
from floor import file_paths
from peer_projects import write_dbt_project, write_kapitan_inventory
from processes import MODELYARD, ROOT, Cost, run

KAPITAN_TARGETS, DBT_MODELS, CHANGED_MODELS = 500, 1000, 10
Measure = Callable[[Fleet], Cost]


def no_preparation(_fleet: Fleet) -> None:
    """Nothing."""


@dataclass(frozen=True)
class Scenario:
    """One command; `prepare` runs before each measured run.

    `is_warm`: it runs before, so that its results are stored. `needs_build`: the project was built before.
    """

    title: str
    measure: Measure
    prepare: Callable[[Fleet], None] = no_preparation
    is_warm: bool = True
    needs_build: bool = True


@dataclass(frozen=True)
class Yardstick:
    """A floor or a peer; `measure` returns CPU seconds for comparable work (`serial`: wall time), or `None` if it cannot run."""

    title: str
    measure: Callable[[Fleet], float | None]


def _warm(*arguments: str) -> Measure:
    return lambda fleet: run(fleet.command(*arguments), environment=fleet.environment())


def _one_file(fleet: Fleet) -> Cost:
    return run(fleet.command("check", str(fleet.model_files[0])), environment=fleet.environment())


def _check_cold(fleet: Fleet) -> Cost:
    cache = fleet.new_folder("check-cache") if fleet.cache.exists() else fleet.cache
    return run(fleet.command("check"), environment=fleet.environment(cache), exit_codes=(0, 1))


def _build_cold(*options: str) -> Measure:
    def measure(fleet: Fleet) -> Cost:
        output, cache = fleet.new_folder("output"), fleet.new_folder("build-cache")
        return run(fleet.command("build", "--output", str(output), *options), environment=fleet.environment(cache))

    return measure


def _in_clone(*arguments: str) -> Measure:
    return lambda fleet: run(
        fleet.command(*arguments, project=fleet.folder / "clone"), environment=fleet.environment(fleet.folder / "ci")
    )


def _clone(fleet: Fleet) -> None:
    fleet.clone()


def _clone_with_edits(fleet: Fleet) -> None:
    if not (fleet.folder / "clone").exists():
        fleet.clone()
    fleet.edit_models(CHANGED_MODELS, fleet.folder / "clone")


def _edit_one(fleet: Fleet) -> None:
    fleet.edit_models(1)


def _git(*arguments: str) -> Measure:
    def measure(fleet: Fleet) -> Cost:
        author = {
            f"GIT_{role}_{key}": "bench@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
        }
        folders = {"GIT_DIR": str(fleet.git_folder), "GIT_WORK_TREE": str(fleet.output)}
        return run(("git", *arguments), fleet.output, author | folders)

    return measure


def _new_repository(fleet: Fleet) -> None:
    shutil.rmtree(fleet.git_folder, ignore_errors=True)
    _git("init", "--quiet")(fleet)


def _commit(fleet: Fleet) -> None:
    _new_repository(fleet)
    _git("add", "--all")(fleet)
    _git("commit", "--quiet", "--message", "output")(fleet)


SCENARIOS: Mapping[str, Scenario] = {
    "version": Scenario("`--version`", lambda _: run((*MODELYARD, "--version")), needs_build=False),
    "check-one-file": Scenario("`check` of one file, warm", _one_file, needs_build=False),
    "check-cold": Scenario("`check`, cold", _check_cold, is_warm=False, needs_build=False),
    "check-unchanged": Scenario("`check`, nothing changed", _warm("check"), needs_build=False),
    "check-changed": Scenario("`check`, one model changed", _warm("check"), _edit_one, needs_build=False),
    "build-cold": Scenario("`build`, cold, results are stored", _build_cold(), is_warm=False),
    "build-no-cache": Scenario("`build --no-cache`", _build_cold("--no-cache"), is_warm=False),
    "build-unchanged": Scenario("`build`, nothing changed", _warm("build")),
    "build-changed": Scenario("`build`, one model changed", _warm("build"), _edit_one),
    "build-check": Scenario("`build --check`, nothing changed", _warm("build", "--check")),
    "build-restored": Scenario("`build` in a new clone, cache restored", _in_clone("build"), _clone),
    "affected": Scenario(
        f"`affected`, {CHANGED_MODELS} models changed", _in_clone("affected", "--since", "HEAD"), _clone_with_edits
    ),
    "git-add": Scenario("`git add` of the output", _git("add", "--all"), _new_repository, is_warm=False),
    "git-repack": Scenario("`git repack` of the output", _git("repack", "-adq"), _commit, is_warm=False),
    "git-status": Scenario("`git status` of the output", _git("status", "--short")),
}


def _floor(work: str, folder: Callable[[Fleet], Path]) -> Callable[[Fleet], float]:
    return lambda fleet: float(run((sys.executable, "bench/floor.py", work, str(folder(fleet)))).output)


def _specs(fleet: Fleet) -> Path:
    return fleet.project / "models"


def _output(fleet: Fleet) -> Path:
    return fleet.output


def _serial_seconds(fleet: Fleet) -> float:
    return _build_cold("--jobs", "1")(fleet).wall_seconds


def _check_jsonschema(paths: Callable[[Fleet], Sequence[Path]]) -> Callable[[Fleet], float | None]:
    def measure(fleet: Fleet) -> float | None:
        program = peers.program_path(peers.CHECK_JSONSCHEMA)
        if program is None:
            return None
        schemas = fleet.folder / "schemas"
        run((*MODELYARD, "schema", "--all", "--output", str(schemas)))
        return run((program, "--schemafile", str(schemas / "model.schema.json"), *map(str, paths(fleet)))).cpu_seconds

    return measure


def _kapitan(fleet: Fleet) -> float | None:
    """The seconds for as many files as the fleet's output has."""
    program, folder = peers.program_path(peers.KAPITAN), fleet.new_folder("kapitan")
    if program is None:
        return None
    write_kapitan_inventory(KAPITAN_TARGETS, folder)
    command = (program, "--mp-method", "fork", "compile", "--inventory-backend=reclass-rs")
    cost = run(command, folder, {"XDG_CACHE_HOME": str(folder / "cache")})
    return cost.cpu_seconds / len(list(file_paths(str(folder / "compiled")))) * fleet.sizes.files


def _dbt(*options: str) -> Callable[[Fleet], float | None]:
    def measure(fleet: Fleet) -> float | None:
        program, folder = peers.program_path(peers.DBT), fleet.folder / "dbt"
        if program is None:
            return None
        if not folder.exists():
            write_dbt_project(DBT_MODELS, folder)
            run((program, "parse", "--profiles-dir", "."), folder)
        return run((program, "parse", "--profiles-dir", ".", *options), folder).cpu_seconds

    return measure


YARDSTICKS: Mapping[str, Yardstick] = {
    "python": Yardstick("start of Python", lambda _: run((sys.executable, "-c", "")).cpu_seconds),
    "parse": Yardstick("libyaml parses the same specs", _floor("parse", _specs)),
    "write": Yardstick("write of the same files", _floor("write", _output)),
    "stat": Yardstick("`stat` of the same files", _floor("stat", _output)),
    "hash": Yardstick("SHA-256 of the same files", _floor("hash", _output)),
    "serial": Yardstick("`--jobs 1`, wall time", _serial_seconds),
    "check-jsonschema": Yardstick("check-jsonschema, same models", _check_jsonschema(lambda fleet: fleet.model_files)),
    "check-jsonschema-file": Yardstick(
        "check-jsonschema, same file", _check_jsonschema(lambda fleet: fleet.model_files[:1])
    ),
    "kapitan": Yardstick(f"Kapitan, {KAPITAN_TARGETS} targets, per file", _kapitan),
    "dbt": Yardstick(f"dbt parse, {DBT_MODELS} models", _dbt("--no-partial-parse")),
    "dbt-unchanged": Yardstick(f"dbt parse, {DBT_MODELS} models, nothing changed", _dbt()),
}
WORK = ROOT / ".bench"
"""The default folder of the fleets, which git ignores."""

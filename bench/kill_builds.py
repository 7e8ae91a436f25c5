"""Kills builds at random moments, changes specs and output in between, and checks that the next build needs no help.

python bench/kill_builds.py [ROUNDS [SEED [FILE]]]; FILE gets the result as JSON

Each build is a forked process, so that a round takes a part of a second. After one kill or several, a build has the result of a build of
the same specs into an empty folder.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from results import revision

import compiler.commands.build  # noqa: F401 - loaded before the process is forked
from compiler.cli import main as run_cli

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "tests" / "cases" / "_base" / "input"
MODELS = 10
MAX_RENAME_SECONDS = 0.02
VARIANTS = 6
EDIT_RATE = 0.1
INPUT_FOLDERS = {"models", "templates"}
Tree = dict[str, bytes]


def start(project: Path, log: Path) -> int:
    """A build in a process of its own; its id."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["modelyard", "build", "--project", os.fspath(project)]
    code = 3
    try:
        run_cli()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    finally:
        os._exit(code)


def exit_code(pid: int) -> int:
    """The exit code of a process; negative if a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def is_running(pid: int) -> bool:
    """Whether a process has not ended yet."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def has_state(project: Path, prefix: str) -> bool:
    """Whether there is a staging folder or a journal."""
    for state in (project / ".modelyard", project / "build/.modelyard"):
        with contextlib.suppress(FileNotFoundError):  # the build removes it at this moment
            if any(path.name.startswith(prefix) for path in state.iterdir()):
                return True
    return False


def build(project: Path, log: Path) -> str:
    """A build that must succeed; what it prints."""
    code = exit_code(start(project, log))
    text = log.read_text(encoding="utf-8")
    assert code == 0, text
    return text


def write_models(project: Path, variant: int) -> None:
    """Some of the models, each with a summary by variant."""
    chance = random.Random(variant)
    text = (SMALL / "models/scorer.yaml").read_text(encoding="utf-8")
    for number in range(MODELS):
        path = project / f"models/model-{number}.yaml"
        path.unlink(missing_ok=True)
        if chance.random() < 0.8:  # noqa: PLR2004 - most of them
            model = text.replace("name: scorer", f"name: model-{number}", 1)
            path.write_text(model.replace("\nsummary: ", f"\nsummary: {chance.random()} ", 1), encoding="utf-8")


def tree(project: Path) -> Tree:
    """The output with its locks; journals and staged files would be in it."""
    paths = (path for path in project.rglob("*") if path.is_file() and not INPUT_FOLDERS & set(path.parts))
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in paths}


def expected_trees(folder: Path) -> list[Tree]:
    """The output of a build of each variant into an empty folder."""
    trees = []
    for variant in range(VARIANTS):
        project = folder / f"clean-{variant}"
        shutil.copytree(SMALL, project)
        write_models(project, variant)
        build(project, folder / "log")
        trees.append(tree(project))
    return trees


def kill_builds(project: Path, log: Path, chance: random.Random, seconds: float) -> int:
    """Kill one build, or several at once; returns how many had not ended yet."""
    pids = [start(project, log) for _ in range(chance.choice([1, 1, 1, 2]))]
    moment, pause = chance.choice(("any", "staging-", "journal.json")), chance.uniform(0, 1.1) * seconds
    if moment != "any":  # files are staged and renamed in a small part of the time
        while any(map(is_running, pids)) and not has_state(project, moment):
            time.sleep(0.0002)
        pause = chance.uniform(0, 0.3 * seconds if moment == "staging-" else MAX_RENAME_SECONDS)
    time.sleep(pause)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return sum(exit_code(pid) == -signal.SIGKILL for pid in pids)


def edit_output(project: Path, chance: random.Random) -> str:
    """Edit a file of the output by hand; its path."""
    paths = [path for path in sorted((project / "build").rglob("*.yaml")) if ".modelyard" not in path.parts]
    if not paths or chance.random() >= EDIT_RATE:
        return ""
    path = chance.choice(paths)
    path.write_bytes(b"edited by hand")
    return path.relative_to(project).as_posix()


def run_round(
    project: Path, log: Path, trees: Sequence[Tree], chance: random.Random, seconds: float
) -> tuple[str, int]:
    """One kill or several, and the build after them; the state of the output after the kills, and how many builds were killed."""
    if chance.random() < 0.15:  # noqa: PLR2004 - a first build
        for path in project.iterdir():
            if path.is_dir() and path.name not in INPUT_FOLDERS:
                shutil.rmtree(path)
    write_models(project, chance.randrange(VARIANTS))
    kill_count = sum(kill_builds(project, log, chance, seconds) for _ in range(chance.choice([1, 1, 2, 3])))
    is_interrupted = bool(list(project.glob("**/.modelyard/journal.json")))
    variant = chance.randrange(VARIANTS)
    write_models(project, variant)
    if edited := edit_output(project, chance):
        code, text = exit_code(start(project, log)), log.read_text(encoding="utf-8")
        assert (project / edited).read_bytes() == b"edited by hand", edited
        assert edited in text, text
        assert code in {0, 1}, text
        (project / edited).unlink()
    text = build(project, log)
    assert ("completed an interrupted build" in text) == (is_interrupted and not edited), text
    differences = {
        path for path in {*tree(project), *trees[variant]} if tree(project).get(path) != trees[variant].get(path)
    }
    assert not differences, differences
    return "interrupted" if is_interrupted else "before or after", kill_count


def main(rounds: int, seed: int) -> dict[str, int]:
    """All rounds, and how often the output was in each state after the kills; an assertion fails if something was lost."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MODELYARD_CACHE"] = os.fspath(folder / "cache")
        trees = expected_trees(folder)
        project, log = folder / "project", folder / "log"
        shutil.copytree(SMALL, project)
        write_models(project, 0)
        begin = time.monotonic()
        build(project, log)
        seconds = time.monotonic() - begin
        counts: dict[str, int] = {}
        for number in range(rounds):
            try:
                result, kill_count = run_round(project, log, trees, chance, seconds)
            except AssertionError:
                print(f"round {number + 1} of {rounds}, seed {seed}", file=sys.stderr)
                raise
            counts[result] = counts.get(result, 0) + 1
            counts["killed builds"] = counts.get("killed builds", 0) + kill_count
            if (number + 1) % 10 == 0 or number + 1 == rounds:
                print(f"round {number + 1} of {rounds}, seed {seed}: {counts}", flush=True)
    return counts


if __name__ == "__main__":
    ROUNDS = int(sys.argv[1]) if sys.argv[1:] else 1000
    SEED = int(sys.argv[2]) if sys.argv[2:] else random.SystemRandom().randrange(10**6)
    REVISION = revision()
    RESULTS = {"rounds": ROUNDS, "seed": SEED, "revision": REVISION, "results": main(ROUNDS, SEED)}
    if sys.argv[3:]:
        Path(sys.argv[3]).write_text(json.dumps(RESULTS) + "\n", encoding="utf-8")

"""Kills `modelyard build` at random moments, changes specs and edits output in between, and checks that nothing is lost.

python bench/kill_builds.py [ROUNDS [SEED]]
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "tests" / "cases" / "_base" / "input"
MODELS = 60
EDIT_RATE = 0.1
MAX_WRITE_SECONDS = 0.03


def modelyard(project: Path, *words: str) -> list[str]:
    """The words of a command on a project."""
    return [sys.executable, "-m", "compiler", *words, "--project", os.fspath(project)]


def write_models(project: Path, chance: random.Random) -> None:
    """Some of the models, each with a random summary."""
    text = (SMALL / "models/scorer.yaml").read_text(encoding="utf-8")
    for number in range(MODELS):
        path = project / f"models/model-{number}.yaml"
        path.unlink(missing_ok=True)
        if chance.random() < 0.8:  # noqa: PLR2004 - most of them
            model = text.replace("name: scorer", f"name: model-{number}", 1)
            path.write_text(model.replace("\nsummary: ", f"\nsummary: {chance.random()} ", 1), encoding="utf-8")


def tree(root: Path) -> dict[str, bytes]:
    """The output without locks."""
    paths = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths if ".modelyard" not in path.parts}


def expected_tree(project: Path) -> dict[str, bytes]:
    """The output of a build into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(project, copy, ignore=shutil.ignore_patterns("build"))
        subprocess.run(modelyard(copy, "build"), check=True, capture_output=True)
        return tree(copy / "build")


def run_round(project: Path, chance: random.Random, seconds: float) -> str:
    """One kill and the build after it; the result in a word."""
    write_models(project, chance)
    process = subprocess.Popen(modelyard(project, "build"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if chance.random() < 0.2:  # noqa: PLR2004 - at any moment
        time.sleep(chance.uniform(0.5, 1.05) * seconds)
    else:  # while it writes
        while process.poll() is None and not list((project / "build/.modelyard").glob("staging-*")):
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, MAX_WRITE_SECONDS))
    process.kill()
    process.wait()
    is_interrupted = (project / "build/.modelyard/journal.json").exists()
    if chance.random() < 0.5:  # noqa: PLR2004 - every second time
        write_models(project, chance)
    edited = chance.choice(sorted(tree(project / "build")) or [""]) if chance.random() < EDIT_RATE else ""
    if edited:
        (project / "build" / edited).write_bytes(b"edited by hand")
    done = subprocess.run(modelyard(project, "build"), check=False, capture_output=True, text=True)
    if edited:
        assert (project / "build" / edited).read_bytes() == b"edited by hand", edited
        assert edited in done.stderr, done.stderr
        (project / "build" / edited).unlink()
        done = subprocess.run(modelyard(project, "build"), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert tree(project / "build") == expected_tree(project)
    return "interrupted" if is_interrupted else "before or after"


def main(rounds: int, seed: int) -> None:
    """All rounds; an assertion fails if something was lost."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(SMALL, project)
        write_models(project, chance)
        start = time.monotonic()
        subprocess.run(modelyard(project, "build"), check=True, capture_output=True)
        seconds = time.monotonic() - start
        counts: dict[str, int] = {}
        for number in range(rounds):
            result = run_round(project, chance, seconds)
            counts[result] = counts.get(result, 0) + 1
            print(f"round {number + 1} of {rounds}, seed {seed}: {counts}", flush=True)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if sys.argv[1:] else 200,
        int(sys.argv[2]) if sys.argv[2:] else random.SystemRandom().randrange(10**6),
    )

"""Whatever a lock file or a journal contains, builds end without a bug, and change no file of the repository that no build writes.

Each round damages locks, or adds a journal, and runs one command in this process. MODELYARD_TEST_ROUNDS sets the number of rounds, and
MODELYARD_TEST_SEED the first seed.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.cli import main

pytestmark = pytest.mark.races

BASE = Path(__file__).resolve().parents[1] / "cases" / "_base" / "input"
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "8"))
FIRST_SEED = int(os.environ.get("MODELYARD_TEST_SEED", "20261201"))
COMMANDS = ["build", "build", "build --check", "build scorer", "publish --env dev --branch environments"]
VICTIMS = [
    "LICENSE",
    "models/scorer.yaml",
    "modelyard.yaml",
    "templates/targets/plain/note.txt.j2",
    ".git/config",
    "../outside.txt",
]
"""Files that no build writes, from the repository's folder."""
WRITTEN = (
    "build/",
    "records/",
    ".modelyard/",
    ".git/objects/",
    ".git/refs/",
    ".git/logs/",
    ".git/packed-refs",
    ".git/modelyard",
)
BYTES = [b"", b"\0", b"\xff", b"{", b"[", b"null", b"[" * 3000, b"1e999", b"<<<<<<< HEAD\n", b"\xed\xa0\x80"]
STAGING = "staging-0123456789abcdef"


def digest_of(file: Path) -> str:
    return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def hostile_path(random_: random.Random, folder: Path) -> tuple[str, str]:
    """A path to a victim, from the repository or from its output folder, with the digest of its content."""
    victim = random_.choice(VICTIMS)
    forms = [victim, victim, victim, f"../{victim}", f"records/../{victim}", str((folder / victim).resolve())]
    return random_.choice(forms), digest_of(folder / victim)


def hostile_value(random_: random.Random) -> object:
    return random_.choice(
        [
            None,
            True,
            0,
            -1,
            1e308,
            "",
            "..",
            "/",
            "sha256:0",
            [],
            {},
            ["models"],
            {"a": 1},
            "x" * 5000,
            "\ud800",
            "a\0b",
        ]
    )


def damage_lock(random_: random.Random, lock: Path, folder: Path) -> None:
    content = lock.read_bytes()
    data = json.loads(content)
    entry = next(iter(data["files"].values()))
    action = random_.choice(["bytes", "claim", "claim", "claim", "claim", "value", "field"])
    if action == "claim":
        path, digest = hostile_path(random_, folder)
        data["files"][path] = {**entry, "digest": digest}
    elif action == "value":
        data[random_.choice(list(data))] = hostile_value(random_)
    elif action == "field":
        entry[random_.choice([*entry, "executable"])] = hostile_value(random_)
    position = random_.randrange(len(content))
    changed = content[:position] + random_.choice(BYTES) + content[position + random_.choice([0, 1, 50]) :]
    lock.write_bytes(changed if action == "bytes" else json.dumps(data).encode())


def add_journal(random_: random.Random, folder: Path) -> None:
    """A journal as an interrupted build of the output folder left it, or as a commit contains it."""
    root = random_.choice([folder, folder / "build"])
    staging = root / ".modelyard" / STAGING
    staging.mkdir(parents=True, exist_ok=True)
    (staging / "0").write_text("staged", encoding="utf-8")
    path, digest = hostile_path(random_, folder)
    new_digest = random_.choice([None, digest_of(staging / "0")])
    operation = {
        "path": path,
        "unit": "dev/scorer",
        "old": digest,
        "new": new_digest,
        "staged": "0" if new_digest else None,
        "executable": False,
    }
    own_inode = staging.stat().st_ino
    if random_.random() < 0.3:
        operation[random_.choice(list(operation))] = hostile_value(random_)
    header = {
        "version": 2, "staging": random_.choice([STAGING, STAGING, "../models", 1]), "operations": 1,
        "inode": own_inode + 1 if root == folder else random_.choice([own_inode, own_inode + 1, None]),
    }  # fmt: skip
    content = "".join(f"{json.dumps(line)}\n" for line in (header, operation, {"end": True})).encode()
    position = random_.randrange(len(content))
    file = root / ".modelyard" / "journal.json"
    file.write_bytes(
        content[:position] + random_.choice(BYTES) + content[position:] if random_.random() < 0.3 else content
    )


def other_files(folder: Path) -> dict[str, bytes]:
    """All files that no build writes."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files = {name: path.read_bytes() for name, path in paths.items() if not name.startswith(WRITTEN)}
    return files | {"../outside.txt": (folder / "../outside.txt").read_bytes()}


def run(words: list[str], monkeypatch) -> object:
    monkeypatch.setattr(sys, "argv", ["modelyard", *words])
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    return "no exit"


@pytest.fixture(scope="module")
def built_project(tmp_path_factory) -> Path:
    """A repository with one commit, which was built."""
    folder = tmp_path_factory.mktemp("locks") / "project"
    shutil.copytree(BASE, folder)
    (folder / "LICENSE").write_text("All rights.\n", encoding="utf-8")
    (folder / "../outside.txt").write_text("outside\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "compiler", "build"], cwd=folder, check=True, capture_output=True)
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"]):
        who = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
        subprocess.run(["git", *who, *words], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + ROUNDS))
def test_no_damaged_lock_or_journal_reaches_another_file(seed, built_project, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "project"
    shutil.copytree(built_project, folder, symlinks=True)
    (tmp_path / "outside.txt").write_text("outside\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MODELYARD_CACHE", "off")
    random_ = random.Random(seed)
    locks = sorted(path for path in folder.rglob("*.json") if "/.modelyard/locks/" in path.as_posix())
    assert len(locks) > 4
    for lock in random_.sample(locks, random_.choice([1, 2, len(locks)])):
        damage_lock(random_, lock, folder)
    if random_.random() < 0.4:
        add_journal(random_, folder)
    files = other_files(folder)
    command = random_.choice(COMMANDS)
    assert run(command.split(), monkeypatch) in {0, 1, 2, 4}, command
    assert other_files(folder) == files, command

"""Processes that publish at the same moment: each branch and each folder holds what its own environment rendered.

`make stress` runs many more rounds than `make test`.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from contextlib import ExitStack
from pathlib import Path

import pytest

pytestmark = pytest.mark.races
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "6"))
ENVIRONMENTS = ("dev", "staging", "prod", "dr")
WORKER = """
import json, sys
from datetime import date
from pathlib import Path
from compiler.write.git_plumbing import Repository
from compiler.write.publish_branch import PublishRequest, publish

for line in sys.stdin:
    job = json.loads(line)
    files = {path: content.encode() for path, content in job["files"].items()}
    request = PublishRequest(job["environment"], files, job["source"], date(2026, 11, 23), job["folder"])
    result = publish(Repository(Path(job["root"])), request, job["branch"], job["remote"], force=False)
    print(json.dumps(result.commit), flush=True)
"""


def run_git(*words: str, at: Path) -> str:
    return subprocess.run(["git", *words], cwd=at, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "tests")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tests@example.org")
    folder = tmp_path / "work"
    run_git("init", "-q", "-b", "main", str(folder), at=tmp_path)
    run_git("commit", "-q", "--allow-empty", "-m", "First", at=folder)
    run_git("init", "-q", "--bare", str(tmp_path / "remote.git"), at=tmp_path)
    run_git("remote", "add", "origin", str(tmp_path / "remote.git"), at=folder)
    return folder


@pytest.fixture
def workers():
    with ExitStack() as stack:
        yield {
            environment: stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for environment in ENVIRONMENTS
        }


def rendered_files(environment: str, round_number: int) -> dict[str, str]:
    return {f"{number % 5}/{number}.yaml": f"{environment} {number} in round {round_number}\n" for number in range(20)}


def branch_of(environment: str, layout: str) -> tuple[str, str]:
    return ("deploy", f"clusters/{environment}") if layout == "one branch" else (f"env/{environment}", "")


def files_on(branch: str, folder: str, at: Path) -> dict[str, str]:
    """The files below a folder of a branch; git archives them as one stream."""
    archive = subprocess.run(["git", "archive", f"{branch}:{folder}"], cwd=at, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        return {entry.name: files.extractfile(entry).read().decode() for entry in files if entry.isfile()}


@pytest.mark.parametrize("layout", ["one branch", "a branch each"])
@pytest.mark.parametrize("remote", [None, "origin"], ids=["local", "remote"])
def test_each_environment_gets_its_own_files(repository, workers, remote, layout) -> None:
    source = run_git("rev-parse", "HEAD", at=repository)
    holder = repository.parent / "remote.git" if remote else repository
    for round_number in range(ROUNDS):
        for environment, worker in workers.items():
            branch, folder = branch_of(environment, layout)
            job = {
                "environment": environment, "files": rendered_files(environment, round_number), "source": source,
                "folder": folder, "branch": branch, "remote": remote, "root": str(repository),
            }  # fmt: skip
            worker.stdin.write(json.dumps(job) + "\n")
        for worker in workers.values():
            worker.stdin.flush()
        commits = {environment: json.loads(worker.stdout.readline()) for environment, worker in workers.items()}
        assert all(commits.values())
        for environment in ENVIRONMENTS:
            branch, folder = branch_of(environment, layout)
            assert files_on(branch, folder, holder) == rendered_files(environment, round_number), environment
    history_branch, _ = branch_of("prod", layout)
    writers = len(ENVIRONMENTS) if layout == "one branch" else 1
    assert int(run_git("rev-list", "--count", history_branch, at=holder)) == ROUNDS * writers
    left_refs = run_git("for-each-ref", "--format=%(refname)", "refs/modelyard", at=repository).splitlines()
    assert all(ref.startswith("refs/modelyard/remote/") for ref in left_refs)

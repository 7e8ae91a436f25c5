"""Where `build` writes, and where it never does."""

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from compiler.write.journal import JournalHeader, Operation, encode_journal, encode_operation
from compiler.write.lock_files import digest_of

LOCK = ".modelyard/locks/all.repository.json"


@pytest.mark.parametrize(
    "folder",
    [".git", ".git/hooks", ".GIT/x", "models", "models/x", "Templates", ".", "..",
     ".github", ".GitHub/workflows", "x/.gitlab/ci", ".forgejo/x", ".modelyard", ".modelyard/locks", "../preview"],
)  # fmt: skip
def test_a_folder_that_holds_something_else_is_no_output_folder(project, git, run_command, folder: str) -> None:
    result = run_command("build", "--output", folder)
    assert result.code == 2
    assert folder in result.err
    assert git("status", "--porcelain") == ""
    assert not (project / ".git/dev").exists()


def test_an_absolute_path_leads_out_of_the_repository(project, git, tmp_path, run_command) -> None:
    result = run_command("build", "--output", str(tmp_path / "preview"))
    assert (result.code, (tmp_path / "preview/dev").is_dir()) == (0, True)


@pytest.mark.parametrize(("folder", "code"), [("../.github/workflows", 2), ("../../preview", 2), ("../out", 0)])
def test_a_project_in_a_folder_writes_to_no_folder_of_the_repositorys_forge(
    project, git, monkeypatch, run_command, folder: str, code: int
) -> None:
    inner = project / "ml"
    shutil.copytree(project, inner, ignore=lambda *_: {".git", "ml"})
    monkeypatch.chdir(inner)
    result = run_command("build", "--output", folder)
    assert result.code == code
    assert not (project / ".github").exists()


def test_gits_folder_of_another_repository_is_no_output_folder(project, tmp_path, run_command) -> None:
    (tmp_path / "other/.git").mkdir(parents=True)
    result = run_command("build", "--output", str(tmp_path / "other/.git/modules"))
    assert (result.code, "git's own folder" in result.err) == (2, True)


def test_the_project_can_set_no_output_folder_of_git(project, git, run_command) -> None:
    with (project / "modelyard.yaml").open("a", encoding="utf-8") as file:
        file.write("output: .git/hooks\n")
    result = run_command("build")
    assert (result.code, "modelyard.yaml:" in result.err) == (1, True)
    assert not list((project / ".git/hooks").glob("dev*"))


def test_an_emitter_can_commit_no_file_of_git(project, git, run_command) -> None:
    description = project / "templates/targets/plain/emitter.yaml"
    description.write_text(
        description.read_text(encoding="utf-8")
        + '  - {path: x, commitPath: ".GIT/{{ name }}", template: note.txt.j2}\n',
        encoding="utf-8",
    )
    result = run_command("check")
    assert result.code == 1
    assert "templates/targets/plain/emitter.yaml:" in result.out
    assert "is reserved for files of git or Modelyard" in result.out


def test_a_linked_output_folder_is_a_finding(project, tmp_path, run_command) -> None:
    (tmp_path / "victim").mkdir()
    (project / "build").symlink_to(tmp_path / "victim")
    result = run_command("build")
    assert (result.code, "output-link" in result.err, "build" in result.err) == (1, True, True)
    assert run_command("build", "--output", "build/x").code == 1
    assert list((tmp_path / "victim").iterdir()) == []


@pytest.mark.parametrize("from_revision", [False, True])
def test_the_project_cannot_choose_a_folder_with_files_of_other_programs(
    project, git, run_command, from_revision: bool
) -> None:
    """A file such as `x.pth` in a virtual environment would run with each start of its Python."""
    packages = project / ".venv/lib/dev"
    packages.mkdir(parents=True)
    (packages / "installed.py").write_text("", encoding="utf-8")
    with (project / "modelyard.yaml").open("a", encoding="utf-8") as file:
        file.write("output: .venv/lib\n")
    git("commit", "--quiet", "--all", "-m", "Choose a folder")
    result = run_command("build", *(["--rev", "HEAD"] if from_revision else []))
    assert (result.code, "foreign-output-folder" in result.err) == (1, True)
    assert [path.name for path in (project / ".venv").rglob("*") if path.is_file()] == ["installed.py"]


def test_a_new_output_folder_may_hold_files_of_git(project, run_command) -> None:
    (project / "build").mkdir()
    (project / "build/.gitkeep").touch()
    assert run_command("build").code == 0
    (project / "build/note.txt").touch()
    assert run_command("build").code == 0, "a build made the folder"


def test_a_lock_file_that_lists_a_file_of_the_repository_removes_nothing(project, run_command) -> None:
    (project / "LICENSE").write_text("mine\n", encoding="utf-8")
    digest = "sha256:" + sha256(b"mine\n").hexdigest()
    (project / LOCK).parent.mkdir(parents=True)
    files = {"LICENSE": {"digest": digest, "emitter": "github", "sources": []}}
    (project / LOCK).write_text(json.dumps({"version": 1, "unit": "all.repository", "files": files}), encoding="utf-8")
    result = run_command("build")
    assert (result.code, "`LICENSE` was not removed" in result.err) == (0, True)
    assert (project / "LICENSE").read_text(encoding="utf-8") == "mine\n"


def test_a_sparse_checkout_removes_nothing(project, git, run_command) -> None:
    (project / "models/team").mkdir()
    (project / "models/scorer.yaml").rename(project / "models/team/scorer.yaml")
    (project / "models/scorer.rego").rename(project / "models/team/scorer.rego")
    git("add", "-A")
    git("commit", "-q", "-m", "Move")
    assert run_command("build").code == 0
    before = sorted(path for path in (project / "build").rglob("*") if path.is_file())
    git("sparse-checkout", "set", "--no-cone", "/*", "!/models/team/")
    assert not (project / "models/team").exists()
    for words in (["build"], ["build", "--check"]):
        result = run_command(*words)
        assert (result.code, "incomplete-checkout" in result.err, "models/team/scorer" in result.err) == (1, True, True)
    assert sorted(path for path in (project / "build").rglob("*") if path.is_file()) == before
    git("sparse-checkout", "disable")
    assert run_command("build").code == 0


def test_a_submodule_that_was_not_fetched_removes_nothing(project, git, run_command, tmp_path) -> None:
    assert run_command("build").code == 0
    (project / ".gitmodules").write_text(
        '[submodule "team"]\n\tpath = models/team\n\turl = ../team.git\n', encoding="utf-8"
    )
    commit = git("rev-parse", "HEAD").strip()
    git("update-index", "--add", "--cacheinfo", f"160000,{commit},models/team")
    result = run_command("build")
    assert (result.code, "models/team" in result.err) == (1, True)


def test_a_model_that_was_deleted_is_removed_without_a_commit(project, git, run_command) -> None:
    assert run_command("build").code == 0
    git("sparse-checkout", "set", "--no-cone", "/*")
    (project / "models/scorer.yaml").unlink()
    assert run_command("build").code == 0
    assert not list((project / "build").rglob("note.txt"))


def test_line_ends_that_git_changed_are_no_hand_edit(project, git, run_command, tmp_path) -> None:
    (project / ".gitignore").write_text("", encoding="utf-8")
    assert run_command("build").code == 0
    git("add", "-A")
    git("commit", "-q", "-m", "Commit the output")
    git("config", "core.autocrlf", "true")
    git("rm", "-r", "-q", "--cached", "build")
    git("reset", "-q", "--hard")
    notes = sorted((project / "build").rglob("note.txt"))
    for note in notes:
        note.unlink()
    git("checkout", "-q", "--", "build")
    assert notes
    assert all(b"\r\n" in note.read_bytes() for note in notes)
    assert run_command("build", "--check").code == 0
    assert run_command("build").code == 0
    notes[0].write_bytes(notes[0].read_bytes() + b"edited\r\n")
    assert run_command("build").code == 1


def test_builds_at_once_have_the_result_of_the_last(project, command, surroundings, run_command) -> None:
    assert run_command("build").code == 0
    processes = [
        subprocess.Popen([*command, "build"], env=surroundings(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in processes:
        _, error = process.communicate()
        assert process.returncode == 0, error
    assert run_command("build", "--check").code == 0


def test_a_check_of_an_interrupted_build_says_so_and_the_next_build_completes_it(project, run_command) -> None:
    assert run_command("build").code == 0
    state = project / "build/.modelyard"
    staging = state / ("staging-" + "0" * 16)
    staging.mkdir()
    header = JournalHeader(staging.name, staging.stat().st_ino, 2)
    (staging / "0").write_bytes(b"new")
    new_digest = digest_of(b"new")
    operations = [Operation("a", "dev/a", None, new_digest, "0"), Operation("b", "dev/a", None, new_digest, "1")]
    (state / "journal.json").write_bytes(b"".join(encode_journal(header, map(encode_operation, operations))))
    result = run_command("build", "--check")
    assert result.code == 1
    assert "a build of `build` was interrupted after 1 of 2 changes" in result.err
    result = run_command("build")
    assert (result.code, "completed an interrupted build in build/: 1 of 2 changes" in result.err) == (0, True)
    assert (project / "build/a").read_bytes() == b"new"
    assert run_command("build", "--check").code == 0


@pytest.mark.parametrize("words", [["new", "team", "risk-two"], ["init", "--name", "x"]])
def test_other_commands_write_through_no_link_either(project, tmp_path, run_command, words, monkeypatch) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    if words[0] == "new":
        (project / "models/linked").symlink_to(victim)
        words = [*words, "--folder", "models/linked"]
    else:
        (project / "modelyard.yaml").unlink()
        for path in ("models", "templates"):
            (project / path).rename(tmp_path / f"moved-{path}")
            (project / path).symlink_to(victim)
    result = run_command(*words)
    assert result.code in {1, 2, 4}
    assert list(victim.iterdir()) == []


def test_an_output_option_follows_no_link_of_the_repository(project, tmp_path, run_command) -> None:
    (tmp_path / "victim").write_text("mine", encoding="utf-8")
    (project / "report.json").symlink_to(tmp_path / "victim")
    (project / "out").symlink_to(tmp_path)
    for path in ("report.json", "out/victim"):
        assert run_command("check", "--format", "json", "--output", path).code == 4
    assert run_command("check", "--format", "json", "--output", ".git/config").code == 2
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "mine"


def test_a_file_with_the_stat_data_of_the_last_build_is_read_only_by_a_full_check(
    project, run_command, monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    assert run_command("build").code == 0
    path = project / "build/dev/scorer/kustomization.yaml"
    for file in filter(Path.is_file, project.rglob("*")):  # a file that changed just now is always read
        os.utime(file, ns=(0, file.stat().st_mtime_ns - 10**12))
    assert run_command("build").code == 0
    status = path.stat()
    path.write_bytes(b"X" + path.read_bytes()[1:])
    os.utime(path, ns=(0, status.st_mtime_ns))
    assert run_command("build", "--check").code == 0
    result = run_command("build", "--check", "--full")
    assert (result.code, "hand-edited" in result.err) == (1, True)

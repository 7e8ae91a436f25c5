"""Where `build` writes, and where it never does."""

import json
from hashlib import sha256

import pytest

LOCK = ".modelyard/locks/all.repository.json"


@pytest.mark.parametrize("folder", [".git", ".git/hooks", ".GIT/x", "models", "models/x", "Templates", ".", ".."])
def test_a_folder_that_holds_something_else_is_no_output_folder(project, git, run_command, folder: str) -> None:
    said = run_command("build", "--output", folder)
    assert said.code == 2
    assert folder in said.err
    assert git("status", "--porcelain") == ""
    assert not (project / ".git/dev").exists()


def test_gits_folder_of_another_repository_is_no_output_folder(project, tmp_path, run_command) -> None:
    (tmp_path / "other/.git").mkdir(parents=True)
    said = run_command("build", "--output", str(tmp_path / "other/.git/modules"))
    assert (said.code, "git's own folder" in said.err) == (2, True)


def test_the_project_can_set_no_output_folder_of_git(project, git, run_command) -> None:
    with (project / "modelyard.yaml").open("a", encoding="utf-8") as file:
        file.write("output: .git/hooks\n")
    said = run_command("build")
    assert (said.code, "modelyard.yaml:" in said.err) == (1, True)
    assert not list((project / ".git/hooks").glob("dev*"))


def test_an_emitter_can_commit_no_file_of_git(project, git, run_command) -> None:
    description = project / "templates/targets/plain/emitter.yaml"
    description.write_text(
        description.read_text(encoding="utf-8")
        + '  - {path: x, commitPath: ".GIT/{{ name }}", template: note.txt.j2}\n',
        encoding="utf-8",
    )
    said = run_command("check")
    assert said.code == 1
    assert "templates/targets/plain/emitter.yaml:" in said.out
    assert "git or Modelyard keeps its own files" in said.out


def test_a_linked_output_folder_is_a_finding(project, tmp_path, run_command) -> None:
    (tmp_path / "victim").mkdir()
    (project / "build").symlink_to(tmp_path / "victim")
    said = run_command("build")
    assert (said.code, "output-link" in said.err, "build" in said.err) == (1, True, True)
    assert run_command("build", "--output", "build/x").code == 1
    assert list((tmp_path / "victim").iterdir()) == []


def test_a_lock_file_that_lists_a_file_of_the_repository_removes_nothing(project, run_command) -> None:
    (project / "LICENSE").write_text("mine\n", encoding="utf-8")
    digest = "sha256:" + sha256(b"mine\n").hexdigest()
    (project / LOCK).parent.mkdir(parents=True)
    files = {"LICENSE": {"digest": digest, "emitter": "github", "sources": []}}
    (project / LOCK).write_text(json.dumps({"version": 1, "unit": "all.repository", "files": files}), encoding="utf-8")
    said = run_command("build")
    assert (said.code, "`LICENSE` was not removed" in said.err) == (0, True)
    assert (project / "LICENSE").read_text(encoding="utf-8") == "mine\n"

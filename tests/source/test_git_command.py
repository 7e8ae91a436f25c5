"""git runs nothing that a repository names, refuses a repository of another user, and reads the repository that the folder is in."""

import os
import stat
import subprocess
import sys
from datetime import date

import pytest

from compiler.foundation.errors import HostError, UsageError
from compiler.source.git_command import Git, GitCommandError
from compiler.source.revision import commits_since, commits_touching, is_ignored, merge_base, open_revision
from compiler.write.git_plumbing import Repository

SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"


@pytest.fixture
def git(tmp_path, monkeypatch):
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "x")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "x@example.org")
    folder = tmp_path / "work"
    folder.mkdir()

    def run(*words: str, stdin: str = "") -> str:
        return subprocess.run(
            ["git", *words], cwd=folder, input=stdin, check=True, capture_output=True, text=True
        ).stdout.strip()

    run("init", "-q", "-b", "main")
    (folder / "a").write_text("one")
    run("add", "-A")
    run("commit", "-q", "-m", "First")
    run.folder = folder
    return run


@pytest.fixture
def evil_program(tmp_path):
    """A program that leaves a trace; the test fails if it ran."""
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/ran\nexit 0\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    yield str(program)
    assert not (tmp_path / "ran").exists()


def configure_programs(git, program: str) -> None:
    """Name a program in every setting that could run it, and sign the tip of the branch."""
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.alternateRefsCommand",
        "diff.external", "gpg.program", "gpg.ssh.program", "pager.log", "pager.status", "diff.evil.textconv", "diff.evil.command",
        "merge.evil.driver", "credential.helper", "interactive.diffFilter", "sequence.editor", "trailer.evil.command",
    ):  # fmt: skip
        git("config", key, program)
    git("config", "log.showSignature", "true")
    hooks = git.folder / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-index-change", "pre-push", "fsmonitor-watchman", "post-checkout"):
        (hooks / name).symlink_to(program)
    git("config", "core.hooksPath", str(hooks))
    (git.folder / ".git/info/attributes").write_text("* diff=evil merge=evil\n")
    header, _, message = git("cat-file", "commit", "HEAD").partition("\n\n")
    signed = git("hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{header}\n{SIGNATURE}\n\n{message}\n")
    (git.folder / ".git/refs/heads/main").write_text(f"{signed}\n")


READERS = {
    "open_revision": lambda folder: list(open_revision(folder, "HEAD").paths()),
    "merge_base": lambda folder: merge_base(folder, "HEAD"),
    "commits_since": lambda folder: commits_since(folder, date(2020, 1, 1)),
    "commits_touching": lambda folder: list(commits_touching(folder, "a")),
    "Repository": lambda folder: Repository(folder).commit_timestamp("HEAD"),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_program_of_a_configuration_runs(git, evil_program, reader) -> None:
    configure_programs(git, evil_program)
    assert READERS[reader](git.folder)
    is_ignored(git.folder, git.folder / "build")


def test_the_work_tree_is_compared_without_a_monitor_or_a_hook(git, evil_program) -> None:
    configure_programs(git, evil_program)
    (git.folder / "a").write_text("two")
    assert Repository(git.folder).changed_files(("a",), git.folder) == ("a",)


@pytest.mark.parametrize("reader", READERS)
def test_a_repository_of_another_user_is_refused(git, evil_program, monkeypatch, reader) -> None:
    configure_programs(git, evil_program)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(HostError, match="because another user owns it") as caught:
        READERS[reader](git.folder)
    assert f"`git config --global --add safe.directory {git.folder}`" in caught.value.help


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize("reader", READERS)
def test_a_folder_that_another_user_owns_is_refused(git, evil_program, reader) -> None:
    configure_programs(git, evil_program)
    for path in (git.folder, git.folder / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(HostError, match="because another user owns it"):
        READERS[reader](git.folder)


def test_a_folder_that_was_marked_as_safe_is_read(git, monkeypatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    for name, value in (("COUNT", "1"), ("KEY_0", "safe.directory"), ("VALUE_0", str(git.folder))):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert open_revision(git.folder, "HEAD").read("a") == b"one"


def test_a_variable_that_names_the_repository_does_not_skip_the_check_of_its_owner(git, monkeypatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_DIR", str(git.folder / ".git"))
    with pytest.raises(HostError, match="because another user owns it"):
        open_revision(git.folder, "HEAD")


@pytest.mark.parametrize(
    "name", ["GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"]
)
def test_a_variable_does_not_change_what_a_path_means(git, monkeypatch, name) -> None:
    monkeypatch.setenv(name, "1")
    assert len(list(commits_touching(git.folder, "a"))) == 1
    assert list(commits_touching(git.folder, "A")) == []
    (git.folder / "[a]").write_text("new")
    assert Repository(git.folder).changed_files(("[a]",), git.folder) == ("[a]",)


@pytest.mark.parametrize("path", [".", "", "bin:.", ":"])
def test_a_program_of_the_current_folder_is_not_git(git, evil_program, monkeypatch, path) -> None:
    (git.folder / "git").symlink_to(evil_program)
    monkeypatch.chdir(git.folder)
    monkeypatch.setenv("PATH", path)
    with pytest.raises(HostError, match="git cannot be used"):
        Git(git.folder)


def test_nor_is_it_while_gitpython_is_imported(git, evil_program) -> None:
    (git.folder / "git").symlink_to(evil_program)
    subprocess.run(
        [sys.executable, "-c", "import compiler.source.git_command"],
        cwd=git.folder, check=True, env={**os.environ, "PATH": f".:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


@pytest.mark.parametrize("setting", ["remote.evil.uploadpack", "core.sshCommand"])
def test_a_missing_object_is_fetched_from_nowhere(git, evil_program, tmp_path, setting) -> None:
    url = str(tmp_path) if setting.endswith("uploadpack") else "ssh://x.example/y"
    blob = git("rev-parse", "HEAD:a")
    for key, value in (
        ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "evil"), ("remote.evil.promisor", "true"),
        ("remote.evil.url", url), ("protocol.allow", "always"), (setting, evil_program),
    ):  # fmt: skip
        git("config", key, value)
    (git.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(HostError, match="`a` of revision"):
        open_revision(git.folder, "HEAD").read("a")


def test_what_fails_is_one_line(git) -> None:
    with pytest.raises(GitCommandError) as caught:
        Git(git.folder).run("rev-parse", "--verify", "nowhere^{commit}", "--")
    assert "\n" not in str(caught.value)
    assert str(caught.value)


def test_outside_of_a_repository_is_wrong_usage(tmp_path) -> None:
    with pytest.raises(UsageError, match="is not in a git repository"):
        Repository(tmp_path)


@pytest.mark.parametrize("folder", ["gone", "a file"])
def test_a_folder_that_is_none_is_an_error_of_the_host(tmp_path, folder) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(HostError):
        open_revision(tmp_path / folder, "HEAD")

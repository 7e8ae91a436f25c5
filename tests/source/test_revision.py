"""What only git can do: revisions, submodules, hostile configuration."""

import stat
import subprocess
from multiprocessing import get_context

import pytest

from compiler.foundation.errors import HostError, UsageError
from compiler.source.revision import commits_touching, open_base, open_revision, reviewed_commits

_TREES = []
"""What a copy of the process reads from."""


@pytest.fixture
def git(tmp_path):
    def run(*arguments):
        command = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "-q", "-b", "main")
    return run


def commit(git, root, **files):
    for name, text in files.items():
        (root / name).write_text(text)
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    return git("rev-parse", "HEAD")


@pytest.fixture
def first(git, tmp_path):
    return commit(git, tmp_path, a="one", b="two")


def test_a_revision_is_what_was_committed_and_not_what_lies_there(git, tmp_path, first):
    commit(git, tmp_path, a="three")
    (tmp_path / "a").write_text("four")
    (tmp_path / "c").write_text("new")
    old, new = open_revision(tmp_path, first), open_revision(tmp_path, "main")
    assert (old.read("a"), new.read("a"), list(new.paths())) == (b"one", b"three", ["a", "b"])
    assert old.blob_id("b") == new.blob_id("b")
    assert old.label == f"revision {first[:7]}"


@pytest.mark.parametrize("revision", ["main", "HEAD", "main^0", "HEAD~0", "tagged", "@"])
def test_whatever_names_a_commit_is_a_revision(git, tmp_path, first, revision):
    git("tag", "-a", "tagged", "-m", "x")
    assert open_revision(tmp_path, revision).commit == first


@pytest.mark.parametrize(
    "revision",
    [
        "nowhere",
        "",
        "--help",
        "-x",
        "--git-dir=/tmp",
        "--upload-pack=touch x",
        "a\0b",
        "main:a",
        "main main",
        "..",
        "\n",
    ],
)
def test_what_names_no_commit_is_wrong_usage_that_names_it(git, tmp_path, first, revision):
    with pytest.raises(UsageError) as caught:
        open_revision(tmp_path, revision)
    assert f"`{revision}`" in caught.value.message


def test_a_folder_that_is_in_no_repository_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="not in a git repository"):
        open_revision(tmp_path, "HEAD")


def test_a_repository_without_a_commit_has_no_revision(git, tmp_path):
    with pytest.raises(UsageError, match="no commits yet, so that `HEAD` does not exist"):
        open_revision(tmp_path, "HEAD")


def test_a_project_below_the_top_has_paths_of_its_own(git, tmp_path):
    (tmp_path / "sub/project").mkdir(parents=True)
    commit(git, tmp_path, **{"sub/project/f": "x", "top": "y", "sub/projectile": "z"})
    tree = open_revision(tmp_path / "sub/project", "HEAD")
    assert list(tree.paths()) == ["f"]
    assert tree.read("f") == b"x"
    assert not tree.has("../../top")


def test_a_project_that_was_not_there_yet_is_an_empty_tree(git, tmp_path, first):
    (tmp_path / "later").mkdir()
    assert list(open_revision(tmp_path / "later", first).paths()) == []


def test_a_bare_repository_that_a_commit_can_hold_is_refused(git, tmp_path, first):
    subprocess.run(["git", "clone", "-q", "--bare", str(tmp_path), str(tmp_path / "bare")], check=True)
    with pytest.raises(HostError, match="bare"):
        open_revision(tmp_path / "bare", "HEAD")


def test_a_linked_work_tree_is_a_repository_too(git, tmp_path, first):
    git("worktree", "add", "-q", str(tmp_path / "wt"), "-b", "other")
    assert open_revision(tmp_path / "wt", "other").read("a") == b"one"


def test_submodules_are_left_out(git, tmp_path, first):
    git("update-index", "--add", "--cacheinfo", f"160000,{first},module")
    git("commit", "-q", "-m", "x")
    tree = open_revision(tmp_path, "HEAD")
    assert list(tree.paths()) == ["a", "b"]
    assert not tree.has("module")


def test_a_replaced_object_is_read_as_it_was_committed(git, tmp_path, first):
    other = subprocess.run(
        ["git", "-C", str(tmp_path), "hash-object", "-w", "--stdin"], input=b"forged", capture_output=True, check=True
    )
    git("replace", git("rev-parse", "HEAD:a"), other.stdout.decode().strip())
    assert open_revision(tmp_path, "HEAD").read("a") == b"one"


@pytest.fixture
def evil(tmp_path):
    program = tmp_path / "evil.sh"
    program.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/ran\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    yield str(program)
    assert not (tmp_path / "ran").exists()


def test_a_configuration_runs_nothing(git, tmp_path, first, evil):
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "diff.external"):
        git("config", key, evil)
    for key in ("diff.evil.textconv", "diff.evil.command", "filter.evil.smudge", "filter.evil.process"):
        git("config", key, evil)
    git("config", "core.hooksPath", str(tmp_path))
    (tmp_path / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    tree = open_revision(tmp_path, "HEAD")
    assert (tree.read("a"), list(tree.paths())) == (b"one", ["a", "b"])


def test_a_missing_object_is_reported_and_never_fetched(git, tmp_path, first, evil):
    blob = git("rev-parse", "HEAD:a")
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "extensions.partialClone", "evil")
    git("config", "remote.evil.promisor", "true")
    git("config", "remote.evil.url", f"ext::{evil}")
    git("config", "protocol.ext.allow", "always")
    (tmp_path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    tree = open_revision(tmp_path, "HEAD")
    with pytest.raises(HostError, match="`a` of revision"):
        tree.read("a")
    assert tree.read("b") == b"two"


def test_what_a_hook_sets_names_no_other_repository(git, tmp_path, first, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    assert open_revision(tmp_path, "HEAD").read("a") == b"one"


def test_a_root_is_taken_literally(git, tmp_path):
    root = tmp_path / "$HOME"
    root.mkdir()
    (root / "f").write_text("x")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    assert open_revision(root, "HEAD").read("f") == b"x"


def test_without_git_the_surroundings_are_blamed(git, tmp_path, first, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="git cannot be used"):
        open_revision(tmp_path, "HEAD")


def test_a_file_that_got_another_name_is_followed(git, tmp_path):
    text = "".join(f"line {number}\n" for number in range(20))
    first_commit = commit(git, tmp_path, a=text, other="x")
    second_commit = commit(git, tmp_path, a=f"{text}more\n")
    commit(git, tmp_path, other="y")
    git("checkout", "-q", "-b", "renaming")
    (tmp_path / "below").mkdir()
    git("mv", "a", "below/b")
    git("commit", "-q", "-m", "x")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "-m", "x", "renaming")
    renamed = git("rev-parse", "HEAD")
    assert list(commits_touching(tmp_path, "below/b")) == [renamed, second_commit, first_commit]
    assert list(commits_touching(tmp_path / "below", "b")) == [renamed, second_commit, first_commit]


def test_copies_of_the_process_read_without_mixing_up_answers(git, tmp_path):
    names = [f"file{index}" for index in range(30)]
    revision = commit(git, tmp_path, **{name: f"{name} " * 2000 for name in names})
    tree = open_revision(tmp_path, revision)
    assert tree.read(names[0]).startswith(b"file0 ")  # starts the git that the copies inherit
    with get_context("fork").Pool(4, _remember, (tree,)) as pool:
        contents = pool.map(_read, names * 4)
    assert contents == [(f"{name} " * 2000).encode() for name in names * 4]
    assert tree.read(names[1]).startswith(b"file1 ")


def _remember(tree):
    _TREES[:] = [tree]


def _read(path):
    return _TREES[0].read(path)


def test_a_merge_is_reviewed_with_its_branch_only_if_it_adds_nothing(git, tmp_path, first):
    git("checkout", "-q", "-b", "topic")
    reviewed = commit(git, tmp_path, a="reviewed")
    git("checkout", "-q", "main")
    tip = commit(git, tmp_path, b="newer")
    git("checkout", "-q", "--detach")
    git("merge", "-q", "--no-ff", "-m", "x", "topic")
    plain = git("rev-parse", "HEAD")
    assert reviewed_commits(tmp_path, "main") == {plain, reviewed}
    (tmp_path / "a").write_text("other")
    git("commit", "-q", "--amend", "-a", "-m", "x")
    assert reviewed_commits(tmp_path, "main") == {git("rev-parse", "HEAD")}
    git("checkout", "-q", "--detach", tip)
    commit(git, tmp_path, b="not of the base")
    git("merge", "-q", "--no-ff", "-m", "x", "topic")
    assert reviewed_commits(tmp_path, "main") == {git("rev-parse", "HEAD")}
    (tmp_path / "b").write_text("not committed")
    assert reviewed_commits(tmp_path, "main") == frozenset()


def test_the_base_of_a_project_that_a_change_moves_is_read_from_its_old_folder(git, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "kept").mkdir()
    base = commit(git, tmp_path, **{"old/project.yaml": "old", "kept/project.yaml": "kept"})
    git("mv", "old", "new")
    assert open_base(tmp_path / "new", base, "project.yaml").read("project.yaml") == b"old"
    (tmp_path / "old").symlink_to("new")  # CI may name the old folder
    commit(git, tmp_path)
    assert open_base((tmp_path / "old").resolve(), base, "project.yaml").read("project.yaml") == b"old"
    assert open_base(tmp_path / "kept", base, "project.yaml").read("project.yaml") == b"kept"
    git("mv", "kept", "other")
    with pytest.raises(UsageError, match="removes those of `kept/`, `old/`: which of them moved is not known"):
        open_base(tmp_path / "new", base, "project.yaml")


def test_the_base_of_a_new_project_is_empty(git, tmp_path, first):
    (tmp_path / "new").mkdir()
    commit(git, tmp_path, **{"new/project.yaml": "new"})
    assert list(open_base(tmp_path / "new", first, "project.yaml").paths()) == []

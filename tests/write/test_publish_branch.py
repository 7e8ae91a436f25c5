"""A tree becomes a commit of its branch: nothing else is touched, and no work is overwritten."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from compiler.foundation.errors import HostError, UsageError
from compiler.write.git_plumbing import Repository
from compiler.write.publish_branch import PublishRequest, publish

GIT_IDENTITY = {
    f"GIT_{role}_{field}": "tests@example.org" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")
}
TREE = {"kustomization.yaml": b"resources: []\n", "a/b c.yaml": "é: 1\n".encode()}
DAY = date(2026, 11, 23)


@pytest.fixture
def git(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    for name, value in GIT_IDENTITY.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, at: Path = folder) -> str:
        return subprocess.run(["git", *words], cwd=at, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "-q", "-b", "main")
    (folder / "spec.yaml").write_text("a: 1\n", encoding="utf-8")
    run("add", ".")
    run("commit", "-q", "-m", "First")
    run.folder = folder
    return run


def edition(git, files=TREE, source: str | None = None, day: date = DAY) -> PublishRequest:
    return PublishRequest("prod", files, source or git("rev-parse", "HEAD"), day)


def publish_tree(git, files=TREE, remote: str | None = None, source: str | None = None, **how):
    return publish(
        Repository(git.folder), edition(git, files, source), "env/prod", remote, force=how.get("force", False)
    )


def files_of(git, commit: str, repository_folder: Path | None = None) -> dict[str, bytes]:
    folder = repository_folder or git.folder
    names = git("ls-tree", "-r", "-z", "--name-only", commit, at=folder).split("\0")
    return {
        name: subprocess.run(["git", "show", f"{commit}:{name}"], cwd=folder, check=True, capture_output=True).stdout
        for name in names
        if name
    }


def test_the_branch_holds_the_tree_and_says_what_it_came_from(git) -> None:
    done = publish_tree(git)
    assert git("rev-parse", "env/prod") == done.commit
    assert files_of(git, "env/prod") == TREE
    assert done.differences == ("A a/b c.yaml", "A kustomization.yaml")
    trailers = dict(line.split(": ") for line in git("log", "-1", "--format=%(trailers)", "env/prod").splitlines())
    assert trailers == {
        "Modelyard-Source": git("rev-parse", "main"), "Modelyard-Environment": "prod", "Modelyard-Date": "2026-11-23",
        "Modelyard-Version": "0.1.0",
    }  # fmt: skip
    assert git("log", "-1", "--format=%ct", "env/prod") == git("log", "-1", "--format=%ct", "main")


def test_neither_work_tree_nor_index_nor_head_is_touched(git) -> None:
    (git.folder / "spec.yaml").write_text("a: 2\n", encoding="utf-8")
    (git.folder / "new.yaml").write_text("b: 1\n", encoding="utf-8")
    git("add", "new.yaml")
    state_before = (
        git("status", "--porcelain"),
        git("rev-parse", "HEAD"),
        git("symbolic-ref", "HEAD"),
        git("ls-files", "--stage"),
    )
    publish_tree(git)
    assert state_before == (
        git("status", "--porcelain"),
        git("rev-parse", "HEAD"),
        git("symbolic-ref", "HEAD"),
        git("ls-files", "--stage"),
    )
    assert git("for-each-ref", "--format=%(refname)").split() == ["refs/heads/env/prod", "refs/heads/main"]


def test_the_same_tree_is_no_commit_on_any_day(git) -> None:
    first = publish_tree(git).commit
    again = publish(Repository(git.folder), edition(git, day=date(2027, 1, 1)), "env/prod", None, force=False)
    assert (again.commit, again.reason) == (None, "env/prod is up to date")
    assert git("rev-parse", "env/prod") == first


def test_what_is_gone_is_gone_and_history_is_kept(git) -> None:
    first = publish_tree(git).commit
    done = publish_tree(git, {"other.yaml": b"x: 1\n"})
    assert files_of(git, "env/prod") == {"other.yaml": b"x: 1\n"}
    assert git("rev-parse", "env/prod^") == first
    assert {line[0] for line in done.differences} == {"A", "D"}


def test_the_same_is_the_same_commit_wherever_it_is_made(git, tmp_path) -> None:
    there = tmp_path / "clone"
    git("clone", "-q", str(git.folder), str(there))
    done = publish(Repository(there), edition(git), "env/prod", None, force=False)
    assert done.commit == publish_tree(git).commit


def test_nothing_to_publish_makes_no_branch(git) -> None:
    assert publish_tree(git, {}).commit is None
    assert git("branch", "--list", "env/prod") == ""


def test_a_commit_that_publish_did_not_make_is_refused(git) -> None:
    publish_tree(git)
    git("checkout", "-q", "env/prod")
    (git.folder / "kustomization.yaml").write_text("by hand\n", encoding="utf-8")
    git("commit", "-q", "-am", "A quick fix")
    git("checkout", "-q", "main")
    with pytest.raises(UsageError, match="was not made by `modelyard publish`"):
        publish_tree(git)
    publish_tree(git, force=True)
    assert files_of(git, "env/prod") == TREE
    assert git("log", "--format=%s", "env/prod").splitlines() == ["Publish prod", "A quick fix", "Publish prod"]


def test_the_branch_of_the_specs_is_no_branch_to_publish_to(git) -> None:
    git("checkout", "-q", "-b", "other")
    with pytest.raises(UsageError, match="was not made by `modelyard publish`"):
        publish(Repository(git.folder), edition(git), "main", None, force=False)


def test_who_comes_late_with_an_earlier_commit_changes_nothing(git) -> None:
    early_commit = git("rev-parse", "HEAD")
    git("commit", "-q", "--allow-empty", "-m", "Second")
    late_commit = publish_tree(git).commit
    done = publish_tree(git, {"old.yaml": b"a: 1\n"}, source=early_commit)
    assert (done.commit, done.reason) == (
        None,
        f"env/prod was published from a later commit, {git('rev-parse', '--short=7', 'HEAD')}",
    )
    assert git("rev-parse", "env/prod") == late_commit
    assert publish_tree(git, {"old.yaml": b"a: 1\n"}, source=early_commit, force=True).commit is not None


def test_a_checked_out_branch_is_not_written_to(git) -> None:
    publish_tree(git)
    git("worktree", "add", "-q", str(git.folder.parent / "tree"), "env/prod")
    with pytest.raises(UsageError, match="is checked out"):
        publish_tree(git, {"x": b""})


@pytest.mark.parametrize("name", ["-d", "a..b", "a b", "refs/heads/../x", "x.lock", ""])
def test_what_is_no_name_of_a_branch_is_refused(git, name) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a branch"):
        publish(Repository(git.folder), edition(git), name, None, force=False)


def test_publishing_without_a_git_identity_is_refused(git, monkeypatch, tmp_path) -> None:
    for name in GIT_IDENTITY:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("EMAIL", "")
    git("config", "user.useConfigOnly", "true")
    with pytest.raises(UsageError, match="the committer"):
        publish_tree(git)


# --- a branch that environments share --------------------------------------------------------------------------------
def publish_shared(git, environment: str, files=TREE, remote: str | None = None, **options):
    request = PublishRequest(
        environment,
        files,
        options.get("source") or git("rev-parse", "HEAD"),
        DAY,
        options.get("folder", f"clusters/{environment}"),
    )
    return publish(Repository(git.folder), request, "deploy", remote, force=options.get("force", False))


def under_folder(folder: str, files=TREE) -> dict[str, bytes]:
    return {f"{folder}/{path}": content for path, content in files.items()}


def test_each_environment_has_its_folder_and_leaves_the_others_alone(git) -> None:
    publish_shared(git, "staging")
    done = publish_shared(git, "prod")
    assert files_of(git, "deploy") == under_folder("clusters/staging") | under_folder("clusters/prod")
    assert done.differences == ("A clusters/prod/a/b c.yaml", "A clusters/prod/kustomization.yaml")
    publish_shared(git, "staging", {"other.yaml": b"x: 1\n"})
    assert files_of(git, "deploy") == under_folder("clusters/staging", {"other.yaml": b"x: 1\n"}) | under_folder(
        "clusters/prod"
    )
    assert publish_shared(git, "prod").reason == "deploy is up to date"
    publish_shared(git, "staging", {})
    assert files_of(git, "deploy") == under_folder("clusters/prod")


def test_what_others_keep_beside_the_folder_is_none_of_ours(git) -> None:
    git("checkout", "-q", "--orphan", "deploy")
    git("commit", "-q", "-m", "Their repository")
    git("checkout", "-q", "main")
    publish_shared(git, "prod")
    assert files_of(git, "deploy") == {"spec.yaml": b"a: 1\n"} | under_folder("clusters/prod")


def by_hand(git, path: str, text: str) -> None:
    git("checkout", "-q", "deploy")
    (git.folder / path).write_text(text, encoding="utf-8")
    git("commit", "-q", "-am", "A quick fix")
    git("checkout", "-q", "main")


def test_a_fix_by_hand_is_seen_behind_what_another_environment_published(git) -> None:
    publish_shared(git, "prod")
    publish_shared(git, "staging")
    by_hand(git, "clusters/prod/kustomization.yaml", "by hand\n")
    publish_shared(git, "staging", {"x.yaml": b"1\n"})
    with pytest.raises(
        UsageError, match=r"the last commit of `clusters/prod` of `deploy`, .* was not made by `modelyard publish`"
    ):
        publish_shared(git, "prod")
    publish_shared(git, "prod", force=True)
    assert files_of(git, "deploy") == under_folder("clusters/staging", {"x.yaml": b"1\n"}) | under_folder(
        "clusters/prod"
    )


def test_a_fix_by_hand_that_was_merged_is_seen_too(git) -> None:
    publish_shared(git, "prod")
    git("branch", "fixed", "deploy")
    publish_shared(git, "staging")
    git("checkout", "-q", "fixed")
    (git.folder / "clusters/prod/kustomization.yaml").write_text("by hand\n", encoding="utf-8")
    git("commit", "-q", "-am", "A quick fix")
    git("checkout", "-q", "deploy")
    git("merge", "-q", "-m", "Merge it", "fixed")
    git("checkout", "-q", "main")
    assert publish_shared(git, "staging", {"x.yaml": b"1\n"}).commit is not None
    with pytest.raises(UsageError, match="was not made by `modelyard publish`"):
        publish_shared(git, "prod")


def test_how_late_it_is_is_known_of_each_environment(git) -> None:
    early_commit = git("rev-parse", "HEAD")
    publish_shared(git, "prod")
    git("commit", "-q", "--allow-empty", "-m", "Second")
    publish_shared(git, "staging")
    assert publish_shared(git, "staging", {"old.yaml": b""}, source=early_commit).commit is None
    assert publish_shared(git, "prod", {"x.yaml": b"1\n"}, source=early_commit).commit is not None


@pytest.mark.parametrize("folder", ["", "clusters/prod"])
def test_what_is_another_environments_is_not_replaced(git, folder) -> None:
    publish_shared(git, "prod", folder=folder)
    with pytest.raises(UsageError, match="contains files published for prod"):
        publish_shared(git, "staging", folder=folder)
    assert files_of(git, "deploy") == (under_folder(folder) if folder else TREE)


@pytest.mark.parametrize("on_remote", [True, False])
def test_who_was_slower_on_a_branch_follows_on_the_other(git, remote, on_remote) -> None:
    """Another environment is published between the look at the branch and the push."""
    remote_name = "origin" if on_remote else None
    publish_shared(git, "prod", remote=remote_name)

    class RacingRepository(Repository):
        has_raced = False

        def create_commit(self, *commit_arguments):
            if not RacingRepository.has_raced:
                RacingRepository.has_raced = True
                publish_shared(git, "staging", remote=remote_name)
            return super().create_commit(*commit_arguments)

    one = PublishRequest("prod", {"x.yaml": b"1\n"}, git("rev-parse", "HEAD"), DAY, "clusters/prod")
    assert publish(RacingRepository(git.folder), one, "deploy", remote_name, force=False).commit is not None
    assert RacingRepository.has_raced
    assert files_of(git, "deploy", remote if on_remote else None) == under_folder("clusters/staging") | {
        "clusters/prod/x.yaml": b"1\n"
    }


@pytest.mark.parametrize("on_remote", [True, False])
def test_a_branch_that_moves_each_time_is_left_as_others_made_it(git, remote, monkeypatch, on_remote) -> None:
    monkeypatch.setattr("compiler.write.publish_branch._MAX_PAUSE_SECONDS", 0.0)
    remote_name = "origin" if on_remote else None

    class RacingRepository(Repository):
        rounds = 0

        def create_commit(self, *commit_arguments):
            RacingRepository.rounds += 1
            publish_shared(git, "staging", {"x.yaml": f"{RacingRepository.rounds}\n".encode()}, remote=remote_name)
            return super().create_commit(*commit_arguments)

    request = PublishRequest("prod", TREE, git("rev-parse", "HEAD"), DAY, "clusters/prod")
    with pytest.raises(HostError, match=r"`deploy` moved 12 times .* Nothing was published"):
        publish(RacingRepository(git.folder), request, "deploy", remote_name, force=False)
    files = files_of(git, "deploy", remote if on_remote else None)
    assert files == {"clusters/staging/x.yaml": f"{RacingRepository.rounds}\n".encode()}


def test_a_remote_branch_that_was_taken_back_is_not_advanced(git, remote) -> None:
    """A push that follows the old tip would be a fast-forward, and would bring back what was taken away."""
    first = publish_tree(git, remote="origin").commit
    publish_tree(git, {"x.yaml": b"1\n"}, remote="origin")

    class RacingRepository(Repository):
        def create_commit(self, *commit_arguments):
            git("update-ref", "refs/heads/env/prod", first, at=remote)
            return super().create_commit(*commit_arguments)

    request = edition(git, {"y.yaml": b"1\n"})
    commit = publish(RacingRepository(git.folder), request, "env/prod", "origin", force=False).commit
    assert git("rev-parse", f"{commit}^", at=remote) == first


def test_a_repository_with_sha256_is_published_to(git, tmp_path) -> None:
    folder = tmp_path / "sha256"
    git("init", "-q", "-b", "main", "--object-format=sha256", str(folder), at=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "First", at=folder)
    request = PublishRequest("prod", TREE, git("rev-parse", "HEAD", at=folder), DAY)
    assert publish(Repository(folder), request, "env/prod", None, force=False).commit
    assert files_of(git, "env/prod", folder) == TREE


# --- onto a remote ---------------------------------------------------------------------------------------------------
@pytest.fixture
def remote(git, tmp_path):
    folder = tmp_path / "remote.git"
    git("init", "-q", "--bare", "-b", "main", str(folder), at=tmp_path)
    git("remote", "add", "origin", str(folder))
    return folder


@pytest.mark.parametrize("remote_kind", ["origin", "by its address"])
def test_it_goes_onto_the_branch_as_the_remote_has_it(git, remote, remote_kind) -> None:
    remote_name = "origin" if remote_kind == "origin" else str(remote)
    first = publish_tree(git, remote=remote_name).commit
    assert git("rev-parse", "env/prod", at=remote) == first
    done = publish_tree(git, {"x.yaml": b"a: 1\n"}, remote=remote_name)
    assert git("rev-parse", "env/prod^", at=remote) == first
    assert files_of(git, done.commit, remote) == {"x.yaml": b"a: 1\n"}
    assert publish_tree(git, {"x.yaml": b"a: 1\n"}, remote=remote_name).commit is None
    assert git("branch", "--list", "env/prod") == ""


def test_it_is_never_forced(git, remote) -> None:
    publish_tree(git, remote="origin")

    class RacingRepository(Repository):
        def fetch_branch(self, remote, branch):
            return None

    raced = RacingRepository(git.folder)
    with pytest.raises(HostError, match="git cannot push"):
        publish(raced, edition(git, {"x": b"1"}), "env/prod", "origin", force=True)
    assert files_of(git, "env/prod", remote) == TREE


def test_a_remote_that_is_not_there_is_the_surroundings_fault(git) -> None:
    with pytest.raises(HostError, match="git cannot read from"):
        publish_tree(git, remote="/nowhere/at/all.git")


@pytest.mark.parametrize("remote", ["--upload-pack=touch pwned", "-q", "ext::sh -c touch% pwned"])
def test_a_remote_is_no_option_and_no_program(git, remote) -> None:
    with pytest.raises(HostError):
        publish_tree(git, remote=remote)
    assert not (git.folder / "pwned").exists()

"""Where an environment is delivered to is what git takes for a branch, a folder and a repository, and never an option or a program."""

import subprocess
from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.overlay_tree import OverlayTree
from compiler.source.worktree import WorkTree

SMALL = WorkTree(Path(__file__).resolve().parents[1] / "cases" / "_base" / "input")
PLACES = "models/environments.yaml"


def delivery_findings(field: str, value: str) -> list[tuple[str, str, str]]:
    """What is found where the first Environment says a value of `delivery`, with the text of the line."""
    quoted = "'" + value.replace("'", "''") + "'"
    delivery_fields = {"branch": "env/dev", field: None}
    others = "".join(f"{key}: {text}, " for key, text in delivery_fields.items() if text)
    text = (
        SMALL.read(PLACES).decode().replace("\nname: dev\n", f"\nname: dev\ndelivery: {{{others}{field}: {quoted}}}\n")
    )
    found = check(Session(OverlayTree(SMALL, {PLACES: text.encode()})))
    return [
        (one.code.name, one.location.path, text.splitlines()[one.location.line - 1][:9])
        for one in found
        if one.is_blocking
    ]


WRONG = {
    "branch": ["--force", "-d", "a b", "../x", "a..b", "x.lock", "x.lock/y", "/a", "a/", "a//b", ".a", "a/.b", "a.", "@", "a@{1}", "a~1",
               "a^", "a:b", "a?", "a*", "a[b", "a\\b", "HEAD", "${{ x }}", "${{x}}"],
    "repository": ["--force", "-q", "a b", "../x", "/srv/git/x.git", "origin", "ext::sh -c id", "ext::x@y:z", "fd::17/a", "http://a.example/b.git",
                   "git://a.example/b.git", "file:///srv/x.git", "https://", "https://a.example", "https://me:secret@a.example/b.git",
                   "https://-oProxyCommand=id/x", "ssh://-oProxyCommand=id/x", "git@-oProxyCommand=id:x", "a@b::c", "https://a.example/../b.git",
                   "https://a.example/${{ x }}", "https://a.example/${{x}}"],
    "path": ["/a", "../x", "a/../b", "./a", ".git", "a/.GIT/hooks", "a b", "${{ x }}", "a\\b"],
}  # fmt: skip
RIGHT = {
    "branch": ["env/prod", "deploy", "release-1.2", "a.lockb", "é", "a@b", "{{x}}"],
    "repository": ["https://git.bank.example/ml/deployments.git", "https://git.bank.example:8443/a", "ssh://git@git.bank.example:22/a.git",
                   "git@git.bank.example:ml/deployments.git", "https://bank@dev.azure.example/bank/_git/a", "https://a.example/b%20c"],
    "path": ["clusters/prod", "a", "a//b/", "a.b/c-d"],
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_what_git_would_take_otherwise_is_refused_at_its_line(field, value) -> None:
    assert delivery_findings(field, value) == [("bad-value", PLACES, "delivery:")]


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in RIGHT.items() for value in values])
def test_what_git_takes_is_taken(field, value) -> None:
    assert delivery_findings(field, value) == []


@pytest.mark.parametrize("value", [*WRONG["branch"], *RIGHT["branch"]])
def test_git_itself_says_so_of_branches(value) -> None:
    """But for expressions of a CI server, which git may take, and what it reads as HEAD."""
    done = subprocess.run(["git", "check-ref-format", "--branch", value], check=False, capture_output=True)
    assert (done.returncode == 0) == (value in RIGHT["branch"] or value in {"${{x}}", "@"})

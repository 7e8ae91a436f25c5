"""Which paths may be written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.plan.output_paths import (
    _INVALID_PATTERNS,
    _SAFE_PATH,
    fold_path,
    invalid_path_reason,
    parent_folders,
)


@pytest.mark.parametrize(
    "path",
    ["a", ".github/workflows/ci.yml", "prod/card-fraud/service.yaml", ".gitignore", "CODEOWNERS", "console.md", "com10",
     "a b", "é/ü.md", "auxiliary/nul-model.yaml", "...x", "x" * 200, ".gitlab-ci.yml"],
)  # fmt: skip
def test_ordinary_paths_are_fine(path: str) -> None:
    assert invalid_path_reason(path) is None


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "a//b", "a/", "..", "a/../b", "./a", "C:/x", "a\\b", "a\nb", "a\x00b", "a?", "a.", "a /b", "a*",
     "con", "prod/AUX/x", "nul.yaml", "lpt1.tar.gz", "a/COM¹", "con .txt", ".git/hooks/x", "a/.GIT/config", "git~1/x",
     ".modelyard/prod.json", "a/.Modelyard-fresh", "x" * 201, "\udc80", ".git", ".git.", ".git /x", "a/.g\u200cit/x", "MODELY~1/locks",
     "progra~1.tx", ".git::$INDEX_ALLOCATION/x"],
)  # fmt: skip
def test_paths_that_leave_or_that_some_system_refuses_are_not(path: str) -> None:
    assert invalid_path_reason(path)


@given(st.text(st.sampled_from("./\\a:~ "), max_size=12))
def test_no_accepted_path_leaves_its_root(path: str) -> None:
    if invalid_path_reason(path) is None:
        assert all(part not in {"", ".", ".."} for part in path.split("/"))
        assert not {"\\", ":"} & set(path)


@given(
    st.lists(st.sampled_from([*"./abc-~ $", "con", "com1", "nul", "git", "modelyard", "x" * 100]), max_size=6).map(
        "".join
    )
)
def test_what_is_plainly_fine_has_no_fault(path: str) -> None:
    if _SAFE_PATH.fullmatch(path):
        assert not any(pattern.search(path) for pattern, _ in _INVALID_PATTERNS)


def test_folding_joins_case_and_composition() -> None:
    assert fold_path("Prod/É") == fold_path("prod/e\u0301") == fold_path("PROD/é")


def test_parents_come_nearest_first() -> None:
    assert parent_folders("a/b/c") == ["a/b", "a"]
    assert parent_folders("a") == []

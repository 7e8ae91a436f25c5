"""The base of a change; imported only to compare, because reading revisions loads `subprocess`, which takes 15 ms."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from compiler.commands.common.review_export import load_reviewers
from compiler.pipeline.change_base import ChangeBase
from compiler.source.git_root import git_root
from compiler.source.memory_tree import MemoryTree
from compiler.source.revision import (
    commits_touching,
    day_of_last_change,
    merge_base,
    open_base,
    open_revision,
    reviewed_commits,
)
from compiler.spec.portfolio import PROJECT_FILE


def change_base_of(folder: Path, revision: str, reviews: Path | None = None) -> ChangeBase:
    """The merge base of HEAD and a revision, with the reviews of the change; an empty tree if there is none."""
    reviewers = load_reviewers(reviews, git_root(folder), reviewed_commits(folder, revision)) if reviews else None
    base_commit = merge_base(folder, revision)
    if base_commit is None:
        return ChangeBase(MemoryTree({}, label="nothing"), datetime.now(UTC).date())
    commit, day = base_commit
    return ChangeBase(
        open_base(folder, commit, PROJECT_FILE),
        day,
        lambda path: (open_revision(folder, state) for state in commits_touching(folder, path, commit)),
        lambda paths: day_of_last_change(folder, commit, paths),
        revision,
        reviewers,
    )

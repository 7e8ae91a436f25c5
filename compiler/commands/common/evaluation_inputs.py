"""Inputs of a policy evaluation: the base of a change, and the baseline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from compiler.commands.common.project import merge_base_with, open_tree
from compiler.foundation.errors import UsageError
from compiler.pipeline.change_base import ChangeBase
from compiler.policy.baseline import EMPTY_BASELINE, Baseline, parse_baseline
from compiler.source.memory_tree import MemoryTree


def load_change_base(folder: Path, revision: str | None) -> ChangeBase | None:
    """The merge base of HEAD and a revision; an empty tree if there is none, nothing without a revision."""
    if revision is None:
        return None
    base_commit = merge_base_with(folder, revision)
    if base_commit is None:
        return ChangeBase(MemoryTree({}, label="nothing"), datetime.now(UTC).date())
    from compiler.source.revision import (  # noqa: PLC0415 - it loads `subprocess`, which takes 15 ms, and only comparisons need it
        commits_touching,
        day_of_last_change,
    )

    commit, day = base_commit
    return ChangeBase(
        open_tree(folder, commit),
        day,
        lambda path: (open_tree(folder, state) for state in commits_touching(folder, path, commit)),
        lambda paths: day_of_last_change(folder, commit, paths),
        revision,
    )


def load_baseline(path: Path | None) -> Baseline:
    """The baseline of a file, empty without one; raises `UsageError` for a file that is not a baseline."""
    if path is None:
        return EMPTY_BASELINE
    try:
        return parse_baseline(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise UsageError(f"{path} is not a baseline: {error}", help="create one with --write-baseline") from error

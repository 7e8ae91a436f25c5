"""Inputs of a policy evaluation: the base of a change, and the baseline."""

from __future__ import annotations

from pathlib import Path

from compiler.foundation.errors import UsageError
from compiler.pipeline.change_base import ChangeBase
from compiler.policy.baseline import EMPTY_BASELINE, Baseline, parse_baseline


def load_change_base(folder: Path, revision: str | None, reviews: Path | None = None) -> ChangeBase | None:
    """The merge base of HEAD and a revision; an empty tree if there is none, nothing without a revision."""
    if revision is None:
        if reviews is not None:
            raise UsageError("--reviews requires --changed-since", help="name the base of the pull request")
        return None
    from compiler.commands.common.merge_bases import change_base_of  # noqa: PLC0415 - it loads `subprocess`, and only comparisons need it

    return change_base_of(folder, revision, reviews)


def load_baseline(path: Path | None) -> Baseline:
    """The baseline of a file, empty without one; raises `UsageError` for a file that is not a baseline."""
    if path is None:
        return EMPTY_BASELINE
    try:
        return parse_baseline(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise UsageError(f"{path} is not a baseline: {error}", help="create one with --write-baseline") from error

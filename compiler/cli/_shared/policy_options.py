"""Options of the commands that ask policies: on which day, since when, and what is known already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.foundation.errors import UsageError

if TYPE_CHECKING:
    from compiler.pipeline.session import ChangeBase
    from compiler.policy.baseline import Baseline

F = TypeVar("F", bound=Callable[..., Any])


def as_of_option(function: F) -> F:
    """`--as-of`: the day that policies are judged on."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="Judge policies and waivers as on this day; by default today, in UTC.",
    )(function)


def evaluation_options(function: F) -> F:
    """`--as-of`, `--changed-since` and `--baseline`: what findings of policies count."""
    changed_since = click.option(
        "--changed-since",
        metavar="REVISION",
        help="What only the calendar made mandatory fails models alone that changed since then: for pull requests.",
    )
    baseline = click.option(
        "--baseline",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Findings of policies that this file knows do not count.",
    )
    return changed_since(baseline(as_of_option(function)))


def load_change_base(folder: Path, revision: str | None) -> ChangeBase | None:
    """Where the change at hand began: the last commit that it has in common with a revision; from nothing before the first one."""
    if revision is None:
        return None
    from compiler.pipeline.session import ChangeBase  # noqa: PLC0415 - help needs none of it
    from compiler.source.memory_tree import MemoryTree  # noqa: PLC0415 - likewise
    from compiler.source.revision import merge_base, open_revision  # noqa: PLC0415 - as in open_tree

    base_commit = merge_base(folder, revision)
    if base_commit is None:
        return ChangeBase(MemoryTree({}, label="nothing"), datetime.now(UTC).date())
    commit, day = base_commit
    return ChangeBase(open_revision(folder, commit), day)


def load_baseline(path: Path | None) -> Baseline:
    """What a baseline knows, nothing where there is no file; raises `UsageError` for one that is no baseline."""
    from compiler.policy.baseline import EMPTY_BASELINE, parse_baseline  # noqa: PLC0415 - help needs none of what a run does

    if path is None:
        return EMPTY_BASELINE
    try:
        return parse_baseline(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise UsageError(f"{path} is no baseline: {error}", help="write one with --write-baseline") from error

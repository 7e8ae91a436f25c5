"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from compiler.cli._shared.date_option import DateType
from compiler.cli._shared.path_type import PathType

F = TypeVar("F", bound=Callable[..., object])


def project_options(function: F) -> F:
    """`--project` and `--rev`."""
    rev = click.option("--rev", metavar="REVISION", help="Read this git revision instead of the work tree.")
    return root_option(rev(function))


def root_option(function: F) -> F:
    """`--project`."""
    return click.option(
        "--project",
        "root",
        type=PathType(files=False),
        metavar="DIR",
        help="Project folder. [default: the nearest folder with a modelyard.yaml, from the current one upwards]",
    )(function)


def environment_option(function: F) -> F:
    """`--env`, which may be repeated."""
    return click.option(
        "--env", "environments", multiple=True, metavar="NAME", help="Only this environment. May be repeated."
    )(function)


def run_options(function: F) -> F:
    """`--jobs` and `measuring_options`: how results are computed and measured; they change no result."""
    jobs = click.option(
        "--jobs",
        "-j",
        type=click.IntRange(min=1),
        metavar="N",
        help="Compute in this many processes. [default: the number of cores; small projects use one process]",
    )
    return jobs(measuring_options(function))


def measuring_options(function: F) -> F:
    """`--no-cache`, `--timings` and `--profile`."""
    no_cache = click.option(
        "--no-cache", is_flag=True, help="Compute everything again; read and write no results of other runs."
    )
    timings = click.option(
        "--timings",
        is_flag=True,
        help="Print the time by stage and the slowest models, emitters and policies; one process.",
    )
    profile = click.option(
        "--profile",
        type=PathType(folders=False, writes=True),
        metavar="FILE",
        help="Write a profile of the main process to this file, for `python -m pstats`.",
    )
    return no_cache(timings(profile(function)))


def format_option(*formats: str, help_text: str = "Output format.") -> Callable[[F], F]:
    """`--format`."""
    return click.option(
        "--format", "format_", type=click.Choice(formats), default="text", show_default=True, help=help_text
    )


def output_option(help_text: str = "Write the output to this file instead of stdout.") -> Callable[[F], F]:
    """`--output`, a file."""
    return click.option("--output", "-o", type=PathType(folders=False, writes=True), metavar="FILE", help=help_text)


def write_options(function: F) -> F:
    """`--output`, a folder, and `--check` of the commands that write what a build renders."""
    output = click.option(
        "--output",
        "-o",
        type=PathType(files=False),
        metavar="DIR",
        help="Write all files to this folder. Outside of the repository, give an absolute path. "
        "[default: the project's `output`, or build/; committed files stay in place]",
    )
    check = click.option(
        "--check", "check_", is_flag=True, help="Write nothing; exit with 1 if committed artifacts are out of date."
    )
    return output(check(function))


def verbose_option(function: F) -> F:
    """`--verbose` of the commands that report notices about shipped files."""
    help_text = "Show each notice about a shipped file instead of their number."
    return click.option("--verbose", "-v", is_flag=True, help=help_text)(function)


def diff_option(function: F) -> F:
    """`--diff` of the commands that edit specs."""
    return click.option("--diff", is_flag=True, help="Show the edit as a diff; write nothing.")(function)


def as_of_option(help_text: str) -> Callable[[F], F]:
    """`--as-of`: the date of the evaluation."""
    return click.option("--as-of", type=DateType(), metavar="YYYY-MM-DD", help=help_text)


policy_date_option = as_of_option("Evaluate policies and waivers as of this date. [default: today in UTC]")


def baseline_option(function: F) -> F:
    """`--baseline`."""
    return click.option(
        "--baseline",
        type=PathType(exists=True, folders=False),
        metavar="FILE",
        help="Ignore the policy findings listed in this file.",
    )(function)


def evaluation_options(function: F) -> F:
    """`--as-of`, `--changed-since` and `--baseline`: which findings of policies count."""
    changed_since = click.option(
        "--changed-since",
        metavar="REVISION",
        help="For pull requests: what only a date made fail fails only models that changed since REVISION, and no rollback.",
    )
    return changed_since(baseline_option(policy_date_option(function)))


_FILTER_OPTIONS = (
    ("--owner", "owners", "TEAM", "Only models owned by this team."),
    ("--tier", "tiers", "TIER", "Only models of this risk tier."),
    ("--type", "types", "TYPE", "Only models of this type."),
    ("--regime", "regimes", "REGIME[=CLASS]", "Only models whose use case is classified under this regime."),
    ("--lifecycle", "lifecycles", "STATE", "Only models in this lifecycle state."),
)


def filter_options(function: F) -> F:
    """`--owner` and the other filters of models: repeated values widen a filter, different filters narrow the result."""
    missing_option = click.option(
        "--missing", is_flag=True, help="Only models whose records have missing fields (for the given regimes, if any)."
    )
    due_option = click.option(
        "--due-before",
        type=DateType(),
        metavar="YYYY-MM-DD",
        help="Only models with a deadline before this date.",
    )
    function = environment_option(due_option(missing_option(function)))
    for name, variable, metavar, help_text in reversed(_FILTER_OPTIONS):
        function = click.option(name, variable, multiple=True, metavar=metavar, help=f"{help_text} May be repeated.")(
            function
        )
    return function

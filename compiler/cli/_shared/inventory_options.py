"""Options that choose models of an inventory, and what they may say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.streams import print_status
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match

if TYPE_CHECKING:
    from compiler.inventory.row import Inventory
    from compiler.inventory.row_filters import InventoryFilter
    from compiler.pipeline.session import Session

F = TypeVar("F", bound=Callable[..., Any])

_FILTER_OPTIONS = (
    ("--owner", "owners", "NAME", "Only models of this Team."),
    ("--tier", "tiers", "TIER", "Only models of this tier of risk."),
    ("--type", "types", "TYPE", "Only models of this type."),
    (
        "--regime",
        "regimes",
        "REGIME[=CLASS]",
        "Only models whose use case has a class in this regime, or has this class.",
    ),
    ("--lifecycle", "lifecycles", "NAME", "Only models that are so far."),
)


def filter_options(function: F) -> F:
    """`--owner` and the others: a word repeated asks for either, different ones narrow."""
    missing_option = click.option(
        "--missing", is_flag=True, help="Only models of which records lack a fact, of the regimes named if any is."
    )
    due_option = click.option(
        "--due-before",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="Only models of which something lapses before this day.",
    )
    function = common_options.environment_option(due_option(missing_option(function)))
    for name, variable, metavar, help_text in reversed(_FILTER_OPTIONS):
        function = click.option(name, variable, multiple=True, metavar=metavar, help=f"{help_text} May be repeated.")(
            function
        )
    return function


def parse_filter(run: Session, filter_values: dict[str, Any]) -> InventoryFilter:
    """What the options ask for; raises `UsageError` for a word that stands for nothing, so that no misspelling finds nothing."""
    from compiler.inventory.columns import LIFECYCLES, TIERS  # noqa: PLC0415 - likewise
    from compiler.inventory.row_filters import InventoryFilter  # noqa: PLC0415 - help needs none of what a run does

    common_options.require_environments(run.fleet, filter_values["environments"])
    _require_known("Team", filter_values["owners"], run.portfolio.by_kind("Team"))
    _require_known("tier", filter_values["tiers"], TIERS)
    _require_known("type", filter_values["types"], run.language.types)
    _require_known("lifecycle", filter_values["lifecycles"], LIFECYCLES)
    _require_known(
        "regime",
        [regime.partition("=")[0] for regime in filter_values["regimes"]],
        _known_regimes(run) if filter_values["regimes"] else (),
    )
    due_before: datetime | None = filter_values.pop("due_before")
    return InventoryFilter(**filter_values, due_before=due_before.date() if due_before else None)


def _known_regimes(run: Session) -> list[str]:
    use_case_regimes = (
        classification.regime for case in run.inventory.use_cases for classification in case.classification
    )
    return sorted(
        {*use_case_regimes, *(record_counts.regime for row in run.inventory.models for record_counts in row.facts)}
    )


def _require_known(label: str, values: Iterable[str], known_names: Iterable[str]) -> None:
    names = list(known_names)
    for value in values:
        if value not in names:
            suggestion = closest_match(value, names)
            help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(names)}" if names else None
            raise UsageError(f"there is no {label} `{value}`", help=help_)


def report_excluded(inventory: Inventory) -> int:
    """Say what is missing, because it does not hold together; the exit code that says so too."""
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - help needs none of it

    for document in inventory.excluded_documents:
        print_status(
            f"left out, since it does not hold together: {to_printable(f'{document.kind} {document.name}'.strip())}"
        )
    if inventory.excluded_documents:
        print_status("`modelyard check` says why")
    return 1 if inventory.excluded_documents else 0


def evaluation_date(as_of: datetime | None, run: Session) -> date:
    """The day that a command is about."""
    return as_of.date() if as_of else run.as_of

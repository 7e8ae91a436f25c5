"""Options that choose models of an inventory, and what they may say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.cli._shared import common_options as options
from compiler.cli._shared.streams import tell
from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match

if TYPE_CHECKING:
    from compiler.inventory.row import Inventory
    from compiler.inventory.row_filters import InventoryFilter
    from compiler.pipeline.session import Session

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
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


def filters(function: F) -> F:
    """`--owner` and the others: a word repeated asks for either, different ones narrow."""
    missing = click.option(
        "--missing", is_flag=True, help="Only models of which records lack a fact, of the regimes named if any is."
    )
    due = click.option(
        "--due-before",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="Only models of which something lapses before this day.",
    )
    function = options.environments(due(missing(function)))
    for name, variable, metavar, told in reversed(_OPTIONS):
        function = click.option(name, variable, multiple=True, metavar=metavar, help=f"{told} May be repeated.")(
            function
        )
    return function


def wanted(run: Session, words: dict[str, Any]) -> InventoryFilter:
    """What the options ask for; raises `UsageError` for a word that stands for nothing, so that no misspelling finds nothing."""
    from compiler.inventory.columns import LIFECYCLES, TIERS  # noqa: PLC0415 - likewise
    from compiler.inventory.row_filters import InventoryFilter  # noqa: PLC0415 - help needs none of what a run does

    options.require_environments(run.fleet, words["environments"])
    _require("Team", words["owners"], run.portfolio.by_kind("Team"))
    _require("tier", words["tiers"], TIERS)
    _require("type", words["types"], run.language.types)
    _require("lifecycle", words["lifecycles"], LIFECYCLES)
    _require("regime", [word.partition("=")[0] for word in words["regimes"]], _regimes(run) if words["regimes"] else ())
    before: datetime | None = words.pop("due_before")
    return InventoryFilter(**words, due_before=before.date() if before else None)


def _regimes(run: Session) -> list[str]:
    used = (one.regime for case in run.inventory.use_cases for one in case.classification)
    return sorted({*used, *(facts.regime for row in run.inventory.models for facts in row.facts)})


def _require(what: str, words: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    for word in words:
        if word not in names:
            near = closest_match(word, names)
            help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(names)}" if names else None
            raise UsageError(f"there is no {what} `{word}`", help=help_)


def tell_left_out(inventory: Inventory) -> int:
    """Say what is missing, because it does not hold together; the exit code that says so too."""
    from compiler.report.text_report import to_printable  # noqa: PLC0415 - help needs none of it

    for one in inventory.excluded_documents:
        tell(f"left out, since it does not hold together: {to_printable(f'{one.kind} {one.name}'.strip())}")
    if inventory.excluded_documents:
        tell("`modelyard check` says why")
    return 1 if inventory.excluded_documents else 0


def today(as_of: datetime | None, run: Session) -> date:
    """The day that a command is about."""
    return as_of.date() if as_of else run.as_of

"""The models of an inventory that a command's filters select."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from compiler.commands.common.name_checks import require_environments, require_known
from compiler.commands.common.streams import print_status
from compiler.inventory.columns import LIFECYCLES, TIERS
from compiler.inventory.row import Inventory
from compiler.inventory.row_filters import InventoryFilter
from compiler.pipeline.session import Session
from compiler.report.text_report import to_printable


class FilterOptions(TypedDict):
    """The values of `compiler.cli._shared.common_options.filter_options`."""

    owners: tuple[str, ...]
    tiers: tuple[str, ...]
    types: tuple[str, ...]
    regimes: tuple[str, ...]
    lifecycles: tuple[str, ...]
    environments: tuple[str, ...]
    missing: bool
    due_before: datetime | None


def parse_filter(session: Session, options: FilterOptions) -> InventoryFilter:
    """The filter; raises `UsageError` for an unknown name, so that a misspelled name never selects nothing."""
    require_environments(session.fleet, options["environments"])
    require_known("Team", options["owners"], session.portfolio.by_kind("Team"))
    require_known("tier", options["tiers"], TIERS)
    require_known("type", options["types"], session.language.types)
    require_known("lifecycle", options["lifecycles"], LIFECYCLES)
    if options["regimes"]:
        regimes = [regime.partition("=")[0] for regime in options["regimes"]]
        require_known("regime", regimes, _known_regimes(session.inventory))
    due_before = options["due_before"]
    return InventoryFilter(
        owners=options["owners"],
        tiers=options["tiers"],
        types=options["types"],
        regimes=options["regimes"],
        lifecycles=options["lifecycles"],
        environments=options["environments"],
        due_before=due_before.date() if due_before else None,
        missing=options["missing"],
    )


def _known_regimes(inventory: Inventory) -> list[str]:
    use_case_regimes = (classification.regime for case in inventory.use_cases for classification in case.classification)
    record_regimes = (record_counts.regime for row in inventory.models for record_counts in row.record_fields)
    return sorted({*use_case_regimes, *record_regimes})


def report_excluded(inventory: Inventory) -> int:
    """Print the documents that are left out because they have errors; return the exit code."""
    for document in inventory.excluded_documents:
        print_status(f"skipped because of errors: {to_printable(f'{document.kind} {document.name}'.strip())}")
    if inventory.excluded_documents:
        print_status("run `modelyard check` to see the errors")
    return 1 if inventory.excluded_documents else 0


def evaluation_date(as_of: datetime | None, session: Session) -> date:
    """The date that deadlines are compared with."""
    return as_of.date() if as_of else session.as_of

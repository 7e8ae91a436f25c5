"""Checks of the names in a command's options: a misspelled name is an error, not an empty result."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.resolve.fleet import Fleet
from compiler.spec.portfolio import Portfolio


def require_known(label: str, names: Iterable[str], known_names: Iterable[str]) -> None:
    """Raise `UsageError` for a name that is not among the known ones."""
    available_names = list(known_names)
    for name in names:
        if name not in available_names:
            suggestion = closest_match(name, available_names)
            fallback = f"one of: {', '.join(available_names)}" if available_names else None
            raise UsageError(
                f"there is no {label} `{name}`", help=f"did you mean `{suggestion}`?" if suggestion else fallback
            )


def require_models(portfolio: Portfolio, names: Iterable[str]) -> None:
    """Raise `UsageError` for a name that is no Model of the project, whether the Model is valid or not."""
    for name in names:
        if not portfolio.has_document("Model", name):
            suggestion = closest_match(name, portfolio.by_kind("Model"))
            raise UsageError(
                f"there is no model `{name}`",
                help=f"did you mean `{suggestion}`?" if suggestion else "run `modelyard inventory` to list all models",
            )


def require_environments(fleet: Fleet, names: Iterable[str]) -> None:
    """Raise `UsageError` for a name that is no Environment of the project."""
    require_known("Environment", names, fleet.environments)

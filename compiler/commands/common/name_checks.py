"""Checks of the names in a command's options: a misspelled name is an error, not an empty result."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.resolve.fleet import Fleet
from compiler.spec.model_lookup import is_path, kinds_at, models_at, unknown_model_error
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


def resolve_models(portfolio: Portfolio, folder: Path, words: Iterable[str]) -> tuple[str, ...]:
    """The names of the models that words mean: names of Models, valid or not, and paths of files and folders with Models."""
    names: dict[str, None] = {}
    for word in words:
        names |= dict.fromkeys(_models_of_word(portfolio, folder, word))
    return tuple(names)


def _models_of_word(portfolio: Portfolio, folder: Path, word: str) -> tuple[str, ...]:
    if portfolio.has_document("Model", word):
        return (word,)
    path = next((path for path in (Path(word).resolve(), folder / word) if path.exists()), None)
    if path is None and not is_path(word):
        raise unknown_model_error(portfolio, word)
    if path is None or not path.is_relative_to(folder):
        raise UsageError(f"there is no file {word} in the project", help="name a model, or the file of its spec")
    tree_path = path.relative_to(folder).as_posix()
    names = models_at(portfolio, tree_path)
    if not names:
        kinds = kinds_at(portfolio, tree_path)
        raise UsageError(
            f"{word} defines no model" if kinds else f"{word} defines no valid model",
            help=f"it defines: {', '.join(kinds)}" if kinds else f"run `modelyard check {word}`",
        )
    return names


def resolve_model(portfolio: Portfolio, folder: Path, word: str) -> str:
    """The name of the one model that a word means; raises `UsageError` if there are several."""
    names = resolve_models(portfolio, folder, (word,))
    if len(names) > 1:
        raise UsageError(f"{word} defines {len(names)} models", help=f"name one of: {', '.join(names)}")
    return names[0]


def require_environments(fleet: Fleet, names: Iterable[str]) -> None:
    """Raise `UsageError` for a name that is no Environment of the project."""
    require_known("Environment", names, fleet.environments)

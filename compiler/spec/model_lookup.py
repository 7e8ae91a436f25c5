"""Looks up models by the words of a command line: names, and paths of files and folders."""

from collections.abc import Sequence

from compiler.foundation.errors import UsageError
from compiler.foundation.suggestions import closest_match
from compiler.spec.portfolio import ModelSpec, Portfolio

_MAX_LISTED_NAMES = 6


def require_valid_model(portfolio: Portfolio, name: str) -> ModelSpec:
    """The model of that name; raises `UsageError` if there is none, or if it has errors."""
    models = portfolio.by_kind("Model")
    if name not in models:
        raise unknown_model_error(portfolio, name)
    return models[name]


def unknown_model_error(portfolio: Portfolio, name: str) -> UsageError:
    """The error for a name that is not a valid model: it names what has that name, or suggests the closest model."""
    models = portfolio.by_kind("Model")
    if portfolio.is_broken("Model", name):
        return UsageError(f"the model `{name}` has errors", help="run `modelyard check` to see them")
    kind = next((kind for kind, specs in portfolio.specs.items() if name in specs), None)
    if kind is not None:
        return UsageError(
            f"there is no model `{name}`", help=f"`{name}` is a {kind}; known models: {_listed(tuple(models))}"
        )
    broken_models = (broken_name for broken_kind, broken_name in portfolio.broken_names if broken_kind == "Model")
    suggestion = closest_match(name, [*models, *broken_models])
    return UsageError(
        f"there is no model `{name}`",
        help=f"did you mean `{suggestion}`?" if suggestion else f"known models: {_listed(tuple(models))}",
    )


def _listed(names: Sequence[str]) -> str:
    quoted_names = ", ".join(f"`{name}`" for name in names[:_MAX_LISTED_NAMES])
    if not names:
        return "none yet: write one with `modelyard new model`"
    return (
        f"{quoted_names} …; run `modelyard inventory` to list all" if len(names) > _MAX_LISTED_NAMES else quoted_names
    )


def models_at(portfolio: Portfolio, path: str) -> tuple[str, ...]:
    """The names of the models that a file, or the files below a folder, define."""
    return tuple(
        name
        for name, spec in portfolio.by_kind("Model").items()
        if path in {spec.document.path, "."} or spec.document.path.startswith(f"{path}/")
    )


def kinds_at(portfolio: Portfolio, path: str) -> tuple[str, ...]:
    """The valid documents of a file, such as `Team risk`."""
    return tuple(
        f"{kind} {name}"
        for kind, specs in portfolio.specs.items()
        for name, spec in specs.items()
        if spec.document.path == path
    )


def is_path(word: str) -> bool:
    """Whether a word is a path, because no name of a model looks like it."""
    return "/" in word or word.endswith((".yaml", ".yml"))

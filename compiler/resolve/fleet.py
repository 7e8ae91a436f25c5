"""The fleet: every model in every environment, resolved when it is asked for.

What reads a part of the fleet does so through one `Fleet`, which records each look-up, misses too: they are what a
result depends on beside its own model.
"""

from collections import OrderedDict
from collections.abc import Container, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple, TypeAlias

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer, as_list, as_object, as_str
from compiler.resolve.dependencies import asks
from compiler.resolve.layers import NOT_A_FIELD, Layers
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import Resolver
from compiler.source.tree import Tree
from compiler.spec.language import Language
from compiler.spec.portfolio import Portfolio, Spec

__all__ = ["NOT_A_FIELD", "Fleet", "Lookup", "Release", "ResolvedModel"]

_REMEMBERED = 4096
Only: TypeAlias = Container[str] | None
"""Names of the models that are judged, all where it is `None`."""
NOWHERE: tuple[None] = (None,)
"""For a model that is listed nowhere."""


class Lookup(NamedTuple):
    """Something that was asked of the fleet, and whether it was there."""

    kind: str
    name: str
    environment: str
    found: bool


class Fleet:
    """One accessor to everything that is not the model at hand."""

    def __init__(self, portfolio: Portfolio, language: Language, tree: Tree) -> None:
        self.portfolio = portfolio
        self.language = language
        self.tree = tree
        self.layers = Layers(portfolio, language)
        self.lookups: set[Lookup] = set()
        self._resolver = Resolver(portfolio, language, tree, self.layers)
        self._resolved: OrderedDict[tuple[str, str | None], tuple[ResolvedModel | None, tuple[Finding, ...]]] = (
            OrderedDict()
        )

    @property
    def environments(self) -> tuple[str, ...]:
        """Names of Environments in order of promotion; a name without a document is not among them."""
        known = self.portfolio.of("Environment")
        return tuple(dict.fromkeys(name for _, name in promotions(self.portfolio) if name in known))

    def deployments(self) -> Iterator[tuple[str, str]]:
        """Every model and environment that it is listed in, by name, then in order of promotion."""
        environments = self.environments
        for name, spec in self.portfolio.of("Model").items():
            listed = as_object(spec.data.get("environments"))
            yield from ((name, environment) for environment in environments if environment in listed)

    def find(self, kind: str, name: str) -> Spec | None:
        """A document by kind and name."""
        found = self.portfolio.of(kind).get(name)
        self.lookups.add(Lookup(kind, name, "", found is not None))
        return found

    def model(self, name: str, environment: str) -> ResolvedModel | None:
        """Another model in an environment; `None` where it does not run there or is broken."""
        spec = self.portfolio.of("Model").get(name)
        runs = spec is not None and environment in as_object(spec.data.get("environments"))
        found = self.resolve(name, environment)[0] if runs else None
        self.lookups.add(Lookup("Model", name, environment, found is not None))
        return found

    @property
    def may_hold_circles(self) -> bool:
        """Whether what models say of whom they use leads back to where it began, environments aside."""
        try:
            TopologicalSorter(self._resolver.users_by_text).prepare()
        except CycleError:
            return True
        return False

    def users(self, name: str, environment: str) -> tuple[str, ...]:
        """Models that run in the environment and use the one named, in order of name."""
        self.lookups.add(Lookup("users of Model", name, environment, found=True))
        return tuple(user for user in self._candidates(name) if self._uses(user, name, environment))

    def places(self, name: str) -> tuple[str, ...] | tuple[None]:
        """Where a model is judged: in each of its environments that there is; with none, its general layers alone are."""
        listed = as_object(self.portfolio.of("Model")[name].data.get("environments"))
        return tuple(place for place in self.environments if place in listed) or NOWHERE

    def resolve(self, name: str, environment: str | None) -> tuple[ResolvedModel | None, tuple[Finding, ...]]:
        """A model in an environment, its general layers alone where that is `None`; or what keeps it from being resolved."""
        key = (name, environment)
        if key not in self._resolved:
            self._resolved[key] = self._resolver.resolve(self.portfolio.of("Model")[name], environment)
            if len(self._resolved) > _REMEMBERED:
                self._resolved.popitem(last=False)
        return self._resolved[key]

    def _candidates(self, name: str) -> tuple[str, ...]:
        return self._resolver.users_by_text.get(name, ())

    def _uses(self, user: str, name: str, environment: str) -> bool:
        spec = self.portfolio.of("Model")[user]
        if environment not in as_object(spec.data.get("environments")):
            return False
        resolved, _ = self.resolve(user, environment)
        if resolved is None:
            return False
        asked = asks(resolved, self.language.type(spec.text("type")))
        return any(ask.itself and ask.name == name for ask in asked)


def groups(portfolio: Portfolio) -> Iterator[tuple[str, ...]]:
    """The environments that the project lists, in order of promotion; those that are promoted together stand together."""
    for group in as_list(portfolio.project.data.get("environments")):
        yield (group,) if isinstance(group, str) else tuple(map(as_str, as_list(group)))


def judged(fleet: Fleet, only: Only) -> Iterator[Spec]:
    """The models that are judged."""
    models = fleet.portfolio.of("Model")
    yield from models.values() if only is None else (spec for name, spec in models.items() if name in only)


def promotions(portfolio: Portfolio) -> Iterator[tuple[Pointer, str]]:
    """The names that the project lists, in order of promotion, each with its place in the project file."""
    for index, group in enumerate(as_list(portfolio.project.data.get("environments"))):
        if isinstance(group, str):
            yield ("environments", index), group
        for inner, name in enumerate(as_list(group)):
            yield ("environments", index, inner), as_str(name)

"""The fleet: every model in every environment, resolved on demand.

Other models and documents are read only through the `Fleet`, whose `reads` record each look-up, including misses: a result depends
on them in addition to its own model.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Literal, overload

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.layers import NOT_A_FIELD, Layers
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import Resolver
from compiler.source.read_log import DEPENDENTS, Read, ReadLog
from compiler.source.tree import Tree
from compiler.spec.language import Language
from compiler.spec.portfolio import (
    DatasetSpec,
    EnvironmentSpec,
    InvalidModel,
    ModelSpec,
    Portfolio,
    Spec,
    TeamSpec,
    UseCaseSpec,
    header_items,
)

__all__ = ["NOT_A_FIELD", "Fleet", "Release", "ResolvedModel"]

_CACHE_SIZE = 4096
NO_ENVIRONMENT: tuple[None] = (None,)
"""Marks a model that is listed in no environment."""


class Fleet:
    """Access to everything other than the model at hand."""

    def __init__(self, portfolio: Portfolio, language: Language, tree: Tree, reads: ReadLog | None = None) -> None:
        """`reads`: the log of `tree` and of the portfolio's documents; a log of its own records little."""
        self.reads = reads or ReadLog()
        self.portfolio = portfolio
        self.language = language
        self.tree = tree
        self.layers = Layers(portfolio, language, self.reads)
        self._resolver = Resolver(portfolio, language, tree, self.layers)
        self._resolved_models: OrderedDict[tuple[str, str | None], tuple[ResolvedModel | None, tuple[Finding, ...]]] = (
            OrderedDict()
        )
        self._resolved_counts: Counter[str] = Counter()
        self._reads_by_model: dict[str, set[Read]] = {}

    @property
    def environments(self) -> tuple[str, ...]:
        """The names of environments in order of promotion; names without a document are left out."""
        specs = self.portfolio.by_kind("Environment")
        return tuple(dict.fromkeys(name for _, name in promotion_entries(self.portfolio) if name in specs))

    def deployments(self) -> Iterator[tuple[str, str]]:
        """Every deployment: model and environment, by name, then in order of promotion."""
        environments = self.environments
        for name, spec in header_items(self.portfolio.by_kind("Model")):
            environment_entries = spec.header.environments
            yield from ((name, environment) for environment in environments if environment in environment_entries)

    @overload
    def find(self, kind: Literal["Model"], name: str) -> ModelSpec | None: ...
    @overload
    def find(self, kind: Literal["Environment"], name: str) -> EnvironmentSpec | None: ...
    @overload
    def find(self, kind: Literal["Dataset"], name: str) -> DatasetSpec | None: ...
    @overload
    def find(self, kind: Literal["Team"], name: str) -> TeamSpec | None: ...
    @overload
    def find(self, kind: Literal["UseCase"], name: str) -> UseCaseSpec | None: ...
    @overload
    def find(self, kind: str, name: str) -> Spec | None: ...
    def find(self, kind: str, name: str) -> Spec | None:
        """A document by kind and name."""
        return self.portfolio.by_kind(kind).get(name)

    def model(self, name: str, environment: str) -> ResolvedModel | None:
        """Another model in an environment; `None` if it does not run there, or if it or the environment is invalid."""
        spec = self.portfolio.by_kind("Model").get(name)
        is_valid = environment in self.portfolio.by_kind("Environment")
        is_deployed = spec is not None and is_valid and environment in spec.header.environments
        return self.resolve(name, environment)[0] if is_deployed else None

    @property
    def may_have_cycles(self) -> bool:
        """Whether the dependencies of models, ignoring environments, contain a cycle."""
        try:
            TopologicalSorter(self._resolver.dependents_index).prepare()
        except CycleError:
            return True
        return False

    def dependents(self, name: str, environment: str) -> tuple[str, ...]:
        """The models in the environment that use the named one, by name."""
        return tuple(
            dependent for dependent in self.candidate_dependents(name) if self._depends_on(dependent, name, environment)
        )

    def environments_of(self, name: str) -> tuple[str, ...] | tuple[None]:
        """The environments in which a model is checked; `None` alone, for its base layers, if it is not deployed."""
        environment_entries = self.portfolio.by_kind("Model")[name].header.environments
        return (
            tuple(environment for environment in self.environments if environment in environment_entries)
            or NO_ENVIRONMENT
        )

    def missing_keys(self, model: InvalidModel) -> Iterator[Finding]:
        """The keys that no layer of an invalid model sets, in any of its environments."""
        environments = self.portfolio.by_kind("Environment")
        names = [name for name in model.spec.data.get("environments", {}) if name in environments]
        for environment in [environments[name] for name in names] or NO_ENVIRONMENT:
            yield from self._resolver.missing_keys(model, environment)

    def resolve(self, name: str, environment: str | None) -> tuple[ResolvedModel | None, tuple[Finding, ...]]:
        """A model in an environment (`None`: its base layers), or the findings that prevent resolving it."""
        key = (name, environment)
        model_reads = self._reads_by_model.setdefault(name, set())
        if key not in self._resolved_models:
            with self.reads.recording() as reads:
                self._resolved_models[key] = self._resolver.resolve(self.portfolio.by_kind("Model")[name], environment)
            self._resolved_counts[name] += 1
            model_reads |= reads
            if len(self._resolved_models) > _CACHE_SIZE:
                self._forget_first()
        self.reads.add_all(model_reads)  # the resolver shares parts among the environments of a model
        return self._resolved_models[key]

    def _forget_first(self) -> None:
        """Forget the model that was resolved first; also what it read, if no part of it is remembered."""
        (name, _), _ = self._resolved_models.popitem(last=False)
        self._resolved_counts[name] -= 1
        if not self._resolved_counts[name] and not self._resolver.remembers(name):
            del self._resolved_counts[name], self._reads_by_model[name]

    def candidate_dependents(self, name: str) -> tuple[str, ...]:
        """The models of which a layer or a release may use the named one."""
        self.reads.add(DEPENDENTS, name)
        with self.reads.paused():
            return self._resolver.dependents_index.get(name, ())

    def _depends_on(self, dependent: str, name: str, environment: str) -> bool:
        spec = self.portfolio.by_kind("Model")[dependent]
        if environment not in spec.header.environments:
            return False
        resolved_model, _ = self.resolve(dependent, environment)
        if resolved_model is None:
            return False
        dependencies = model_dependencies(resolved_model, self.language.type_language(spec.header.type))
        return any(dependency.is_direct and dependency.name == name for dependency in dependencies)


def promotion_groups(portfolio: Portfolio) -> Iterator[tuple[str, ...]]:
    """The environments that the project lists, in order of promotion and grouped as they are promoted."""
    for group in portfolio.project.data["environments"]:
        yield (group,) if isinstance(group, str) else tuple(group)


def promotion_entries(portfolio: Portfolio) -> Iterator[tuple[Pointer, str]]:
    """The names that the project lists, in order of promotion, each with its pointer in the project file."""
    for index, group in enumerate(portfolio.project.data["environments"]):
        if isinstance(group, str):
            yield ("environments", index), group
        else:
            yield from ((("environments", index, inner), name) for inner, name in enumerate(group))

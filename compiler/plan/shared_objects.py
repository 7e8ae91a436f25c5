"""Objects that two models would share in a cluster, those that controllers make included."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeAlias, TypeVar

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Pointer
from compiler.plan.context.adoption import ADOPT_FIELD, ADOPT_POINTER, base_name, cluster_name
from compiler.plan.context.emitter_evaluation import EmitterEvaluator
from compiler.plan.emitters.conditions import NAME_SECTIONS
from compiler.plan.emitters.emitter import Emitters
from compiler.plan.matching.deployment_matching import DeploymentMatcher
from compiler.resolve.field_setters import models_that_may_set
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import adoption_config, namespace
from compiler.resolve.resolved_model import ResolvedModel

_NUMBER = "#####"
"""In names: any number of five digits, with which Knative names revisions (`%05d`)."""
_WRITTEN_NUMBER = re.compile(r"(?<=-)[0-9]{5}(?=-|$)")

_Deployment: TypeAlias = tuple[str, str]
"""A model in an environment, by their names."""
_Item = TypeVar("_Item", str, tuple[str, str])


class SharedObjectChecker:
    """Compares the names that targets declare under `objectNames`; resolves only models whose names can collide."""

    def __init__(
        self, fleet: Fleet, emitters: Emitters, matcher: DeploymentMatcher, evaluator: EmitterEvaluator
    ) -> None:
        self._fleet = fleet
        self._matcher = matcher
        self._evaluator = evaluator
        self._affixes = sorted(
            {
                (entry.get("prefix", ""), entry.get("suffix", ""))
                for emitter in emitters.by_id.values()
                if emitter.is_target
                for entry in emitter.data.get("objectNames", ())
            }
        )
        self._objects: dict[_Deployment, tuple[ResolvedModel, dict[str, set[str]]] | None] = {}

    def findings(self, selected_models: Container[str] | None) -> Iterator[Finding]:
        """One finding for each two deployments that would share an object, at the one that is later by name."""
        for first, second in dict.fromkeys(self._candidates()):
            if selected_models is None or first[0] in selected_models or second[0] in selected_models:
                yield from self._pair_findings(first, second)

    def _candidates(self) -> Iterator[tuple[_Deployment, _Deployment]]:
        """Two deployments in one cluster, of models whose names and suffixes can give the same name."""
        by_cluster: dict[str, dict[str, list[str]]] = {}
        for name, environment in self._fleet.deployments():
            by_cluster.setdefault(cluster_name(self._fleet, environment), {}).setdefault(name, []).append(environment)
        yield from self._adopted_candidates(by_cluster)
        pairs = self._similar_names()
        for environments_by_model in by_cluster.values():
            for first, second in pairs:
                for environment in environments_by_model.get(first, ()):
                    for other_environment in environments_by_model.get(second, ()):
                        yield (first, environment), (second, other_environment)
            for name, environments in environments_by_model.items():
                for environment, other_environment in combinations(environments, 2):
                    yield (name, environment), (name, other_environment)

    def _similar_names(self) -> list[tuple[str, str]]:
        """Different models of which one name with a prefix and a suffix equals the other with a prefix and a suffix."""
        models = self._fleet.portfolio.by_kind("Model")
        return sorted(self._pairs_with_equal_names((model, model) for model in models))

    def _pairs_with_equal_names(self, bases: Iterable[tuple[str, _Item]]) -> set[tuple[_Item, _Item]]:
        """Pairs of items of which a name with a prefix and a suffix can be the same.

        Only a numbered suffix stands for any number: fleets number their models, and comparing all of those would take too long.
        """
        exact: dict[str, set[_Item]] = {}
        numbered: dict[str, set[_Item]] = {}
        literal: dict[str, set[_Item]] = {}
        for base, item in bases:
            for prefix, suffix in self._affixes:
                object_name = prefix + base + suffix
                exact.setdefault(object_name, set()).add(item)
                name = _numberless(object_name)
                if _is_numbered(suffix):
                    numbered.setdefault(name, set()).add(item)
                elif name != object_name:
                    literal.setdefault(name, set()).add(item)
        pairs = {pair for items in exact.values() for pair in combinations(sorted(items), 2)}
        for name in literal.keys() & numbered.keys():
            pairs |= {
                (min(one, other), max(one, other)) for one in literal[name] for other in numbered[name] if one != other
            }
        return pairs

    def _adopted_candidates(
        self, by_cluster: Mapping[str, Mapping[str, Sequence[str]]]
    ) -> Iterator[tuple[_Deployment, _Deployment]]:
        """Two deployments in one cluster of which at least one adopts objects, whose names begin with the adopted name."""
        adopting_models = models_that_may_set(self._fleet.portfolio, ADOPT_FIELD)
        for environments_by_model in by_cluster.values() if adopting_models else ():
            deployments = ((name, one) for name, environments in environments_by_model.items() for one in environments)
            pairs = self._pairs_with_equal_names((self._base_name(one, adopting_models), one) for one in deployments)
            yield from (pair for pair in sorted(pairs) if any(name in adopting_models for name, _ in pair))

    def _base_name(self, deployment: _Deployment, adopting_models: Container[str]) -> str:
        model = self._fleet.model(*deployment) if deployment[0] in adopting_models else None
        return base_name(model) if model else deployment[0]

    def _pair_findings(self, first: _Deployment, second: _Deployment) -> Iterator[Finding]:
        first_objects, second_objects = self._objects_of(first), self._objects_of(second)
        if first_objects is None or second_objects is None:
            return
        (model, names), (other_model, other_names) = first_objects, second_objects
        if namespace(model) != namespace(other_model):
            return
        adopts = bool(adoption_config(model) or adoption_config(other_model))
        if adopts and base_name(model) == base_name(other_model):
            return  # the check of adopted objects reports it
        shared_objects = (
            f"{' and '.join(sorted(kinds & other_kinds))} {min(name, other_name, key=_is_numbered)}"
            for name, kinds in sorted(names.items())
            for other_name, other_kinds in sorted(other_names.items())
            if kinds & other_kinds and _may_be_equal(name, other_name)
        )
        shared_object = next(shared_objects, None)
        if shared_object is not None:
            yield _finding(model, other_model, shared_object)

    def _objects_of(self, deployment: _Deployment) -> tuple[ResolvedModel, dict[str, set[str]]] | None:
        """A deployed model, and the kinds of its objects by name."""
        if deployment not in self._objects:
            model = self._fleet.model(*deployment)
            self._objects[deployment] = None if model is None else (model, self._object_kinds(model))
        return self._objects[deployment]

    def _object_kinds(self, model: ResolvedModel) -> dict[str, set[str]]:
        target = self._matcher.target_of(model)
        if target is None or not target.data.get("objectNames"):
            return {}
        results = self._evaluator.evaluate(model, target, NAME_SECTIONS).condition_results
        kinds_by_name: dict[str, set[str]] = {}
        for index, entry in enumerate(target.data.get("objectNames", ())):
            if results.get(("objectNames", index, "when"), True) is True:
                name = entry.get("prefix", "") + base_name(model) + entry.get("suffix", "")
                kinds_by_name.setdefault(name, set()).update(entry["kinds"])
        return kinds_by_name


def _numberless(name: str) -> str:
    """A name with `#####` in place of each number, so that it equals every name that it may have in common."""
    return _WRITTEN_NUMBER.sub(_NUMBER, name)


def _is_numbered(name: str) -> bool:
    return _NUMBER in name


def _may_be_equal(name: str, other_name: str) -> bool:
    """Whether two names of objects can be the same; `#####` equals every number."""
    if name == other_name or not (_is_numbered(name) or _is_numbered(other_name)):
        return name == other_name
    return _numberless(name) == _numberless(other_name)


def _finding(model: ResolvedModel, other: ResolvedModel, shared_objects: str) -> Finding:
    environment, other_environment = (one.environment.name if one.environment else "" for one in (model, other))
    is_same = model.name == other.name
    other_name = f"{model.name} in {environment}" if is_same else model.name
    message = f"{other.name} and {other_name} would both have the {shared_objects} in the namespace {namespace(other)}"
    help_ = (
        f"give {environment} and {other_environment} different namespaces or clusters"
        if is_same
        else "rename one of the models, and add the old name to `previousNames`; or deploy them to different namespaces"
    )
    pointer: Pointer = (*ADOPT_POINTER, "name") if "name" in adoption_config(other) else ("name",)
    finding = other.finding(codes.OBJECT_CONFLICT, message, pointer, help_, per_environment=True)
    return replace(finding, notes=(Note("the other model", model.spec.document.location(("name",))),))

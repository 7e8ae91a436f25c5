"""The differences between the policies of two revisions: what no longer applies to models, or applies less strictly, and the reverse.

Both revisions are compared for the same models. Effects on values are not evaluated here: `impact.py` does that.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from compiler.diagnostics.finding import Enforcement, Location
from compiler.foundation.json_data import Pointer
from compiler.policy.binding import Binding, bindings
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_library import PolicyLibrary
from compiler.policy.policy_terms import field_changes
from compiler.policy.waiver_comparison import waiver_changes
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import matches_policy
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio, Spec


class ChangeKind(StrEnum):
    """What changed."""

    UNBOUND = "unbound"
    REMOVED = "removed"
    NARROWED = "selector-narrowed"
    LOWERED = "enforcement-lowered"
    POSTPONED = "postponed"
    TERMS_LOOSENED = "waiver-terms-loosened"
    WAIVER_ADDED = "waiver-added"
    WAIVER_WIDENED = "waiver-widened"
    RULES_CHANGED = "rules-changed"
    BOUND = "bound"
    ADDED = "added"
    WIDENED = "selector-widened"
    RAISED = "enforcement-raised"
    ADVANCED = "advanced"
    TERMS_TIGHTENED = "waiver-terms-tightened"
    WAIVER_REMOVED = "waiver-removed"
    WAIVER_NARROWED = "waiver-narrowed"

    @property
    def is_loss(self) -> bool:
        """Whether less is required than before; unknown for rules, whose effect is that on values."""
        return self in _REVERSED


_REVERSED: Mapping[ChangeKind, ChangeKind] = MappingProxyType(
    {
        ChangeKind.UNBOUND: ChangeKind.BOUND,
        ChangeKind.REMOVED: ChangeKind.ADDED,
        ChangeKind.NARROWED: ChangeKind.WIDENED,
        ChangeKind.LOWERED: ChangeKind.RAISED,
        ChangeKind.POSTPONED: ChangeKind.ADVANCED,
        ChangeKind.TERMS_LOOSENED: ChangeKind.TERMS_TIGHTENED,
        ChangeKind.WAIVER_ADDED: ChangeKind.WAIVER_REMOVED,
        ChangeKind.WAIVER_WIDENED: ChangeKind.WAIVER_NARROWED,
    }
)


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One difference: of a binding (`name` is a policy or a pack), a policy or a waiver, with the policies and models that it is about."""

    kind: ChangeKind
    name: str
    location: Location
    """In the second revision; in its project file for a document that it lacks."""
    policies: frozenset[str]
    models: frozenset[str]
    detail: str = ""
    """The field, with its old and its new value."""

    @property
    def is_pack(self) -> bool:
        """Whether the name is that of a pack."""
        return self.name not in self.policies and self.kind in {ChangeKind.BOUND, ChangeKind.UNBOUND}


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """The differences between the policies of two revisions, losses first."""

    changes: tuple[PolicyChange, ...] = ()

    @property
    def losses(self) -> tuple[PolicyChange, ...]:
        """The changes after which less is required."""
        return tuple(change for change in self.changes if change.kind.is_loss)


@dataclass(frozen=True)
class PolicySide:
    """The policies of a revision, and the compared models as its documents bind them."""

    portfolio: Portfolio
    library: PolicyLibrary
    fleet: Fleet

    @cached_property
    def models(self) -> tuple[ResolvedModel, ...]:
        """The compared models in each environment where they are deployed."""
        names = self.fleet.portfolio.by_kind("Model")
        resolved = (
            self.fleet.resolve(name, environment)[0]
            for name in names
            for environment in self.fleet.environments_of(name)
        )
        return tuple(model for model in resolved if model is not None)

    @cached_property
    def bound_pairs(self) -> frozenset[tuple[str, str]]:
        """The policies that bind each model, by id and name."""
        return frozenset(
            (policy.id, model.name) for model in self.models for policy in self.library.bound_policies(model)
        )

    @cached_property
    def models_by_policy(self) -> Mapping[str, Mapping[tuple[str, str | None], ResolvedModel]]:
        """The models that each policy selects, apart from the condition of its `match`, by name and environment."""
        selected: dict[str, dict[tuple[str, str | None], ResolvedModel]] = {}
        for model in self.models:
            for policy in self.library.bound_policies(model):
                if self._selects(policy, model):
                    key = (model.name, model.environment.name if model.environment else None)
                    selected.setdefault(policy.id, {})[key] = model
        return selected

    def _selects(self, policy: Policy, model: ResolvedModel) -> bool:
        use_case = self.fleet.find("UseCase", model.data["useCase"]) if "useCase" in model.data else None
        environment = model.environment.data if model.environment else None
        return matches_policy(policy.match, model.data, environment, use_case.data if use_case else None)


def have_equal_policies(base: Portfolio, head: Portfolio) -> bool:
    """Whether two revisions have the same policies, waivers and bindings, so that no comparison is needed."""
    if _policy_documents(base) != _policy_documents(head):
        return False
    base_models, head_models = base.by_kind("Model"), head.by_kind("Model")
    same_models = {
        name
        for name, spec in base_models.items()
        if name in head_models and head_models[name].document.data_digest == spec.document.data_digest
    }
    return _binding_names(base, same_models) == _binding_names(head, same_models)


def compare_policies(base: PolicySide, head: PolicySide) -> PolicyComparison:
    """The differences, for the models of `head`."""
    losses = _losses(base, head, head)
    gains = (replace(change, kind=_REVERSED[change.kind]) for change in _losses(head, base, head))
    changes = [*losses, *_rule_changes(base, head), *gains]
    order = tuple(ChangeKind)
    return PolicyComparison(
        tuple(
            sorted(changes, key=lambda change: (order.index(change.kind), change.location, change.name, change.detail))
        )
    )


def _policy_documents(portfolio: Portfolio) -> list[tuple[str, str, bytes]]:
    specs = [*portfolio.by_kind("Policy").values(), *portfolio.by_kind("Waiver").values()]
    return sorted((spec.document.path, spec.name, spec.document.data_digest) for spec in specs)


def _binding_names(portfolio: Portfolio, ignored_models: Collection[str] = ()) -> set[tuple[object, ...]]:
    return {_binding_identity(binding) for binding in bindings(portfolio, ignored_models)}


def _binding_identity(binding: Binding) -> tuple[object, ...]:
    """A binding without its position in the list, and without the path of its document, unless that decides what it binds."""
    spec = binding.spec
    name = spec.document.path if spec.kind == "Defaults" else spec.name
    return spec.kind, name, binding.pointer[:-1], binding.name


def _losses(old: PolicySide, new: PolicySide, home: PolicySide) -> Iterator[PolicyChange]:
    """What `old` requires and `new` does not; locations are those of `home`."""
    yield from _binding_losses(old, new, home)
    for id_, selected in old.models_by_policy.items():
        policy, new_policy = old.library.policy(id_), new.library.policy(id_)
        lost = selected.keys() - new.models_by_policy.get(id_, {}).keys()
        if policy is None:
            continue
        if new_policy is None:
            yield _policy_change(ChangeKind.REMOVED, policy, home, (), {name for name, _ in lost})
            continue
        narrowed = {name for name, _ in lost if (id_, name) in new.bound_pairs}
        if narrowed or (
            policy.match.get("when") != new_policy.match.get("when") and policy.match.keys() <= new_policy.match.keys()
        ):
            yield _policy_change(ChangeKind.NARROWED, policy, home, ("match",), narrowed)
        yield from _strictness_losses(policy, new_policy, home, selected, new)
    for change in waiver_changes(old.portfolio, new.portfolio, new.models):
        kind = ChangeKind.WAIVER_WIDENED if change.is_known else ChangeKind.WAIVER_ADDED
        location = _spec_location(home, "Waiver", change.name, change.pointer)
        yield PolicyChange(kind, change.name, location, change.policies, change.models, change.detail)


def _binding_losses(old: PolicySide, new: PolicySide, home: PolicySide) -> Iterator[PolicyChange]:
    """Bindings that `new` lacks. One that another binding replaces for all models is no loss."""
    known = _binding_names(new.portfolio)
    for binding in bindings(old.portfolio):
        policies = {policy.id for policy in old.library.policies_named(binding.name)}
        if _binding_identity(binding) in known or not any(map(new.library.policy, policies)):
            continue
        pairs = {
            (id_, name)
            for id_ in policies
            for name, _ in old.models_by_policy.get(id_, {})
            if (id_, name) not in new.bound_pairs
        }
        is_replaced = not pairs and any((id_, name) in new.bound_pairs for id_ in policies for name in _names(old, id_))
        if not is_replaced:
            location = _binding_location(home, binding)
            ids, models = frozenset(id_ for id_, _ in pairs), frozenset(name for _, name in pairs)
            yield PolicyChange(ChangeKind.UNBOUND, binding.name, location, ids, models)


def _names(side: PolicySide, id_: str) -> Iterable[str]:
    return (name for name, _ in side.models_by_policy.get(id_, {}))


def _strictness_losses(
    policy: Policy,
    new_policy: Policy,
    home: PolicySide,
    selected: Mapping[tuple[str, str | None], ResolvedModel],
    new: PolicySide,
) -> Iterator[PolicyChange]:
    """A policy that blocks less, later, or with waivers that were not possible before."""
    lowered = {
        name
        for (name, _), model in selected.items()
        if policy.enforcement_in(model.environment) is Enforcement.MANDATORY
        and new_policy.enforcement_in(model.environment) is Enforcement.ADVISORY
    }
    if lowered:
        yield _policy_change(ChangeKind.LOWERED, policy, home, ("enforcement",), lowered, "mandatory → advisory")
    names = set(_names(new, policy.id))
    for field in field_changes(policy, new_policy):
        kind = ChangeKind.TERMS_LOOSENED if field.pointer[0] == "waiver" else ChangeKind.POSTPONED
        yield _policy_change(kind, policy, home, field.pointer, names, field.detail)


def _rule_changes(base: PolicySide, head: PolicySide) -> Iterator[PolicyChange]:
    """Policies that check something else."""
    for policy in head.library.project_policies:
        old_policy = base.library.policy(policy.id)
        keys = [
            key
            for key in ("rules", "schema", "scope", "groupBy", "objects")
            if old_policy and old_policy.spec.json.get(key) != policy.spec.json.get(key)
        ]
        if keys:
            yield _policy_change(
                ChangeKind.RULES_CHANGED, policy, head, (keys[0],), set(_names(head, policy.id)), ", ".join(keys)
            )


def _policy_change(
    kind: ChangeKind, policy: Policy, home: PolicySide, pointer: Pointer, models: Iterable[str], detail: str = ""
) -> PolicyChange:
    location = _spec_location(home, "Policy", policy.spec.name, pointer)
    return PolicyChange(kind, policy.id, location, frozenset({policy.id}), frozenset(models), detail)


def _spec_location(home: PolicySide, kind: str, name: str, pointer: Pointer) -> Location:
    """A value of a document of `home`; the bindings of its project if it has no such document."""
    spec: Spec | None = home.portfolio.by_kind(kind).get(name)
    if spec is None:
        return home.portfolio.project.document.key_location(("policies",))
    return spec.document.key_location(pointer) if pointer else spec.document.location(("name",))


def _binding_location(home: PolicySide, binding: Binding) -> Location:
    """The list that has, or should have, the name."""
    lookup: Callable[[str], Spec | None] = home.portfolio.by_kind(binding.spec.kind).get
    spec = home.portfolio.project if binding.spec.kind == "Project" else lookup(binding.spec.name)
    if binding.spec.kind == "Defaults":
        folder = binding.spec.document.path.rpartition("/")[0]
        spec = home.portfolio.defaults.get(folder) or home.portfolio.defaults.get(f"{folder}/")
    return (spec or home.portfolio.project).document.key_location(binding.pointer[:-1] if spec else ("policies",))

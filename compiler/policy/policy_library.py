"""Which policies exist, and which of them bind a model."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Subject
from compiler.foundation.suggestions import closest_match
from compiler.policy.pack import Pack, load_shipped_pack, project_pack_name, shipped_pack_names
from compiler.policy.policy_definition import Policy
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.data_types import EmitterSourceData
from compiler.spec.portfolio import Portfolio


class PolicyLibrary:
    """The policies of a project and the shipped ones; shipped ones are read on first use."""

    def __init__(self, portfolio: Portfolio, shipped_tree: Tree) -> None:
        schemas_folder = portfolio.folder("schemas")
        self._portfolio = portfolio
        self._shipped_tree = shipped_tree
        self._pack_cache: dict[str, Pack] = {}
        self._bound_cache: dict[tuple[str, ...], tuple[Policy, ...]] = {}
        self._has_fleet_cache: dict[tuple[str, ...], bool] = {}
        self.project_policies: tuple[Policy, ...] = tuple(
            Policy(spec, project_pack_name(spec, schemas_folder)) for spec in portfolio.by_kind("Policy").values()
        )

    @cached_property
    def pack_names(self) -> tuple[str, ...]:
        """The names of the shipped packs."""
        return shipped_pack_names(self._shipped_tree)

    @cached_property
    def _project_policies_by_name(self) -> Mapping[str, tuple[Policy, ...]]:
        """The project's policies by id and by pack."""
        policies_by_name: dict[str, tuple[Policy, ...]] = {}
        for policy in self.project_policies:
            for name in dict.fromkeys((policy.id, policy.pack)):
                if name and not self.is_name_taken(policy):
                    policies_by_name[name] = (*policies_by_name.get(name, ()), policy)
        return policies_by_name

    def is_name_taken(self, policy: Policy) -> bool:
        """Whether a project's policy has the name of a shipped one, which takes precedence."""
        return (policy.pack or policy.id) in self.pack_names

    def pack(self, name: str) -> Pack:
        """A shipped pack."""
        if name not in self._pack_cache:
            self._pack_cache[name] = load_shipped_pack(self._shipped_tree, name)
        return self._pack_cache[name]

    def sources(self, policy: Policy) -> Sequence[EmitterSourceData]:
        """The documents that a policy is based on: its own sources, or those of its shipped pack."""
        own_sources = policy.data.get("sources", ())
        return own_sources or (self.pack(policy.pack).sources if policy.pack in self.pack_names else ())

    def policies_named(self, name: str) -> tuple[Policy, ...]:
        """The policies that a name refers to: one, or all of a pack; empty for an unknown name."""
        pack, _, policy_name = name.partition("/")
        if pack in self.pack_names:
            return tuple(policy for policy in self.pack(pack).policies if policy_name in {"", policy.spec.name})
        return self._project_policies_by_name.get(name, ())

    def policy(self, id_: str) -> Policy | None:
        """The policy with an id; `None` for the name of a pack, or an unknown one."""
        return next((policy for policy in self.policies_named(id_) if policy.id == id_), None)

    @cached_property
    def project_bindings(self) -> tuple[str, ...]:
        """The names that the project binds for all models."""
        return tuple(name for name in self._portfolio.project.data.get("policies", ()))

    def bound_names(self, model: ResolvedModel) -> tuple[str, ...]:
        """The names of policies and packs that bind a model."""
        return (*self.project_bindings, *(name for name in model.data.get("policies", ())))

    def bound_policies(self, model: ResolvedModel) -> tuple[Policy, ...]:
        """The policies that bind a model, each once, by id."""
        names = self.bound_names(model)
        if names not in self._bound_cache:
            policies_by_id = {policy.id: policy for name in names for policy in self.policies_named(name)}
            self._bound_cache[names] = tuple(policies_by_id[id_] for id_ in sorted(policies_by_id))
        return self._bound_cache[names]

    def has_fleet_policies(self, model: ResolvedModel) -> bool:
        """Whether a policy about the fleet binds the model."""
        names = self.bound_names(model)
        if names not in self._has_fleet_cache:
            self._has_fleet_cache[names] = any(policy.scope == "fleet" for policy in self.bound_policies(model))
        return self._has_fleet_cache[names]

    def all_policies(self) -> Iterator[Policy]:
        """Every policy."""
        for name in self.pack_names:
            yield from self.pack(name).policies
        yield from (policy for policy in self.project_policies if not self.is_name_taken(policy))

    def unknown_name_finding(self, name: str, location: Location, subject: Subject) -> Finding:
        """The finding for a name that refers to no policy."""
        pack = name.partition("/")[0]
        known_names = [*self._project_policies_by_name, *self.pack_names]
        if pack in self.pack_names:
            known_names += [policy.id for policy in self.pack(pack).policies]
        suggestion = closest_match(name, known_names)
        help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(sorted(known_names)[:12])}"
        return Finding(codes.UNKNOWN_REFERENCE, f"there is no policy and no pack `{name}`", location, subject, help_)

"""Which policies there are, and which of them bind a model."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place, Subject
from compiler.foundation.json_data import as_list, as_str
from compiler.foundation.suggestions import nearest
from compiler.policy.pack import Pack, own_pack, shipped_names, shipped_pack
from compiler.policy.policy_definition import Policy
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.portfolio import Portfolio


class Library:
    """The policies of a project and those that came with Modelyard; of these only what is asked for is read."""

    def __init__(self, portfolio: Portfolio, shipped: Tree) -> None:
        schemas = portfolio.folder("schemas")
        self._portfolio = portfolio
        self._shipped = shipped
        self._read: dict[str, Pack] = {}
        self._bound: dict[tuple[str, ...], tuple[Policy, ...]] = {}
        self._further: dict[tuple[str, ...], bool] = {}
        self.own: tuple[Policy, ...] = tuple(
            Policy(spec, own_pack(spec, schemas)) for spec in portfolio.of("Policy").values()
        )

    @cached_property
    def packs(self) -> tuple[str, ...]:
        """Names of the packs that came with Modelyard."""
        return shipped_names(self._shipped)

    @cached_property
    def _own_by_name(self) -> Mapping[str, tuple[Policy, ...]]:
        """The project's policies by their ids, and by the packs that they are of."""
        found: dict[str, tuple[Policy, ...]] = {}
        for policy in self.own:
            for name in dict.fromkeys((policy.id, policy.pack)):
                if name and not self.is_taken(policy):
                    found[name] = (*found.get(name, ()), policy)
        return found

    def is_taken(self, policy: Policy) -> bool:
        """Whether a project's policy goes by a name of what came with Modelyard, which wins."""
        return (policy.pack or policy.id) in self.packs

    def pack(self, name: str) -> Pack:
        """A pack that came with Modelyard."""
        if name not in self._read:
            self._read[name] = shipped_pack(self._shipped, name)
        return self._read[name]

    def named(self, name: str) -> tuple[Policy, ...]:
        """The policies that a name stands for: one, or all of a pack; none where nobody has the name."""
        pack, _, single = name.partition("/")
        if pack in self.packs:
            return tuple(policy for policy in self.pack(pack).policies if single in {"", policy.spec.name})
        return self._own_by_name.get(name, ())

    @cached_property
    def everywhere(self) -> tuple[str, ...]:
        """The names that the project binds everywhere."""
        return tuple(as_str(name) for name in as_list(self._portfolio.project.data.get("policies")))

    def names(self, model: ResolvedModel) -> tuple[str, ...]:
        """The names of policies and packs that bind a model."""
        return (*self.everywhere, *(as_str(name) for name in as_list(model.data.get("policies"))))

    def bound(self, model: ResolvedModel) -> tuple[Policy, ...]:
        """The policies that bind a model, each once, in order of id."""
        names = self.names(model)
        if names not in self._bound:
            found = {policy.id: policy for name in names for policy in self.named(name)}
            self._bound[names] = tuple(found[id_] for id_ in sorted(found))
        return self._bound[names]

    def looks_further(self, model: ResolvedModel) -> bool:
        """Whether a policy that binds the model looks at the fleet as a whole."""
        names = self.names(model)
        if names not in self._further:
            self._further[names] = any(policy.on == "fleet" for policy in self.bound(model))
        return self._further[names]

    def all(self) -> Iterator[Policy]:
        """Every policy there is."""
        for name in self.packs:
            yield from self.pack(name).policies
        yield from (policy for policy in self.own if not self.is_taken(policy))

    def unknown(self, name: str, place: Place, subject: Subject) -> Finding:
        """A name that stands for no policy."""
        pack = name.partition("/")[0]
        known = [*self._own_by_name, *self.packs]
        if pack in self.packs:
            known += [policy.id for policy in self.pack(pack).policies]
        near = nearest(name, known)
        help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(sorted(known)[:12])}"
        return Finding(codes.UNKNOWN_REFERENCE, f"there is no policy and no pack `{name}`", place, subject, help_)

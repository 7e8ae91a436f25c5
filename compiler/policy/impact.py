"""What a change of policies, packs or waivers does to models that did not change."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compiler.diagnostics.codes import BAD_POLICY, POLICY_FAILED, UNKNOWN_REFERENCE
from compiler.diagnostics.finding import Finding, Status, in_order
from compiler.foundation.json_data import as_object
from compiler.policy.baseline import can_be_known
from compiler.policy.policy_engine import Judge
from compiler.policy.policy_findings import settled
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree
from compiler.spec.portfolio import Portfolio


class State(StrEnum):
    """What a policy means for a value of a model; `UNASKED`: nobody knows, since it cannot be asked; `UNBOUND`: nothing, to this model."""

    FAILS = "fails"
    UNASKED = "unasked"
    ADVISES = "advises"
    WAIVED = "waived"
    KEPT = "kept"
    UNBOUND = "unbound"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the models of a fleet break, what is wrong with policies, and which could be asked of which model (by id and name)."""

    models: int
    findings: tuple[Finding, ...]
    mistakes: tuple[Finding, ...]
    on_rendered: int
    bound: frozenset[tuple[str, str]]
    could_ask: Callable[[str, str], bool]

    def without(self, policy: str, model: str) -> State:
        """What a policy means for a model of which it finds nothing."""
        if not self.could_ask(policy, model):
            return State.UNASKED
        return State.KEPT if (policy, model) in self.bound else State.UNBOUND


@dataclass(frozen=True, slots=True)
class Change:
    """A value of a model that means something else than before."""

    before: State
    after: State
    finding: Finding
    owner: str

    @property
    def policy(self) -> str:
        """The policy."""
        return self.finding.code.id

    @property
    def model(self) -> str:
        """The model."""
        return self.finding.subject.name if self.finding.subject else ""


def judged(fleet: Fleet, laws: Portfolio, shipped: Tree, as_of: date) -> Judged:
    """What the models of a fleet break of the policies of a portfolio, perhaps another's; rendered objects are not asked."""
    judge = Judge(fleet, shipped, as_of, laws=laws)
    found: list[Finding] = []
    bound: set[tuple[str, str]] = set()
    for name, spec in fleet.portfolio.of("Model").items():
        listed = [place for place in fleet.environments if place in as_object(spec.data.get("environments"))]
        for environment in listed or (None,):
            model, _ = fleet.resolve(name, environment)
            if model is not None:
                bound.update((policy.id, name) for policy in judge.library.bound(model))
                found += judge.judge(model)
    found += judge.findings()
    return Judged(
        len(fleet.portfolio.of("Model")),
        in_order(settled((finding for finding in found if can_be_known(finding)), _places(fleet))),
        in_order(finding for finding in found if finding.code in {BAD_POLICY, POLICY_FAILED, UNKNOWN_REFERENCE}),
        len(judge.on_rendered),
        frozenset(bound),
        judge.could_ask,
    )


def _places(fleet: Fleet) -> Callable[[str], Sequence[str | None]]:
    return lambda name: fleet.places(name) if name in fleet.portfolio.of("Model") else ()


def compared(before: Judged, after: Judged, owners: Mapping[str, str]) -> Iterator[Change]:
    """Each value that means something else, by policy and model; `owners` of models by their names."""
    old, new = _states(before.findings), _states(after.findings)
    for key in sorted(old.keys() | new.keys()):
        policy, model, _ = key
        was, finding = old.get(key, (before.without(policy, model), None))
        now, found = new.get(key, (after.without(policy, model), None))
        said = found or finding
        if was is not now and said is not None:
            yield Change(was, now, said, owners.get(said.subject.name if said.subject else "", ""))


def owners(fleet: Fleet) -> Mapping[str, str]:
    """The team that owns each model."""
    found: dict[str, str] = {}
    for name in fleet.portfolio.of("Model"):
        model, _ = fleet.resolve(name, None)
        found[name] = str(model.data.get("owner")) if model else ""
    return found


def failing(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Names of the models that fail."""
    return tuple(sorted({finding.subject.name for finding in findings if finding.mandatory and finding.subject}))


def _states(findings: Iterable[Finding]) -> dict[tuple[str, str, str], tuple[State, Finding]]:
    """The worst of each value, by policy, model and fingerprint."""
    order = tuple(State)
    found: dict[tuple[str, str, str], tuple[State, Finding]] = {}
    for finding in findings:
        name = finding.subject.name if finding.subject else ""
        state = State.WAIVED if finding.status is Status.WAIVED else State.FAILS if finding.mandatory else State.ADVISES
        key = (finding.code.id, name, finding.fingerprint)
        if key not in found or order.index(state) < order.index(found[key][0]):
            found[key] = (state, finding)
    return found

"""The state that a change starts from, and what the change does to a model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from compiler.foundation.json_data import plain_data
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.digests import digest
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree


@dataclass(frozen=True)
class ChangeBase:
    """The tree that a change is compared with, and its date."""

    tree: Tree
    day: date
    history: Callable[[str], Iterable[Tree]] = lambda _path: ()
    """The states of the project up to the base in which a file changed, newest first."""
    day_of_last_change: Callable[[Iterable[str]], date | None] = lambda _paths: None
    """The last day up to the base on which one of some files changed; `None` if it is unknown."""
    label: str = "the base"
    """The name of the base in messages."""


def model_digests(fleet: Fleet | None, name: str, environment: str | None) -> tuple[str, str] | None:
    """The runtime digest and the governance digest of a model in an environment; `None` if there is no such model."""
    if fleet is None or name not in fleet.portfolio.by_kind("Model"):
        return None
    if environment is not None and environment not in fleet.portfolio.by_kind("Environment"):
        return None
    model, _ = fleet.resolve(name, environment)
    return (model.runtime_digest, model.governance_digest) if model else None


def restores_earlier_state(
    fleet: Fleet, base_fleet: Fleet | None, earlier_fleets: Iterable[Fleet | None], name: str, environment: str | None
) -> bool:
    """Whether a model runs again what ran in an earlier state, and its governance is that of the base or of this state."""
    current, base = model_digests(fleet, name, environment), model_digests(base_fleet, name, environment)
    if current is None or base is None:
        return False
    runtime, governance = current
    states = (model_digests(earlier_fleet, name, environment) for earlier_fleet in earlier_fleets)
    return any(state is not None and state[0] == runtime and governance in {state[1], base[1]} for state in states)


def judging_authority(fleet: Fleet, base_fleet: Fleet | None, base: ChangeBase | None) -> ApprovalAuthority:
    """The Teams and rules that judge approvals: those of the base, never those of the change itself. A first state judges itself."""
    if base is None or base_fleet is None:
        return ApprovalAuthority.of(fleet.portfolio)
    return ApprovalAuthority.of(base_fleet.portfolio, base.label)


def authority_scope(authority: ApprovalAuthority) -> str:
    """What results depend on besides the change: the Teams and the settings of the base; empty without one."""
    if not authority.revision:
        return ""
    teams = [spec.json for spec in authority.teams.values()]
    return digest([authority.revision, plain_data(authority.settings), teams])

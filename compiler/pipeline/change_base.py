"""The state that a change starts from, and what the change does to a model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from compiler.foundation.json_data import plain_data
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approval_evidence import (
    ALLOWED_SIGNERS,
    MAX_SIGNERS_BYTES,
    EvidenceChecker,
    read_small_file,
)
from compiler.resolve.digests import bytes_digest, digest
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
    reviewers: frozenset[str] | None = None
    """The accounts whose reviews on the forge approve the change; `None` if no reviews were given."""


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


def evidence_checker(tree: Tree, fleet: Fleet, base_fleet: Fleet | None, base: ChangeBase | None) -> EvidenceChecker:
    """What looks for evidence of approvals: signers and accepted entries are those of the base, or of a state without one."""
    trusted_tree = tree if base is None or base_fleet is None else base.tree
    return EvidenceChecker(
        fleet.tree,
        fleet.portfolio.project.name,
        judging_authority(fleet, base_fleet, base),
        read_small_file(trusted_tree, ALLOWED_SIGNERS, MAX_SIGNERS_BYTES),
        base_fleet.portfolio if base_fleet else None,
        base.reviewers if base else None,
        _verify,
    )


def judging_scope(checker: EvidenceChecker) -> str:
    """What results depend on besides the change: the Teams and the settings of its base, the signers, and who reviewed it."""
    authority = checker.authority
    if not authority.revision and not authority.rules:
        return ""
    teams = [spec.json for spec in authority.teams.values()] if authority.revision else []
    signers = bytes_digest(checker.allowed_signers) if checker.allowed_signers is not None else None
    reviewers = None if checker.reviewers is None else sorted(checker.reviewers)
    return digest([authority.revision, plain_data(authority.settings), teams, signers, reviewers])


def _verify(statement: bytes, signature: bytes, allowed_signers: bytes, principal: str) -> bool:
    """Imported when a signature is verified, because it loads `subprocess`."""
    from compiler.execution.ssh_signatures import is_valid_signature  # noqa: PLC0415 - as the docstring says

    return is_valid_signature(statement, signature, allowed_signers, principal)

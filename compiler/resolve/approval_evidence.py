"""Evidence of approvals: what proves a claim. A claim is an entry of a spec, which anybody can write who can edit the file.

Evidence is a signature of a canonical statement, or a review on the forge. Signers, members of Teams and rules are those of the base of a
change, never those of the change itself. A state that is not compared with a base judges itself.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import plain_data
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.digests import bytes_digest
from compiler.source.tree import Tree
from compiler.spec.data_types import ApprovalData, TeamMemberData
from compiler.spec.portfolio import Portfolio

EvidenceKind = Literal["claim", "signature", "review"]

STATEMENT_TYPE = "urn:modelyard:v1:approval"
FOLDER = "approvals"
ALLOWED_SIGNERS = f"{FOLDER}/allowed_signers"
MAX_SIGNATURE_BYTES = 64 * 1024
MAX_SIGNERS_BYTES = 1024 * 1024

Verify = Callable[[bytes, bytes, bytes, str], bool]
"""Whether a signature of a statement is valid by a file of allowed signers, for one of them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves an approval: `kind` is `claim` if nothing does, and `problem` says why; `person` is the member who gave it."""

    kind: EvidenceKind
    person: str | None = None
    problem: str = ""


def approval_statement(project: str, model: str, approval: ApprovalData) -> bytes:
    """What is signed: the whole entry, with both digests, and what it is about, as JSON with sorted keys."""
    statement = {"_type": STATEMENT_TYPE, "project": project, "model": model, **plain_data(approval)}
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def signature_path(model: str, approval: ApprovalData, statement: bytes) -> str:
    """The file with the signature of a statement. Its name depends on the statement, so that each entry has one of its own."""
    return f"{FOLDER}/{model}/{approval['environment']}.{bytes_digest(statement).removeprefix('sha256:')[:16]}.sig"


@dataclass(frozen=True)
class EvidenceChecker:
    """Looks for the evidence of approvals in a state of a project."""

    tree: Tree
    project: str
    authority: ApprovalAuthority
    allowed_signers: bytes | None
    base: Portfolio | None
    """The base of the change, whose entries were accepted before; `None` if the state judges itself."""
    reviewers: frozenset[str] | None
    """The accounts whose reviews approve the change; `None` without an export of reviews."""
    verify: Verify

    def evidence(
        self, model: str, approval: ApprovalData, demanded: EvidenceKind, *, base_demanded_evidence: bool
    ) -> Evidence:
        """The evidence of an approval, of the demanded kind or a stronger one.

        An entry of the base was reviewed only if evidence of it was demanded there.
        """
        if demanded == "claim":
            return Evidence("claim")
        signature = self._signature(model, approval)
        if signature.kind == "signature" or demanded == "signature":
            return signature
        was_accepted = base_demanded_evidence and self.is_in_base(model, approval)
        review = self._review(approval, was_accepted=was_accepted)
        if review.kind == "review":
            return review
        return Evidence("claim", problem=f"{review.problem}, and {signature.problem}")

    def _members(self, approval: ApprovalData) -> Iterator[TeamMemberData]:
        """The people who can prove the approval."""
        for member in self.authority.members_of(approval["team"]):
            if approval.get("approver") in {None, member["name"]}:
                yield member

    def _signature(self, model: str, approval: ApprovalData) -> Evidence:
        statement = approval_statement(self.project, model, approval)
        path = signature_path(model, approval, statement)
        content = read_small_file(self.tree, path, MAX_SIGNATURE_BYTES)
        if content is None:
            return Evidence("claim", problem=f"there is no signature in `{path}`")
        if self.allowed_signers is None:
            return Evidence("claim", problem=f"there is no `{ALLOWED_SIGNERS}`{self._where()}")
        for member in self._members(approval):
            if "signer" in member and self.verify(statement, content, self.allowed_signers, member["signer"]):
                return Evidence("signature", member["name"])
        return Evidence(
            "claim", problem=f"`{path}` is not a signature by a member of `{approval['team']}`{self._where()}"
        )

    def _review(self, approval: ApprovalData, *, was_accepted: bool) -> Evidence:
        if self.base is None or was_accepted:
            return Evidence("review", approval.get("approver"))
        if self.reviewers is None:
            return Evidence("claim", problem="no reviews were given with --reviews")
        for member in self._members(approval):
            if member.get("account", "").removeprefix("@").lower() in self.reviewers:
                return Evidence("review", member["name"])
        return Evidence(
            "claim", problem=f"no review by a member of `{approval['team']}`{self._where()} approves the change"
        )

    def is_in_base(self, model: str, approval: ApprovalData) -> bool:
        """Whether the base has the same entry, so that an earlier change brought it."""
        spec = self.base.by_kind("Model").get(model) if self.base else None
        return spec is not None and approval in (spec.data.get("approvals") or ())

    def _where(self) -> str:
        return f" in {self.authority.revision}" if self.authority.revision else ""


def read_small_file(tree: Tree, path: str, max_bytes: int) -> bytes | None:
    """A file of bounded size; `None` if there is none, or a larger one."""
    stamp = tree.stamp(path)
    if not tree.has(path) or (stamp is not None and stamp.size > max_bytes):
        return None
    try:
        content = tree.read(path)
    except UsageError:  # larger than any file of a project may be
        return None
    return content if len(content) <= max_bytes else None

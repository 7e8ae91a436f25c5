"""The state of approvals on a day, and what has changed since those that are invalid."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from compiler.edit.approve import promoted_model
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.pipeline.session import Session
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approval_status import ApprovalStatus, ValueChange
from compiler.resolve.approvals import CheckedApproval, DigestName, check_approval, environment_approvals
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.data_types import ApprovalData

History = Callable[[str, str], Tree | None]
"""The project as of the first commit in which a file contains a text; `None` if there is none."""


def approval_statuses(session: Session, names: Sequence[str], history: History) -> Iterator[ApprovalStatus]:
    """The approvals of models in each environment where they are deployed."""
    authority = ApprovalAuthority.of(session.portfolio)
    for name in names:
        for environment in session.fleet.environments_of(name):
            model = session.fleet.resolve(name, environment)[0] if environment else None
            for index, approval in environment_approvals(model) if model else ():
                checked = check_approval(authority, model, approval) if model else None
                if model is not None and checked is not None:
                    yield _status(session, model, index, checked, history)


def _status(
    session: Session, model: ResolvedModel, index: int, approval: CheckedApproval, history: History
) -> ApprovalStatus:
    state, data = approval.state_on(session.as_of), approval.data
    expires = data.get("expires")
    days_left = (date.fromisoformat(expires) - session.as_of).days if expires and state == "valid" else None
    changed_digests = approval.changed_digests if state == "invalid" else ()
    changes = tuple(_changes(session, model, data, changed_digests, history))
    return ApprovalStatus(
        model.name,
        data["environment"],
        data.get("release"),
        data,
        approval.binds,
        changed_digests,
        state,
        approval.reason_on(session.as_of),
        days_left,
        changes,
        model.location(("approvals", index)),
    )


def _changes(
    session: Session,
    model: ResolvedModel,
    approval: ApprovalData,
    changed_digests: Sequence[DigestName],
    history: History,
) -> Iterator[ValueChange]:
    """The values that differ between the content that was approved and the present content, of the digests that differ."""
    for name in changed_digests:
        fields = model.runtime_fields if name == "runtime" else model.governance_fields
        digest = approval["runtimeDigest"] if name == "runtime" else approval["governanceDigest"]
        tree = history(model.spec.document.path, digest)
        old = _approved_model(session, tree, model, approval) if tree else None
        if old is None or digest not in {old.runtime_digest, old.governance_digest}:
            continue
        for path, before, after in _differences(_content(old, fields), _content(model, fields), ()):
            yield ValueChange(name, path, before, after)


def _approved_model(session: Session, tree: Tree, model: ResolvedModel, approval: ApprovalData) -> ResolvedModel | None:
    """The model as it was when the approval was recorded, with the approved release."""
    past = Session(tree, session.as_of)
    return promoted_model(past, model.name, approval["environment"], approval.get("release"))


def _content(model: ResolvedModel, fields: frozenset[str]) -> Object:
    """What a digest covers; releases with the digest of their files."""
    content: dict[str, Json] = {key: value for key, value in model.json.items() if key in fields}
    if fields == model.runtime_fields:
        content["release"] = _release_content(model)
    return content


def _release_content(model: ResolvedModel) -> Json:
    if model.release is None:
        return None
    return {"version": model.release.version, **model.release.json, "content": model.release.digest}


def _differences(old: Json, new: Json, pointer: Pointer) -> Iterator[tuple[str, Json, Json]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), (*pointer, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (old_element, new_element) in enumerate(zip(old, new, strict=True)):
            yield from _differences(old_element, new_element, (*pointer, index))
    elif old != new:
        yield format_path(pointer), old, new

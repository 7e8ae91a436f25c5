"""Computes which models, environments, owners and artifacts a change affects, and why.

Everything that a model may depend on is compared first, as an upper bound; possibly affected models are then rendered in both
states, so that an artifact is named exactly if its bytes differ. `tests/review` compares this with rendering both states completely.
Statements about other files, such as provenance, are left out: they change with every byte of every spec that they name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.pipeline.session import Session
from compiler.pipeline.stages import build
from compiler.plan.planning import UnitFilter
from compiler.policy.baseline import is_policy_finding
from compiler.review.project_snapshot import ModelKey, ProjectSnapshot

REASON_NEW, REASON_REMOVED, REASON_ARTIFACTS = "new", "removed", "artifacts"


@dataclass(frozen=True, slots=True, order=True)
class ChangedArtifact:
    """A changed file: its path below the output folder, or in the repository if it is committed, and its model."""

    path: str
    change: str
    environment: str = ""
    model: str = ""
    is_committed: bool = False


@dataclass(frozen=True, slots=True, order=True)
class AffectedModel:
    """A model that changes in an environment (empty: it is not deployed), the reasons, and its new and old owner."""

    model: str
    environment: str
    owners: tuple[str, ...]
    path: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeImpact:
    """Everything that a change affects; `artifacts` is `None` if one of the two states cannot be rendered."""

    affected_models: tuple[AffectedModel, ...]
    artifacts: tuple[ChangedArtifact, ...] | None
    environment_order: tuple[str, ...]

    @property
    def model_names(self) -> tuple[str, ...]:
        """The names of the affected models that still exist."""
        return tuple(
            dict.fromkeys(entry.model for entry in self.affected_models if REASON_REMOVED not in entry.reasons)
        )

    @property
    def owners(self) -> tuple[str, ...]:
        """The teams that own the affected models."""
        return tuple(sorted({owner for entry in self.affected_models for owner in entry.owners}))

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments with an affected model or artifact, in order of promotion."""
        names = {entry.environment for entry in self.affected_models} | {
            entry.environment for entry in self.artifacts or ()
        }
        return tuple(name for name in self.environment_order if name in names)

    @property
    def rendered_environments(self) -> tuple[str, ...]:
        """The environments whose rendered files change; those that may change if the states cannot be rendered."""
        if self.artifacts is None:
            return self.environment_order
        names = {artifact.environment for artifact in self.artifacts if not artifact.is_committed}
        return tuple(name for name in self.environment_order if name in names)


def compute_impact(base: Session | None, head: Session) -> ChangeImpact:
    """What differs in `head`; `base` is `None` if there was no project."""
    old, new = ProjectSnapshot(base) if base else None, ProjectSnapshot(head)
    reasons = {key: _change_reasons(old, new, key) for key in _keys(old, new)}
    candidates = frozenset(
        key for key, key_reasons in reasons.items() if key_reasons or _has_context_changed(old, new, key)
    )
    artifacts = _changed_artifacts(base, head, candidates)
    rendered_keys = {(entry.model, entry.environment) for entry in artifacts or ()}
    affected_models = []
    for key in sorted(candidates, key=lambda entry: (entry[0], entry[1] or "")):
        key_reasons = list(reasons[key])
        if artifacts is None or not rendered_keys.isdisjoint({(key[0], key[1] or ""), (key[0], "")}):
            key_reasons.append(REASON_ARTIFACTS)
        if key_reasons:
            affected_models.append(_affected_model(old, new, key, key_reasons))
    return ChangeImpact(tuple(affected_models), artifacts, head.fleet.environments)


def _keys(old: ProjectSnapshot | None, new: ProjectSnapshot) -> tuple[ModelKey, ...]:
    return tuple(dict.fromkeys((*(old.keys if old else ()), *new.keys)))


def _change_reasons(old: ProjectSnapshot | None, new: ProjectSnapshot, key: ModelKey) -> tuple[str, ...]:
    """The reasons why the model itself changes, in a fixed order."""
    if old is None or key not in old:
        return (REASON_NEW,)
    if key not in new:
        return (REASON_REMOVED,)
    old_digests, new_digests = old.own_fingerprints(key), new.own_fingerprints(key)
    old_references, new_references = old.reference_fingerprints(key), new.reference_fingerprints(key)
    own_reasons = [
        reason for reason in {**new_digests, **old_digests} if old_digests.get(reason) != new_digests.get(reason)
    ]
    return (
        *own_reasons,
        *(
            reason
            for reason in new_references
            if old_references.get(reason, new_references[reason]) != new_references[reason]
        ),
    )


def _has_context_changed(old: ProjectSnapshot | None, new: ProjectSnapshot, key: ModelKey) -> bool:
    """Whether something that the model's artifacts may depend on changes."""
    return old is None or old.context_digest(key) != new.context_digest(key)


def _affected_model(
    old: ProjectSnapshot | None, new: ProjectSnapshot, key: ModelKey, reasons: list[str]
) -> AffectedModel:
    snapshots = [snapshot for snapshot in (new, old) if snapshot is not None and key in snapshot]
    owners = dict.fromkeys(filter(None, (snapshot.owner(key) for snapshot in snapshots)))
    return AffectedModel(
        key[0], key[1] or "", tuple(owners), snapshots[0].spec_path(key[0]), tuple(dict.fromkeys(reasons))
    )


def _changed_artifacts(
    base: Session | None, head: Session, candidates: frozenset[ModelKey]
) -> tuple[ChangedArtifact, ...] | None:
    """The files that differ, among those of possibly affected models and those shared by all models."""
    names = {name for name, _ in candidates}

    def is_in_scope(model: str, environment: str) -> bool:
        return not model or (model, environment) in candidates or (not environment and model in names)

    old, new = _rendered_files(base, is_in_scope) if base else {}, _rendered_files(head, is_in_scope)
    if old is None or new is None:
        return None
    return tuple(sorted(_diff_files(old, new)))


@dataclass(frozen=True, slots=True)
class _RenderedFile:
    unit_id: str
    content: bytes
    is_committed: bool


def _rendered_files(session: Session, scope: UnitFilter) -> Mapping[str, _RenderedFile] | None:
    build_result = build(session, scope, ignore_policies=True)
    if any(finding.is_blocking and not is_policy_finding(finding) for finding in build_result.findings):
        return None
    return {
        file.commit_path or file.path: _RenderedFile(unit.id, file.content, file.commit_path is not None)
        for unit in build_result.units
        for file in unit.files
        if file.commit_path is not None or not session.emitters.by_id[file.emitter].is_last_phase_only
    }


def _diff_files(old: Mapping[str, _RenderedFile], new: Mapping[str, _RenderedFile]) -> Iterator[ChangedArtifact]:
    for path in old.keys() | new.keys():
        old_file, new_file = old.get(path), new.get(path)
        if old_file and new_file and old_file.content == new_file.content:
            continue
        file = new_file or old_file
        if file is not None:
            change = "changed" if old_file and new_file else "created" if new_file else "removed"
            environment, _, model = file.unit_id.partition("/")
            yield ChangedArtifact(path, change, "" if "." in environment else environment, model, file.is_committed)

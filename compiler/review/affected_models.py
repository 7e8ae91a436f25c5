"""Computes which models, environments, owners and artifacts a change affects, and why.

A model is affected if something differs that it consists of, or a rendered file of it. `tests/review` compares this with rendering both
states completely. Statements about other files, such as provenance, are left out: they change with every byte of every spec that they
name. If a state cannot be rendered, all models of which a file may differ count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from compiler.foundation.packed_content import content_digest
from compiler.pipeline.session import Session
from compiler.pipeline.unit_selection import model_of_unit
from compiler.review.compared_sides import ComparedSides, ProgressBar, Side, compare_sides, no_bar
from compiler.review.context_changes import ContextChanges, ModelKey
from compiler.review.model_snapshot import ModelSnapshot, PlacementSnapshot

REASON_NEW, REASON_REMOVED, REASON_ARTIFACTS = "new", "removed", "artifacts"
INVALID_REASON = "is invalid"


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


def compute_impact(base: Session | None, head: Session, bar: ProgressBar = no_bar) -> ChangeImpact:
    """What differs in `head`; `base` is `None` if there was no project."""
    if base is not None:
        _ = base.portfolio  # an error in the base is reported first
    return _ImpactFinder(compare_sides(base, head, bar)).find()


class _RenderedFile(NamedTuple):
    unit_id: str
    digest: str
    is_committed: bool


class _ImpactFinder:
    """Finds what a change affects in two states."""

    def __init__(self, sides: ComparedSides) -> None:
        self._sides = sides
        self._base, self._head = sides.base, sides.head

    def find(self) -> ChangeImpact:
        """What the change affects."""
        artifacts = self._artifacts()
        changed_keys = self._candidates if artifacts is None else frozenset(self._keys_of(artifacts))
        affected_models = []
        for key in sorted(self._reasons.keys() | changed_keys, key=lambda entry: (entry[0], entry[1] or "")):
            reasons = self._reasons.get(key, ())
            affected_models.append(
                self._affected_model(key, (*reasons, REASON_ARTIFACTS) if key in changed_keys else reasons)
            )
        return ChangeImpact(tuple(affected_models), artifacts, self._head.session.fleet.environments)

    @cached_property
    def _reasons(self) -> Mapping[ModelKey, tuple[str, ...]]:
        """The reasons why models themselves change, for those that do."""
        reasons: dict[ModelKey, tuple[str, ...]] = {}
        for name in self._sides.changed_snapshots:
            old, new = self._snapshots(name)
            for environment in _environments(old, new):
                key_reasons = _change_reasons(
                    old.placements.get(environment) if old else None, new.placements.get(environment) if new else None
                )
                if key_reasons:
                    reasons[name, environment] = key_reasons
        return reasons

    def _snapshots(self, name: str) -> tuple[ModelSnapshot | None, ModelSnapshot | None]:
        return self._base.snapshot(name) if self._base else None, self._head.snapshot(name)

    @cached_property
    def _candidates(self) -> frozenset[ModelKey]:
        """Upper bound: the models that change, or whose context changes."""
        keys = (
            (name, environment)
            for name in self._head.snapshot_digests
            for environment in _environments(*self._snapshots(name))
        )
        return frozenset((*self._reasons, *filter(self._has_context_changed, keys)))

    def _has_context_changed(self, key: ModelKey) -> bool:
        return key in self._reasons or (self._contexts is not None and self._contexts.has_changed(key))

    @cached_property
    def _contexts(self) -> ContextChanges | None:
        return ContextChanges(self._base, self._head) if self._base else None

    def _artifacts(self) -> tuple[ChangedArtifact, ...] | None:
        """The files that differ; `None` if a state cannot be rendered."""
        if not self._sides.is_comparable or any(
            side.blocks(self._is_candidate) for side in (self._head, self._base) if side is not None
        ):
            return None
        changed_units = self._sides.changed_units
        old, new = (_rendered_files(side, changed_units) if side else {} for side in (self._base, self._head))
        return tuple(sorted(_diff_files(old, new)))

    def _is_candidate(self, model: str, environment: str) -> bool:
        return (
            not model
            or (model, environment) in self._candidates
            or (not environment and any(name == model for name, _ in self._candidates))
        )

    def _keys_of(self, artifacts: tuple[ChangedArtifact, ...]) -> Iterator[ModelKey]:
        """The models, by environment, with a changed file; a file about all environments counts for those that can have changed it."""
        environments_by_model: dict[str, set[str]] = {}
        for artifact in artifacts:
            environments_by_model.setdefault(artifact.model, set()).add(artifact.environment)
        environments_by_model.pop("", None)
        for name, environments in environments_by_model.items():
            for environment in _environments(*self._snapshots(name)):
                key = (name, environment)
                if environment in environments or ("" in environments and self._has_context_changed(key)):
                    yield key

    def _affected_model(self, key: ModelKey, reasons: tuple[str, ...]) -> AffectedModel:
        name, environment = key
        old, new = self._snapshots(name)
        snapshots = [snapshot for snapshot in (new, old) if snapshot and environment in snapshot.placements]
        owners = dict.fromkeys(filter(None, (snapshot.placements[environment].owner for snapshot in snapshots)))
        return AffectedModel(name, environment or "", tuple(owners), snapshots[0].path, tuple(dict.fromkeys(reasons)))


def _environments(old: ModelSnapshot | None, new: ModelSnapshot | None) -> tuple[str | None, ...]:
    """The environments of a model in either state."""
    return tuple(dict.fromkeys((*(old.placements if old else ()), *(new.placements if new else ()))))


def _change_reasons(old: PlacementSnapshot | None, new: PlacementSnapshot | None) -> tuple[str, ...]:
    """The reasons why the model itself changes, in a fixed order."""
    if old is None:
        return (REASON_NEW,)
    if new is None:
        return (REASON_REMOVED,)
    old_own = old.own if old.is_valid else {INVALID_REASON: "before"}
    new_own = new.own if new.is_valid else {INVALID_REASON: "after"}  # as if it had changed
    return (
        *(reason for reason in {**new_own, **old_own} if old_own.get(reason) != new_own.get(reason)),
        *(
            reason
            for reason in new.references
            if old.references.get(reason, new.references[reason]) != new.references[reason]
        ),
    )


def _rendered_files(side: Side, unit_ids: frozenset[str]) -> Mapping[str, _RenderedFile]:
    emitters = side.session.emitters.by_id
    return {
        file.commit_path or file.path: _RenderedFile(
            unit_id, content_digest(file.content), file.commit_path is not None
        )
        for unit_id, file in side.read_files(unit_ids)
        if file.commit_path is not None or not emitters[file.emitter].is_last_phase_only
    }


def _diff_files(old: Mapping[str, _RenderedFile], new: Mapping[str, _RenderedFile]) -> Iterator[ChangedArtifact]:
    for path in old.keys() | new.keys():
        old_file, new_file = old.get(path), new.get(path)
        if old_file and new_file and old_file.digest == new_file.digest:
            continue
        file = new_file or old_file
        if file is not None:
            change = "changed" if old_file and new_file else "created" if new_file else "removed"
            environment = file.unit_id.partition("/")[0]
            yield ChangedArtifact(
                path, change, "" if "." in environment else environment, model_of_unit(file.unit_id), file.is_committed
            )

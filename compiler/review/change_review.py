"""The review of a change: per model and environment what differs, by meaning, what that means, and whom it reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, plain_data
from compiler.pipeline.session import Session
from compiler.pipeline.unit_selection import model_of_unit
from compiler.policy.baseline import is_judgement
from compiler.policy.impact import PolicyState, finding_state
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import CheckedApproval, check_approvals
from compiler.resolve.digests import bytes_digest, digest
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.value_diff import ABSENT, MaybeJson, diff_values
from compiler.review.compared_sides import ComparedSides, ProgressBar, Side, compare_sides, no_bar
from compiler.review.policy_coverage import is_unbound
from compiler.review.rendered_objects import ObjectChange, diff_objects
from compiler.review.review_rules import ChangeClass, ClassifiedChange, classify
from compiler.spec.language import AnnotationTree, TypeLanguage, annotation_tree
from compiler.spec.merge_rules import ANY_KEY, MergeRules
from compiler.spec.portfolio import Portfolio, Spec
from compiler.write.output_units import OutputFile

_OTHER_FIELDS = frozenset({"approvals"})
"""Fields that are reviewed on their own."""
_CLASS_ORDER = tuple(ChangeClass)
_STATE_WORDS: Mapping[PolicyState, str] = MappingProxyType(
    {PolicyState.FAILS: "fails", PolicyState.ADVISES: "warns", PolicyState.IS_WAIVED: "is waived"}
)


@dataclass(frozen=True, slots=True)
class ScopedChange:
    """A changed value, and the environments in which it changes; none for a model that is not deployed."""

    change: ClassifiedChange
    environments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopedObject:
    """A rendered object that differs, and its environment."""

    change: ObjectChange
    environment: str


@dataclass(frozen=True, slots=True)
class VoidedApproval:
    """An approval that counts before the change and does not after it."""

    environment: str
    role: str
    team: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A finding about a policy that only one state has: `fails`, `warns` or `is waived` is new, `fixed` or `unbound` is gone."""

    state: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A model that a change affects. `added_in` and `removed_from` name the environments that it comes into, or leaves."""

    model: str
    environments: tuple[str, ...]
    owners: tuple[str, ...]
    path: str
    state: str
    """`added`, `removed` or `changed`."""
    added_in: tuple[str, ...]
    removed_from: tuple[str, ...]
    changes: tuple[ScopedChange, ...]
    objects: tuple[ScopedObject, ...]
    invalidated_approvals: tuple[VoidedApproval, ...] = ()

    @property
    def class_(self) -> ChangeClass:
        """The most serious class of its changes."""
        return most_serious(self.classes)

    @property
    def classes(self) -> tuple[ChangeClass, ...]:
        """The classes of its changes, from the most serious."""
        classes = {scoped.change.class_ for scoped in self.changes}
        if self.removed_from or any(scoped.change.change == "deleted" for scoped in self.objects):
            classes.add(ChangeClass.DESTRUCTIVE)
        if self.invalidated_approvals:
            classes.add(ChangeClass.RISK_RAISING)
        if self.added_in or (self.objects and not classes):
            classes.add(ChangeClass.BEHAVIOUR)
        return tuple(sorted(classes, key=_CLASS_ORDER.index)) or (ChangeClass.METADATA,)


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A changed document that is no model: a team, a policy, an environment, the project."""

    kind: str
    name: str
    path: str
    state: str
    changes: tuple[ClassifiedChange, ...]


@dataclass(frozen=True, slots=True)
class ChangeReview:
    """Everything that a change does. `is_complete` is false if one of the two states cannot be rendered."""

    models: tuple[ModelChange, ...]
    documents: tuple[DocumentChange, ...]
    policies: tuple[PolicyChange, ...]
    is_complete: bool

    @property
    def class_(self) -> ChangeClass | None:
        """The most serious class; `None` for an empty review."""
        classes = [model.class_ for model in self.models]
        classes += [change.class_ for document in self.documents for change in document.changes]
        classes += [ChangeClass.METADATA for document in self.documents if document.state != "changed"]
        classes += [ChangeClass.RISK_RAISING for policy in self.policies if policy.state != "fixed"]
        return most_serious(classes) if classes else None

    @property
    def owners(self) -> tuple[str, ...]:
        """The teams whose models are affected, the old owner of a model included."""
        return tuple(sorted({owner for model in self.models for owner in model.owners}))


def _policy_findings(side: Side | None) -> dict[str, Finding]:
    findings = side.check_findings if side else ()
    return {finding.fingerprint: finding for finding in findings if is_judgement(finding)}


def _approval_key(approval: CheckedApproval) -> str:
    return digest(plain_data(approval.data))


def _names(environments: Sequence[str]) -> tuple[str, ...]:
    """The names of environments, without that of a model that is not deployed."""
    return tuple(filter(None, environments))


def _scope(scoped: list[ScopedChange], changes: Sequence[ClassifiedChange], environment: str) -> None:
    """Add the changes of an environment; one that another environment has, too, gets one more environment."""
    names = _names([environment])
    for change in changes:
        index = next((index for index, other in enumerate(scoped) if other.change == change), None)
        if index is None:
            scoped.append(ScopedChange(change, names))
        else:
            scoped[index] = replace(scoped[index], environments=(*scoped[index].environments, *names))


def most_serious(classes: Sequence[ChangeClass]) -> ChangeClass:
    """The most serious of several classes."""
    return min(classes, key=_CLASS_ORDER.index)


def review_change(base: Session | None, head: Session, bar: ProgressBar = no_bar) -> ChangeReview:
    """What `head` changes; `base` is `None` if there was no project."""
    if base is not None:
        _ = base.portfolio  # an error in the base is reported first
    return _Reviewer(compare_sides(base, head, bar)).review()


FilesByModel: TypeAlias = Mapping[tuple[str, str], Sequence[OutputFile]]
"""The rendered files of each model in an environment."""


class _Reviewer:
    """Compares two states."""

    def __init__(self, sides: ComparedSides) -> None:
        self._sides = sides
        self._base, self._head = sides.base, sides.head

    def review(self) -> ChangeReview:
        """The review."""
        is_complete = self._sides.is_comparable
        changes = (self._model_change(name) for name in sorted(self._sides.changed_models))
        models = tuple(change for change in changes if change is not None)
        return ChangeReview(models, tuple(self._document_changes()), tuple(self._policy_changes()), is_complete)

    def _model_change(self, name: str) -> ModelChange | None:
        """What changes of a model; `None` if nothing does but statements about other files."""
        scoped: list[ScopedChange] = []
        objects: list[ScopedObject] = []
        owners: set[str] = set()
        added, removed, affected = list[str](), list[str](), list[str]()
        voided: list[VoidedApproval] = []
        environments = self._environments(name)
        for environment in environments:
            old, new = self._resolve(self._base, name, environment), self._resolve(self._head, name, environment)
            changes = list(self._value_changes(old, new))
            object_changes = list(self._object_changes(name, environment))
            label = environment or ""
            if (old is None) != (new is None):
                (added if old is None else removed).append(label)
            if changes or object_changes or (old is None) != (new is None):
                affected.append(label)
                owners |= {model.data["owner"] for model in (old, new) if model is not None}
            _scope(scoped, changes, label)
            objects += [ScopedObject(change, label) for change in object_changes]
            voided += self._invalidated_approvals(old, new) if old and new else ()
        if not affected:
            return None
        return ModelChange(
            name,
            _names(affected),
            tuple(sorted(owners)),
            self._path(name),
            self._state(name),
            _names(added),
            _names(removed),
            tuple(scoped),
            tuple(objects),
            tuple(voided),
        )

    def _invalidated_approvals(self, old: ResolvedModel, new: ResolvedModel) -> Iterator[VoidedApproval]:
        """The approvals of a model in an environment that the change makes invalid."""
        if self._base is None:
            return
        day = self._head.session.as_of
        valid_before = {
            _approval_key(approval)
            for approval in check_approvals(ApprovalAuthority.of(self._base.session.portfolio), old)
            if approval.reason_on(day) is None
        }
        for approval in check_approvals(ApprovalAuthority.of(self._head.session.portfolio), new):
            reason = approval.reason_on(day)
            if reason is not None and _approval_key(approval) in valid_before:
                data = approval.data
                yield VoidedApproval(data["environment"], data["role"], data["team"], data["date"], reason)

    def _policy_changes(self) -> Iterator[PolicyChange]:
        """The findings about policies that the change adds or removes, and those of which the status changes."""
        old, new = (_policy_findings(side) for side in (self._base, self._head))
        for fingerprint, finding in new.items():
            before = old.get(fingerprint)
            if before is None or finding_state(before) is not finding_state(finding):
                yield PolicyChange(_STATE_WORDS[finding_state(finding)], finding)
        for fingerprint, finding in old.items():
            if fingerprint not in new:
                is_lost = is_unbound(self._head.session, finding)
                yield PolicyChange("unbound" if is_lost else "fixed", finding)

    def _state(self, name: str) -> str:
        is_old, is_new = (
            side is not None and name in side.session.portfolio.by_kind("Model") for side in (self._base, self._head)
        )
        return "changed" if is_old and is_new else "added" if is_new else "removed"

    def _environments(self, name: str) -> tuple[str | None, ...]:
        sessions = [side.session for side in (self._head, self._base) if side is not None]
        environments: dict[str | None, None] = {}
        for session in sessions:
            if name in session.portfolio.by_kind("Model"):
                environments |= dict.fromkeys(session.fleet.environments_of(name))
        return tuple(environments)

    def _resolve(self, side: Side | None, name: str, environment: str | None) -> ResolvedModel | None:
        if side is None or name not in side.session.portfolio.by_kind("Model"):
            return None
        if environment not in side.session.fleet.environments_of(name):
            return None
        return side.session.fleet.resolve(name, environment)[0]

    def _path(self, name: str) -> str:
        for side in filter(None, (self._head, self._base)):
            if name in (specs := side.session.portfolio.by_kind("Model")):
                return specs[name].document.path
        return ""

    def _value_changes(self, old: ResolvedModel | None, new: ResolvedModel | None) -> Iterator[ClassifiedChange]:
        if old is None or new is None:
            return
        language = self._head.session.language.type_language(new.spec.data["type"])
        runtime_fields = new.runtime_fields
        is_promotion = (
            old.release is not None and new.release is not None and old.release.version != new.release.version
        )
        for difference in diff_values(
            _content(old), _content(new), _model_rules(language), _model_quantities(language)
        ):
            is_runtime = difference.pointer[0] in runtime_fields
            default = ChangeClass.BEHAVIOUR if is_runtime else ChangeClass.METADATA
            if is_promotion and difference.pointer[0] == "release":
                default = ChangeClass.PROMOTION
            yield classify("Model", difference, default)

    def _object_changes(self, name: str, environment: str | None) -> Iterator[ObjectChange]:
        key = (name, environment or "")
        old_files, new_files = self._changed_files
        yield from diff_objects(old_files.get(key, ()), new_files.get(key, ()))

    @cached_property
    def _changed_files(self) -> tuple[FilesByModel, FilesByModel]:
        """The files of the changed units of models, on both sides, without statements about other files."""
        if not self._sides.is_comparable:
            return {}, {}
        ids = [id_ for id_ in self._sides.changed_units if model_of_unit(id_)]
        return self._files_of(self._base, ids), self._files_of(self._head, ids)

    def _files_of(self, side: Side | None, ids: Sequence[str]) -> FilesByModel:
        emitters = side.session.emitters.by_id if side else {}
        by_model: dict[tuple[str, str], list[OutputFile]] = defaultdict(list)
        for id_, file in side.read_files(ids) if side else ():
            if not emitters[file.emitter].is_last_phase_only:
                by_model[model_of_unit(id_), id_.partition("/")[0]].append(file)
        return by_model

    def _document_changes(self) -> Iterator[DocumentChange]:
        old_specs = dict(_other_documents(self._base.session.portfolio)) if self._base else {}
        new_specs = dict(_other_documents(self._head.session.portfolio))
        for kind, name in sorted(old_specs.keys() | new_specs.keys()):
            old, new = old_specs.get((kind, name)), new_specs.get((kind, name))
            changes = tuple(
                classify(kind, difference, ChangeClass.METADATA)
                for difference in diff_values(_spec_data(old), _spec_data(new))
                if difference.pointer or old is None or new is None
            )
            spec = new or old
            if changes and spec is not None:
                state = "added" if old is None else "removed" if new is None else "changed"
                yield DocumentChange(kind, name, spec.document.path, state, changes if state == "changed" else ())


def _other_documents(portfolio: Portfolio) -> Iterator[tuple[tuple[str, str], Spec]]:
    """All documents except models."""
    yield ("Project", portfolio.project.name), portfolio.project
    for kind, specs in portfolio.specs.items():
        if kind != "Model":
            yield from (((kind, name), specs[name]) for name in specs)
    yield from ((("Defaults", folder or "."), spec) for folder, spec in portfolio.defaults.items())


def _spec_data(spec: Spec | None) -> MaybeJson:
    return ABSENT if spec is None else dict(spec.json)


def _content(model: ResolvedModel) -> dict[str, Json]:
    """The resolved values of a model with the content of the releases that run."""
    content: dict[str, Json] = {key: value for key, value in model.json.items() if key not in _OTHER_FIELDS}
    if model.release is not None:
        content["release"] = _release_content(model.release)
    if model.canary is not None:
        canary = model.json.get("canary")
        content["canary"] = {
            **(canary if isinstance(canary, Mapping) else {}), "release": _release_content(model.canary),
        }  # fmt: skip
    return content


def _release_content(release: Release) -> Json:
    files: dict[str, Json] = {file.relative: bytes_digest(file.content) for file in release.files}
    return {"version": release.version, **plain_data(release.content), **({"files": files} if files else {})}


def _model_rules(language: TypeLanguage) -> MergeRules:
    """The merge rules of a model, with those of a release under `release`."""
    rules = language.merge_rules
    release = rules.child("releases").child(ANY_KEY)
    canary = MergeRules(children={"release": release})
    return MergeRules(children={**(rules.children or {}), "release": release, "canary": canary})


def _model_quantities(language: TypeLanguage) -> Mapping[str, AnnotationTree]:
    release = annotation_tree(language.release_quantities)
    return {
        **language.quantity_tree,
        "release": release,
        "canary": {**_subtree(language.quantity_tree.get("canary")), "release": release},
    }


def _subtree(tree: AnnotationTree | None) -> Mapping[str, AnnotationTree]:
    return tree if isinstance(tree, Mapping) else {}

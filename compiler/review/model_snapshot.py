"""What a change of a model is recognised by: fingerprints of everything that the model itself consists of, in each environment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import NamedTuple

import msgspec

from compiler.execution.jobs.steps import STEP_POINTERS
from compiler.execution.jobs.tasks import Task
from compiler.foundation.json_data import Json, iter_texts, plain_data
from compiler.pipeline.result_keeper import ResultCodec, ResultKind
from compiler.pipeline.session import Session
from compiler.plan.emitters.emitter import project_emitter_options
from compiler.policy.waiver_scope import WaiverScope
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.digests import digest
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import references
from compiler.spec.language import iter_strings
from compiler.spec.portfolio import Spec, path_and_ancestors, release_contents
from compiler.spec.spec_paths import SpecPaths

_KIND_LABELS: Mapping[str, str] = {"UseCase": "use case", "Team": "team", "Dataset": "dataset"}


class PlacementSnapshot(NamedTuple):
    """A model in an environment. `own` and `references` have a fingerprint for each reason why the model can change.

    `data_digest` and `dependencies`: what models depend on that are connected with this one, and the names of those that it depends on.
    """

    owner: str
    is_valid: bool = False
    own: dict[str, str] = {}  # noqa: RUF012 - a field of a tuple, which nothing changes
    references: dict[str, str] = {}  # noqa: RUF012 - as above
    data_digest: str = ""
    dependencies: tuple[str, ...] = ()


class ModelSnapshot(NamedTuple):
    """A model: the path of its spec, and the environments it is in; `None` alone if it is not deployed."""

    path: str
    placements: dict[str | None, PlacementSnapshot]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ModelSnapshot)


class _SnapshotCodec(ResultCodec[ModelSnapshot]):
    def encode(self, value: ModelSnapshot) -> bytes:
        """The snapshot as bytes."""
        return _encoder.encode(value)

    def decode(self, content: bytes) -> ModelSnapshot:
        """The snapshot."""
        try:
            return _decoder.decode(content)
        except msgspec.MsgspecError as error:
            raise ValueError(str(error)) from error

    def summarise(self, value: ModelSnapshot) -> bytes:
        """A digest; empty if the model is invalid somewhere, because no two invalid models count as the same."""
        if not all(placement.is_valid for placement in value.placements.values()):
            return b""
        return hashlib.sha256(_encoder.encode(value)).digest()[:16]


MODEL_SNAPSHOT = ResultKind("model_snapshot", _SnapshotCodec)


class SnapshotReader:
    """The snapshots of the models of a session, each taken once and kept between runs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """The name of each model, and the digest of its snapshot; an empty one if the model is invalid."""
        names = list(self._session.portfolio.by_kind("Model"))
        for result in self._session.keeper.obtain(MODEL_SNAPSHOT, names, "", self._taker.take):
            yield result.name, result.summary
        self._session.keeper.forget_others(MODEL_SNAPSHOT, names)

    def read(self, name: str) -> ModelSnapshot:
        """The snapshot of a model."""
        [result] = self._session.keeper.obtain(MODEL_SNAPSHOT, [name], "", self._taker.take)
        return result.value

    @cached_property
    def _taker(self) -> _SnapshotTaker:
        return _SnapshotTaker(self._session)


class _SnapshotTaker:
    """Takes snapshots of models."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fleet = session.fleet

    def take(self, name: str) -> ModelSnapshot:
        """The snapshot of a model."""
        spec = self._fleet.portfolio.by_kind("Model")[name]
        placements = {
            environment: self._placement(name, environment) for environment in self._fleet.environments_of(name)
        }
        return ModelSnapshot(spec.document.path, placements)

    def _placement(self, name: str, environment: str | None) -> PlacementSnapshot:
        model, _ = self._fleet.resolve(name, environment)
        if model is None:
            return PlacementSnapshot(self._fleet.portfolio.by_kind("Model")[name].data.get("owner") or "")
        return PlacementSnapshot(
            model.data["owner"],
            is_valid=True,
            own=self._own_fingerprints(model),
            references=self._reference_fingerprints(model),
            data_digest=digest([model.name, model.spec.document.path, model.json, _release_fingerprints(model)]),
            dependencies=tuple(self._dependency_names(model)),
        )

    def _own_fingerprints(self, model: ResolvedModel) -> dict[str, str]:
        """What changes the model itself: a reason, and a digest of the data behind it."""
        fingerprints = {field: digest(value) for field, value in model.json.items()}
        fingerprints["releases"] = digest(
            {version: plain_data(content) for version, content in release_contents(model.spec.data).items()}
        )
        fingerprints |= _release_fingerprints(model)
        return {**fingerprints, **self._program_files(model), **dict(self._policy_fingerprints(model))}

    def _reference_fingerprints(self, model: ResolvedModel) -> dict[str, str]:
        """The same for documents that the model refers to; a new reference is reported by the field that contains it."""
        fingerprints = {_document_label(spec): digest(spec.json) for spec in self._referenced_documents(model)}
        return fingerprints | {
            f"dependency {dependency.name}": dependency.runtime_digest for dependency in self._dependencies(model)
        }

    def _referenced_documents(self, model: ResolvedModel) -> Iterator[Spec]:
        """The documents that the model refers to, directly and indirectly, without models."""
        language = self._session.language.type_language(model.spec.data["type"])
        queue = [(kind, name) for kind, name, _, _ in references(model, language)]
        visited_keys: set[tuple[str, str]] = set()
        while queue:
            kind, name = queue.pop()
            spec = self._fleet.portfolio.by_kind(kind).get(name)
            if kind == "Model" or spec is None or (kind, name) in visited_keys:
                continue
            visited_keys.add((kind, name))
            yield spec
            for annotation in self._session.language.references(kind):
                queue += [(annotation.value, reference) for _, reference in iter_strings(spec.json, annotation.pointer)]

    def _program_files(self, model: ResolvedModel) -> dict[str, str]:
        """The files that programs of a model's pipeline may read: next to its spec, named by an argument, or named by the project.

        Folders of other models next to the spec are left out.
        """
        arguments = [argument for step in STEP_POINTERS for argument in Task(step, model, None).argv]
        if not arguments:
            return {}
        tree, folder, spec_paths = self._fleet.tree, dirname(model.spec.document.path), self._spec_paths
        nested_folders = frozenset(spec_paths.model_folders_below(folder))
        local_specs = frozenset(spec_paths.below(folder))
        paths = [
            path
            for path in tree.paths(folder)
            if path not in local_specs and nested_folders.isdisjoint(path_and_ancestors(path))
        ]
        argument_paths = (normpath(join(folder, argument)) for argument in arguments)
        paths += [path for path in argument_paths if not spec_paths.has(path) and tree.has(path)]
        files: Json = {path: tree.blob_id(path) for path in paths}
        return {"files next to the spec": digest(files), **self._project_files()}

    def _project_files(self) -> Mapping[str, str]:
        """The files that the project's emitter settings name, such as requirements, with their content."""
        project, tree = self._fleet.portfolio.project.data, self._fleet.tree
        option_texts = (
            text
            for emitter in self._session.plan_stage.addons
            for text in iter_texts(project_emitter_options(project, emitter))
        )
        return {path: tree.blob_id(path) for path in option_texts if not self._spec_paths.has(path) and tree.has(path)}

    @cached_property
    def _spec_paths(self) -> SpecPaths:
        return SpecPaths(self._fleet.portfolio, self._fleet.reads)

    def _policy_fingerprints(self, model: ResolvedModel) -> Iterator[tuple[str, str]]:
        """The policies that bind the model, and the waivers that may apply to it."""
        policies = self._session.policy_engine.library.bound_policies(model)
        yield from ((f"policy {policy.id}", self._policy_digest(policy.id, policy.spec)) for policy in policies)
        for name, spec in self._fleet.portfolio.by_kind("Waiver").items():
            waiver_scope = WaiverScope(spec)
            if waiver_applies(spec.data, model) and any(waiver_scope.applies_to_policy(policy) for policy in policies):
                yield f"waiver {name}", digest(spec.json)

    def _policy_digest(self, id_: str, spec: Spec) -> str:
        """The digest of a policy, which nearly all models share."""
        if id_ not in self._policy_digests:
            self._policy_digests[id_] = digest(spec.json)
        return self._policy_digests[id_]

    @cached_property
    def _policy_digests(self) -> dict[str, str]:
        return {}

    def _dependencies(self, model: ResolvedModel) -> Iterator[ResolvedModel]:
        """The dependencies of the model, direct and indirect."""
        queue, visited_names = list(self._dependency_names(model)), {model.name}
        while queue:
            name = queue.pop()
            if name in visited_names or model.environment is None:
                continue
            visited_names.add(name)
            dependency = self._fleet.model(name, model.environment.name)
            if dependency is not None:
                yield dependency
                queue += self._dependency_names(dependency)

    def _dependency_names(self, model: ResolvedModel) -> Iterator[str]:
        language = self._session.language.type_language(model.spec.data["type"])
        yield from (dependency.name for dependency in model_dependencies(model, language))


def _release_fingerprints(model: ResolvedModel) -> dict[str, str]:
    """Fingerprints of the releases that run, with their files; for the canary also its share."""
    fingerprints = {"release": _release_digest(model.release)} if model.release else {}
    if model.canary:
        fingerprints["canary"] = digest([_release_digest(model.canary), model.json.get("canary")])
    return fingerprints


def _release_digest(release: Release) -> str:
    return digest([release.version, release.digest])


def _document_label(spec: Spec) -> str:
    return f"{_KIND_LABELS.get(spec.kind, spec.kind)} {spec.name}"

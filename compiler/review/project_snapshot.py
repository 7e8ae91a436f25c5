"""Fingerprints of everything that a model in an environment depends on, for one state of a project."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from posixpath import dirname, join, normpath

from compiler.execution.jobs.steps import STEP_POINTERS
from compiler.execution.jobs.tasks import Task
from compiler.foundation.json_data import Json, iter_texts, plain_data
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

ModelKey = tuple[str, str | None]
"""A model and an environment; `None` for a model that is not deployed."""

INVALID_REASON = "is invalid"
_KIND_LABELS: Mapping[str, str] = {"UseCase": "use case", "Team": "team", "Dataset": "dataset"}
_LAYERED_KEYS = frozenset({"defaults", "types", "policies"})
"""Project fields that reach a model through its layers or its policies."""


class ProjectSnapshot:
    """One state of a project; results are cached."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._fleet = session.fleet

    @cached_property
    def keys(self) -> tuple[ModelKey, ...]:
        """Every model in each of its environments; once, with `None`, if it is not deployed."""
        names = self.session.portfolio.by_kind("Model")
        return tuple((name, environment) for name in names for environment in self._fleet.environments_of(name))

    def __contains__(self, key: ModelKey) -> bool:
        return key in self._key_set

    @cached_property
    def _key_set(self) -> frozenset[ModelKey]:
        return frozenset(self.keys)

    def own_fingerprints(self, key: ModelKey) -> Mapping[str, str]:
        """What changes the model itself: a reason, and a digest of the data behind it."""
        model = self._model(key)
        if model is None:
            return {INVALID_REASON: str(id(self))}
        fingerprints = {field: digest(value) for field, value in model.json.items()}
        fingerprints["releases"] = digest(
            {version: plain_data(content) for version, content in release_contents(model.spec.data).items()}
        )
        fingerprints |= _release_fingerprints(model)
        return {**fingerprints, **self._program_files(model), **dict(self._policy_fingerprints(model))}

    def reference_fingerprints(self, key: ModelKey) -> Mapping[str, str]:
        """The same for documents that the model refers to; a new reference is reported by the field that contains it."""
        model = self._model(key)
        if model is None:
            return {}
        fingerprints = {_document_label(spec): digest(spec.json) for spec in self._referenced_documents(model)}
        return fingerprints | {
            f"dependency {dependency.name}": dependency.runtime_digest for dependency in self._dependencies(model)
        }

    def context_digest(self, key: ModelKey) -> str:
        """A digest of everything else that rendered files of the model may depend on."""
        model = self._model(key)
        component_digest = self._component_digests.get(key[1] or "", {}).get(key[0], "")
        environment = model.environment.json if model and model.environment else None
        path = model.spec.document.path if model else ""
        return digest([path, environment, component_digest, self._project_digest])

    def owner(self, key: ModelKey) -> str:
        """The team that owns the model."""
        model = self._model(key)
        return model.data["owner"] if model else self.session.portfolio.by_kind("Model")[key[0]].data.get("owner") or ""

    def spec_path(self, name: str) -> str:
        """The path of the model's spec."""
        return self.session.portfolio.by_kind("Model")[name].document.path

    def _model(self, key: ModelKey) -> ResolvedModel | None:
        return self._fleet.resolve(*key)[0]

    @cached_property
    def _project_digest(self) -> str:
        """A digest of what may affect any artifact: project settings, and the project's own templates."""
        data = self.session.portfolio.project.json
        project_data: dict[str, Json] = {key: value for key, value in data.items() if key not in _LAYERED_KEYS}
        template_digests: dict[str, Json] = {
            emitter.id: emitter.digest for emitter in self.session.emitters.by_id.values() if not emitter.is_builtin
        }
        return digest([project_data, template_digests])

    def _referenced_documents(self, model: ResolvedModel) -> Iterator[Spec]:
        """The documents that the model refers to, directly and indirectly, without models."""
        language = self.session.language.type_language(model.spec.data["type"])
        queue = [(kind, name) for kind, name, _, _ in references(model, language)]
        visited_keys: set[tuple[str, str]] = set()
        while queue:
            kind, name = queue.pop()
            spec = self.session.portfolio.by_kind(kind).get(name)
            if kind == "Model" or spec is None or (kind, name) in visited_keys:
                continue
            visited_keys.add((kind, name))
            yield spec
            for annotation in self.session.language.references(kind):
                queue += [(annotation.value, reference) for _, reference in iter_strings(spec.json, annotation.pointer)]

    def _program_files(self, model: ResolvedModel) -> dict[str, str]:
        """The files that programs of a model's pipeline may read: next to its spec, named by an argument, or named by the project.

        Folders of other models next to the spec are left out.
        """
        arguments = [argument for step in STEP_POINTERS for argument in Task(step, model, None).argv]
        if not arguments:
            return {}
        tree, folder = self.session.tree, dirname(model.spec.document.path)
        nested_folders = {
            model_folder
            for model_folder in self._model_folders
            if model_folder != folder and f"{model_folder}/".startswith(f"{folder}/")
        }
        paths = [
            path
            for path in tree.paths(folder)
            if path not in self._spec_paths and nested_folders.isdisjoint(path_and_ancestors(path))
        ]
        argument_paths = (normpath(join(folder, argument)) for argument in arguments)
        paths += [path for path in argument_paths if path not in self._spec_paths and tree.has(path)]
        return {"files next to the spec": digest({path: tree.blob_id(path) for path in paths}), **self._project_files}

    @cached_property
    def _project_files(self) -> Mapping[str, str]:
        """The files that the project's emitter settings name, such as requirements, with their content."""
        project, tree = self.session.portfolio.project.data, self.session.tree
        option_texts = (
            text
            for emitter in self.session.plan_stage.addons
            for text in iter_texts(project_emitter_options(project, emitter))
        )
        return {path: tree.blob_id(path) for path in option_texts if path not in self._spec_paths and tree.has(path)}

    @cached_property
    def _spec_paths(self) -> frozenset[str]:
        """The files that contain documents."""
        portfolio = self.session.portfolio
        documents = [spec for kind in portfolio.specs.values() for spec in kind.values()]
        return frozenset(spec.document.path for spec in (*documents, *portfolio.defaults.values()))

    @cached_property
    def _model_folders(self) -> frozenset[str]:
        """The folders that contain models."""
        return frozenset(dirname(spec.document.path) for spec in self.session.portfolio.by_kind("Model").values())

    def _policy_fingerprints(self, model: ResolvedModel) -> Iterator[tuple[str, str]]:
        """The policies that bind the model, and the waivers that may apply to it."""
        policies = self.session.policy_engine.library.bound_policies(model)
        yield from ((f"policy {policy.id}", digest(policy.spec.json)) for policy in policies)
        for name, spec in self.session.portfolio.by_kind("Waiver").items():
            waiver_scope = WaiverScope(spec)
            if waiver_applies(spec.data, model) and any(waiver_scope.applies_to_policy(policy) for policy in policies):
                yield f"waiver {name}", digest(spec.json)

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
        language = self.session.language.type_language(model.spec.data["type"])
        yield from (dependency.name for dependency in model_dependencies(model, language))

    @cached_property
    def _component_digests(self) -> Mapping[str, Mapping[str, str]]:
        """By environment and model: a digest of all models that are connected with it through dependencies."""
        models: dict[str, dict[str, ResolvedModel]] = {}
        for name, environment in self.keys:
            model = self._model((name, environment))
            if model is not None and environment is not None:
                models.setdefault(environment, {})[name] = model
        return {
            environment: self._digest_components(environment_models)
            for environment, environment_models in models.items()
        }

    def _digest_components(self, models: Mapping[str, ResolvedModel]) -> Mapping[str, str]:
        edges: dict[str, set[str]] = {name: set() for name in models}
        for name, model in models.items():
            for dependency in self._dependency_names(model):
                edges[name].add(dependency)
                edges.setdefault(dependency, set()).add(name)
        digests: dict[str, str] = {}
        for name in models:
            if name not in digests:
                group = _reachable_names(edges, name)
                component_digest = digest([_model_data(models[member]) for member in sorted(group) if member in models])
                digests |= dict.fromkeys(group, component_digest)
        return digests


def _reachable_names(edges: Mapping[str, Iterable[str]], start: str) -> frozenset[str]:
    queue, visited_names = [start], {start}
    while queue:
        for neighbor in edges[queue.pop()]:
            if neighbor not in visited_names:
                visited_names.add(neighbor)
                queue.append(neighbor)
    return frozenset(visited_names)


def _release_fingerprints(model: ResolvedModel) -> dict[str, str]:
    """Fingerprints of the releases that run, with their files; for the canary also its share."""
    fingerprints = {"release": _release_digest(model.release)} if model.release else {}
    if model.canary:
        fingerprints["canary"] = digest([_release_digest(model.canary), model.json.get("canary")])
    return fingerprints


def _release_digest(release: Release) -> str:
    return digest([release.version, release.digest])


def _model_data(model: ResolvedModel) -> Json:
    """The model's data that connected models depend on."""
    return [model.name, model.spec.document.path, model.json, _release_fingerprints(model)]


def _document_label(spec: Spec) -> str:
    return f"{_KIND_LABELS.get(spec.kind, spec.kind)} {spec.name}"

"""The models that a model calls while it runs: those that it uses, and those that its release is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Json, Object, Pointer, plain_data
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.data_types import EnsembleStepData
from compiler.spec.language import Annotation, TypeLanguage, iter_values


@dataclass(frozen=True, slots=True)
class ModelDependency:
    """A dependency; `pointer` leads to the map that names it, within the release if there is one."""

    name: str
    version_range: Json
    entry: Object
    pointer: Pointer
    release: Release | None
    is_direct: bool
    """Whether the model itself makes the call; otherwise its callers do."""
    step: EnsembleStepData | None = None
    """The step of an ensemble that names the model."""

    def finding(self, model: ResolvedModel, message: str, key: str, help_: str | None = None) -> Finding:
        """A finding about a key of the map that names the dependency."""
        return release_finding(model, self.release, codes.DEPENDENCY_NOT_DEPLOYED, message, (*self.pointer, key), help_)


def model_dependencies(model: ResolvedModel, language: TypeLanguage) -> Iterator[ModelDependency]:
    """Every dependency of the model, in the order of the spec."""
    for index, use in enumerate(model.data.get("uses", ())):
        if "model" in use:
            yield ModelDependency(
                use["model"], use.get("release"), plain_data(use), ("uses", index), None, is_direct=True
            )
    for release in filter(None, (model.release, model.canary)):
        for annotation in language.dependencies:
            yield from _release_dependencies(release, annotation)


def _release_dependencies(release: Release, annotation: Annotation) -> Iterator[ModelDependency]:
    """The maps in a release that name a model at the annotation's pointer."""
    is_direct, key = annotation.value == "model", str(annotation.pointer[-1])
    for pointer, entry in iter_values(release.json, annotation.pointer[:-1]):
        name = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(name, str):
            step = _ensemble_step(release, pointer)
            yield ModelDependency(name, entry.get("release"), entry, pointer, release, is_direct, step)


def _ensemble_step(release: Release, pointer: Pointer) -> EnsembleStepData | None:
    index = pointer[2] if pointer[:2] == ("source", "steps") else None
    return release.source["steps"][index] if isinstance(index, int) else None


def release_finding(
    model: ResolvedModel, release: Release | None, code: Code, message: str, pointer: Pointer, help_: str | None = None
) -> Finding:
    """A finding about the model in its environment, or about a release wherever it runs."""
    if release is None:
        return model.finding(code, message, pointer, help_, per_environment=True)
    document_pointer = (*release.pointer, *pointer)
    environment = model.environment.name if model.environment and code is codes.DEPENDENCY_NOT_DEPLOYED else None
    subject = Subject("Model", model.name, environment, document_pointer)
    return Finding(code, message, model.spec.document.location(document_pointer), subject, help_)

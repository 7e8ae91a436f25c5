"""The models that a model calls while it runs: those that it uses, and those that its release is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, value_at
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.language import TypeLanguage, iter_values


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

    def finding(self, model: ResolvedModel, message: str, key: str, help_: str | None = None) -> Finding:
        """A finding about a key of the map that names the dependency."""
        return release_finding(model, self.release, codes.DEPENDENCY_NOT_DEPLOYED, message, (*self.pointer, key), help_)


def model_dependencies(model: ResolvedModel, language: TypeLanguage) -> Iterator[ModelDependency]:
    """Every dependency of the model, in the order of the spec."""
    for index, use in enumerate(map(as_object, as_list(model.data.get("uses")))):
        if "model" in use:
            yield ModelDependency(as_str(use["model"]), use.get("release"), use, ("uses", index), None, is_direct=True)
    for release in (model.release, model.canary):
        for annotation in language.dependencies if release else ():
            for pointer, name in iter_values(release.content if release else {}, annotation.pointer):
                entry = as_object(value_at(release.content if release else {}, pointer[:-1]))
                version_range, is_direct = entry.get("release"), annotation.value == "model"
                yield ModelDependency(as_str(name), version_range, entry, pointer[:-1], release, is_direct)


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

"""Which models a model asks while it runs: those that it uses, and those that its release is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, at
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.language import TypeLanguage, matches


@dataclass(frozen=True, slots=True)
class Ask:
    """A model that is asked; `pointer` leads to the map that names it, in the release if there is one."""

    name: str
    wanted: Json
    said: Object
    pointer: Pointer
    release: Release | None
    itself: bool
    """Whether the model itself asks; else whoever asks the model asks this one too."""

    def finding(self, model: ResolvedModel, message: str, key: str, help_: str | None = None) -> Finding:
        """A finding about a key of the map that names the other model."""
        return finding_in(model, self.release, codes.NOT_THERE, message, (*self.pointer, key), help_)


def asks(model: ResolvedModel, language: TypeLanguage) -> Iterator[Ask]:
    """Every model that is asked while this one runs, in the order in which they are written."""
    for index, use in enumerate(map(as_object, as_list(model.data.get("uses")))):
        if "model" in use:
            yield Ask(as_str(use["model"]), use.get("release"), use, ("uses", index), None, itself=True)
    for release in (model.release, model.canary):
        for mark in language.asked if release else ():
            for pointer, name in matches(release.content if release else {}, mark.pointer):
                said = as_object(at(release.content if release else {}, pointer[:-1]))
                wanted, itself = said.get("release"), mark.value == "itself"
                yield Ask(as_str(name), wanted, said, pointer[:-1], release, itself)


def finding_in(
    model: ResolvedModel, release: Release | None, code: Code, message: str, pointer: Pointer, help_: str | None = None
) -> Finding:
    """A finding about the model in its environment, or about a release of it wherever that runs."""
    if release is None:
        return model.finding(code, message, pointer, help_, here=True)
    written = (*release.pointer, *pointer)
    environment = model.environment.name if model.environment and code is codes.NOT_THERE else None
    subject = Subject("Model", model.name, environment, written)
    return Finding(code, message, model.spec.document.place(written), subject, help_)

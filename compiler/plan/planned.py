"""Files that are to be made, and the units that own them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compiler import codes
from compiler.diagnostics import Finding, Subject
from compiler.plan.context import Context
from compiler.plan.emitter import Emitter, FileRule
from compiler.plan.planner import Planner
from compiler.resolve.model import ResolvedModel
from compiler.values import as_str


@dataclass(frozen=True)
class PlannedFile:
    """A file to be made: where below the output folder, where it is committed (if it is), by which rule, from what."""

    path: str
    place: str | None
    emitter: Emitter
    rule: FileRule
    context: Context
    model: ResolvedModel | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class PlannedUnit:
    """Files that are owned together; `findings` where some of them cannot be made."""

    id: str
    files: tuple[PlannedFile, ...]
    findings: tuple[Finding, ...]


def of_all(group: str) -> str:
    """The unit of what a class of emitters makes that is no environment's; no environment can have such a name."""
    return f"all.{group}"


def filled_path(
    planner: Planner, emitter: Emitter, rule: FileRule, context: Context
) -> tuple[str, str | None] | Finding:
    """Where a rule puts its file, and where it is committed."""
    path = planner.evaluate(emitter, rule.path, context, (*rule.pointer, "path"))
    if isinstance(path, Finding):
        return path
    place = planner.evaluate(emitter, rule.place, context, (*rule.pointer, "place")) if rule.place else None
    return place if isinstance(place, Finding) else (as_str(path), as_str(place) or None)


def sources_of(*models: ResolvedModel) -> tuple[str, ...]:
    """Paths of all that models were read from: the documents of their layers, the files of their releases."""
    layers = [layer.document.path for model in models for layer in model.layers if layer.document]
    releases = [release for model in models for release in (model.release, model.canary) if release]
    return tuple(dict.fromkeys([*layers, *(file.path for release in releases for file in release.files)]))


def clashes(files: Iterable[PlannedFile]) -> Iterator[Finding]:
    """Files of a unit that want one path."""
    taken: dict[str, PlannedFile] = {}
    for file in files:
        before = taken.setdefault(file.path, file)
        if before is not file:
            message = f"{before.emitter.id} and {file.emitter.id} both write {file.path}"
            place = file.emitter.place((*file.rule.pointer, "path"))
            yield Finding(
                codes.PATH_CLASH, message, place, Subject("Emitter", file.emitter.id), "give one of them another path"
            )

"""Files that are to be made, and the units that own them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Object, as_str
from compiler.foundation.provenance import Derived, Item
from compiler.plan.context.lazy_context import Context
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.emitters.emitter_loader import mistake
from compiler.plan.planning_services import Planner
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.resolve.resolver import references
from compiler.spec.portfolio import Spec


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
    if isinstance(place, Finding):
        return place
    if _is_read(planner, as_str(place)):
        message = f"{place} lies among the specs, and what is made is no source"
        return mistake(emitter, message, (*rule.pointer, "place"), "place it in a folder that nobody edits, such as records/")
    return as_str(path), as_str(place) or None


def _is_read(planner: Planner, place: str) -> bool:
    """Whether a file would be read as a spec, a template or a schema by the next run."""
    portfolio = planner.fleet.portfolio
    return any(place.startswith(f"{portfolio.folder(name)}/") for name in ("models", "templates", "schemas"))


def sources_of(*models: ResolvedModel) -> tuple[str, ...]:
    """Paths of all that models were read from: the documents of their layers, the files of their releases."""
    layers = [layer.document.path for model in models for layer in model.layers if layer.document]
    releases = [release for model in models for release in (model.release, model.canary) if release]
    return tuple(dict.fromkeys([*layers, *(file.path for release in releases for file in release.files)]))


def read_for(fleet: Fleet, *models: ResolvedModel) -> tuple[str, ...]:
    """Paths of all that bears on what is made of models: what they were read from, and the documents that they name."""
    portfolio = fleet.portfolio
    named = [spec for model in models for spec in (model.environment, *_named(fleet, model)) if spec]
    documents = dict.fromkeys(spec.document.path for spec in (portfolio.project, *named))
    return tuple(sorted({*sources_of(*models), *documents}))


def _named(fleet: Fleet, model: ResolvedModel) -> Iterator[Spec]:
    language = fleet.language.type(as_str(model.data["type"]))
    for kind, name, _, _ in references(model, language):
        spec = fleet.portfolio.of(kind).get(name)
        if spec is not None:
            yield spec


def said(emitter: Emitter) -> dict[str, Item]:
    """What an emitter says of what its records are for, and what they rest on."""
    return {key: Derived(emitter.data[key], ()) for key in ("regime", "law") if key in emitter.data}


def unit_item(
    path: str, resources: Sequence[str] = (), sources: Sequence[str] = (), artifacts: Sequence[Json] = ()
) -> Derived:
    """What templates see of their unit; files that are made last see digests too."""
    whole: Object = {
        "path": path, "resources": list(resources), "files": [], "sources": list(sources), "artifacts": list(artifacts),
    }  # fmt: skip
    return Derived(whole, ())


def clashes(files: Iterable[PlannedFile]) -> Iterator[Finding]:
    """Files of a unit that want one path."""
    taken: dict[str, PlannedFile] = {}
    for file in files:
        before = taken.setdefault(file.path, file)
        if before is not file:
            message = f"{before.emitter.id} and {file.emitter.id} both write {file.path}"
            place = file.emitter.place((*file.rule.pointer, "path"))
            yield Finding(
                codes.SAME_PATH, message, place, Subject("Emitter", file.emitter.id), "give one of them another path"
            )

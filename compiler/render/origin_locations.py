"""From what a value was made of to the line of the spec that says it."""

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import Json, Object, Pointer, as_str, at
from compiler.foundation.provenance import Origin, Root
from compiler.plan.planning import PlannedFile
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release
from compiler.source.document import Document


def located(fleet: Fleet, planned: PlannedFile, origin: Origin) -> tuple[Place | None, Json]:
    """The place of an origin, and the value that stands there."""
    value = _value(planned, origin)
    model = planned.model
    if model is not None and origin.root == "model":
        return model.place(origin.pointer), value
    if origin.root == "options":
        return _option(fleet, planned, origin), value
    if model is not None and origin.root in {"release", "canary"}:
        release = model.release if origin.root == "release" else model.canary
        return (_released(model.spec.document, release, origin) if release else None), value
    document = _document(fleet, planned, origin.root)
    if document is None:
        return None, value
    return document.place(origin.pointer), _at(document.data, origin.pointer) if value is None else value


def _released(document: Document, release: Release, origin: Origin) -> Place:
    if origin.pointer in {("version",), ("digest",)} and release.pointer:
        return document.key_place(release.pointer)
    return document.place((*release.pointer, *origin.pointer))


def _option(fleet: Fleet, planned: PlannedFile, origin: Origin) -> Place:
    """A model says the options of its target, and the project those of other emitters."""
    if planned.model is not None and planned.emitter.is_target:
        return planned.model.place(("deploy", "options", *origin.pointer))
    return fleet.portfolio.project.document.place(("emitters", planned.emitter.id, "options", *origin.pointer))


def _document(fleet: Fleet, planned: PlannedFile, root: str) -> Document | None:
    if root == "project":
        return fleet.portfolio.project.document
    kind, slash, name = root.partition("/")
    if slash:
        found = fleet.portfolio.defaults.get(name) if kind == "Defaults" else fleet.portfolio.of(kind).get(name)
        return found.document if found else None
    model = planned.model
    if root == "environment" and model is not None and model.environment is not None:
        return model.environment.document
    if root == "team" and model is not None:
        team = fleet.portfolio.of("Team").get(as_str(model.data["owner"]))
        return team.document if team else None
    return None


def _value(planned: PlannedFile, origin: Origin) -> Json:
    root = planned.context.get(origin.root)
    return _at(root.data, origin.pointer) if isinstance(root, Root) else None


def _at(data: Object, pointer: Pointer) -> Json:
    try:
        return at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return None

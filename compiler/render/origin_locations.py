"""Locates the spec line of a value's origin."""

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Json, Object, Pointer, value_at
from compiler.foundation.provenance import DocumentValue, Origin
from compiler.plan.planned_units import PlannedFile
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release
from compiler.source.document import Document


def origin_location(fleet: Fleet, planned_file: PlannedFile, origin: Origin) -> tuple[Location | None, Json]:
    """The location of an origin, and its value."""
    value = _origin_value(planned_file, origin)
    model = planned_file.model
    if model is not None and origin.root == "model":
        return model.location(origin.pointer), value
    if origin.root == "options":
        return _option_location(fleet, planned_file, origin), value
    if model is not None and origin.root in {"release", "canary"}:
        release = model.release if origin.root == "release" else model.canary
        return (_release_location(model.spec.document, release, origin) if release else None), value
    document = _origin_document(fleet, planned_file, origin.root)
    if document is None:
        return None, value
    return document.location(origin.pointer), _value_at(document.data, origin.pointer) if value is None else value


def _release_location(document: Document, release: Release, origin: Origin) -> Location:
    if origin.pointer in {("version",), ("digest",)} and release.pointer:
        return document.key_location(release.pointer)
    return document.location((*release.pointer, *origin.pointer))


def _option_location(fleet: Fleet, planned_file: PlannedFile, origin: Origin) -> Location:
    """Options of the target are set by the model, those of other emitters by the project."""
    if planned_file.model is not None and planned_file.emitter.is_target:
        return planned_file.model.location(("deploy", "options", *origin.pointer))
    return fleet.portfolio.project.document.location(("emitters", planned_file.emitter.id, "options", *origin.pointer))


def _origin_document(fleet: Fleet, planned_file: PlannedFile, root: str) -> Document | None:
    if root == "project":
        return fleet.portfolio.project.document
    kind, separator, name = root.partition("/")
    if separator:
        spec = fleet.portfolio.defaults.get(name) if kind == "Defaults" else fleet.portfolio.by_kind(kind).get(name)
        return spec.document if spec else None
    model = planned_file.model
    if root == "environment" and model is not None and model.environment is not None:
        return model.environment.document
    if root == "team" and model is not None:
        team = fleet.portfolio.by_kind("Team").get(model.data["owner"])
        return team.document if team else None
    return None


def _origin_value(planned_file: PlannedFile, origin: Origin) -> Json:
    root = planned_file.context.get(origin.root)
    return _value_at(root.data, origin.pointer) if isinstance(root, DocumentValue) else None


def _value_at(data: Object, pointer: Pointer) -> Json:
    try:
        return value_at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return None

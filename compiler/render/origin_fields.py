"""Names the field of a document that a value of a template comes from, as an author writes it."""

from compiler.foundation.json_data import Pointer, format_path
from compiler.foundation.provenance import Origin
from compiler.plan.planned_units import PlannedFile
from compiler.resolve.resolved_model import ResolvedModel


def origin_field(file: PlannedFile, origin: Origin) -> str:
    """The field in backquotes, with its document if that is not the model: `images.opa.image` of the Project."""
    model, pointer = file.model, origin.pointer
    if model is not None and origin.root in {"release", "canary"}:
        pointer = _release_field(model, origin)
        document = ""
    elif origin.root == "model":
        document = ""
    elif origin.root == "options":
        pointer, document = ("deploy", "options", *pointer), ""
    elif origin.root == "environment" and model is not None and model.environment is not None:
        document = f" of the Environment {model.environment.name}"
    elif origin.root == "project":
        document = " of the Project"
    else:
        kind, separator, name = origin.root.partition("/")
        document = f" of the {kind} {name}" if separator else f" of `{kind}`"
    return f"`{format_path(pointer)}`{document}"


def _release_field(model: ResolvedModel, origin: Origin) -> Pointer:
    """The field in the content of the release; for its version, the field that selects it."""
    release = model.release if origin.root == "release" else model.canary
    is_selection = origin.pointer in {(), ("version",), ("digest",)}
    if release is None or (is_selection and not release.pointer):
        return ("version",)
    if not is_selection:
        return (*release.pointer, *origin.pointer)
    if model.environment is None or not model.blame(("release",)):
        return release.pointer
    selection = ("release",) if origin.root == "release" else ("canary", "release")
    return ("environments", model.environment.name, *selection)

"""Rewrites origins in a model to origins in documents, for files that do not belong to one model."""

from compiler.foundation.provenance import Origin, Origins
from compiler.plan.context.adoption import adoption_origins
from compiler.plan.context.model_context import environment_of, namespace_origins
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import document_identity


def to_document_origins(model: ResolvedModel, origins: Origins) -> Origins:
    """The same origins in the documents that set them; origins without a document are left out."""
    document_origins = (_document_origin(model, origin) for origin in origins)
    return tuple(origin for origin in document_origins if origin is not None)


def namespace_document_origins(model: ResolvedModel) -> Origins:
    """The origins of a model's namespace, by document."""
    return to_document_origins(
        model, adoption_origins(model, "namespace", namespace_origins(model, environment_of(model)))
    )


def _document_origin(model: ResolvedModel, origin: Origin) -> Origin | None:
    if origin.root == "environment":
        return Origin(f"Environment/{environment_of(model).name}", origin.pointer)
    for entry in model.blame(origin.pointer) if origin.root == "model" else ():
        if entry.layer.document is not None and not entry.deletes:
            kind, name = document_identity(entry.layer.document)
            return Origin("project" if kind == "Project" else f"{kind}/{name}", entry.document_pointer)
    return None

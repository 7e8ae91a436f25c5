"""What a model's values were made of, told by documents: for files in which no model is at hand."""

from compiler.foundation.provenance import Origin, Origins
from compiler.plan.context.adoption import adoption_origins
from compiler.plan.context.model_context import environment_of, namespace_origins
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import document_identity


def to_document_origins(model: ResolvedModel, origins: Origins) -> Origins:
    """The same places by the documents that say them; those that no document says are left out."""
    document_origins = (_document_origin(model, origin) for origin in origins)
    return tuple(origin for origin in document_origins if origin is not None)


def namespace_document_origins(model: ResolvedModel) -> Origins:
    """What the namespace of a model comes from, by documents."""
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

"""What a model's values were made of, told by documents: for files in which no model is at hand."""

from compiler.foundation.provenance import Origin, Origins
from compiler.plan.context.adoption import adopted_from
from compiler.plan.context.model_context import environment_of, namespace_origins
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import identity


def written(model: ResolvedModel, origins: Origins) -> Origins:
    """The same places by the documents that say them; those that no document says are left out."""
    found = (_written(model, origin) for origin in origins)
    return tuple(origin for origin in found if origin is not None)


def namespaced_by(model: ResolvedModel) -> Origins:
    """What the namespace of a model comes from, by documents."""
    return written(model, adopted_from(model, "namespace", namespace_origins(model, environment_of(model))))


def _written(model: ResolvedModel, origin: Origin) -> Origin | None:
    if origin.root == "environment":
        return Origin(f"Environment/{environment_of(model).name}", origin.pointer)
    for said in model.blame(origin.pointer) if origin.root == "model" else ():
        if said.layer.document is not None and not said.deletes:
            kind, name = identity(said.layer.document)
            return Origin("project" if kind == "Project" else f"{kind}/{name}", said.written)
    return None

"""What files and checks about many models need to know of a model in one environment."""

from dataclasses import dataclass

from compiler.foundation.provenance import Origin, Origins
from compiler.plan.context.document_origins import namespace_document_origins, to_document_origins
from compiler.plan.context.exports import EmitterExports
from compiler.plan.context.model_context import environment_of
from compiler.plan.max_requests import ResourceTotals, max_requests
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.fleet import Fleet
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """A deployment in plain data, so that a fleet is known without holding all of its models.

    `max_requests` are the maximum requests of its pods, or the resources that it does not set although it has pods; they are zero in an
    environment without a quota. `route` is the host and the path at which the model is exposed, empty if it is not.
    """

    model: str
    path: str
    """The path of the model's document."""
    environment: str
    owner: str
    owner_origins: Origins
    dependency_names: tuple[str, ...]
    namespace: str
    namespace_origins: Origins
    max_requests: ResourceTotals | tuple[str, ...]
    route: str
    has_patches: bool


def deployment_facts(fleet: Fleet, exports: EmitterExports, model: ResolvedModel) -> DeploymentFacts:
    """The facts of a model in its environment."""
    environment = environment_of(model)
    language = fleet.language.type_language(model.spec.data["type"])
    dependencies = model_dependencies(model, language)
    return DeploymentFacts(
        model=model.name,
        path=model.spec.document.path,
        environment=environment.name,
        owner=model.data["owner"],
        owner_origins=to_document_origins(model, (Origin("model", ("owner",)),)),
        dependency_names=tuple(dependency.name for dependency in dependencies if dependency.is_direct),
        namespace=namespace(model) or "",
        namespace_origins=namespace_document_origins(model),
        max_requests=max_requests(exports, model) if "quota" in environment.data else ResourceTotals(),
        route=_route(model),
        has_patches=bool(model.data.get("deploy", {}).get("patches")),
    )


def _route(model: ResolvedModel) -> str:
    expose = model.data.get("deploy", {}).get("expose")
    if not expose:
        return ""
    return f"{expose['host'].lower()}{expose.get('path', '/').rstrip('/') or '/'}"

"""What a model has to do with others: whom it asks, who asks it, what it reaches, and where it is itself."""

from collections.abc import Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.provenance import Derived, Origin, Origins, derived_list
from compiler.plan.context.adoption import own_selector, selector
from compiler.plan.context.model_context import Values, environment_of
from compiler.plan.context.network import exports, reach
from compiler.plan.context.settings_env import settings
from compiler.plan.matching.emitter_evaluation import Situation
from compiler.plan.planning_services import Planner
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel


def with_neighbours(planner: Planner, alone: Situation, context: Values) -> tuple[Values, tuple[Finding, ...]]:
    """The target's context with everything that a template of the model sees but the paths of other files, and what is wrong."""
    model, context = alone.model, dict(context)
    deploy = as_object(model.data.get("deploy"))
    exported = exports(planner, alone.emitter, context, "endpoint")
    if isinstance(exported, Finding):
        return context, (exported,)
    if exported:
        context["endpoint"] = Derived(exported, (Origin("model", ("name",)),))
    found = reach(planner, model)
    origins: Origins = (Origin("model", ("uses",)), Origin("release", ("source",)))
    asked = [
        Derived({"name": use.data["env"], "value": use.data["url"]}, (use.origin,))
        for use in found.uses
        if "env" in use.data
    ]
    secrets = [_secret(secret) for secret in map(as_object, as_list(deploy.get("secrets")))]
    context |= {
        "uses": derived_list([Derived(use.data, (use.origin,)) for use in found.uses], origins),
        "egress": Derived(
            list(found.egress),
            (*origins, Origin("model", ("deploy", "egress"))),
        ),
        "usedBy": Derived(_used_by(planner, model), origins),
        "variables": derived_list(
            [*asked, *settings(model.release), *_each(as_list(deploy.get("env")), "env")],
            (*origins, Origin("model", ("deploy", "env"))),
        ),
        "secrets": derived_list(_each(secrets, "secrets"), (Origin("model", ("deploy", "secrets")),)),
    }
    return context, found.findings


def _each(elements: Sequence[Json], key: str) -> list[Derived]:
    """Elements of a list below `deploy`, each made of its own."""
    return [Derived(element, (Origin("model", ("deploy", key, index)),)) for index, element in enumerate(elements)]


def _secret(secret: Object) -> Object:
    key = as_str(secret["key"])
    path, slash, property_ = key.rpartition("/")
    whole: dict[str, Json] = {"name": secret["name"], "key": key, "env": as_object(secret["as"])["env"]}
    return {**whole, "path": path, "property": property_} if slash else {**whole, "path": key}


def _used_by(planner: Planner, model: ResolvedModel) -> list[Json]:
    environment = environment_of(model).name
    project = planner.fleet.portfolio.project.name
    found: list[Json] = []
    for name in planner.fleet.users(model.name, environment):
        user = planner.fleet.model(name, environment)
        if user is not None:
            adopted = bool(own_selector(user))
            found.append(
                {"name": name, "namespace": namespace(user), "selector": selector(user, project), "adopted": adopted}
            )
    return found

"""What a model has to do with others: whom it asks, who asks it, what it reaches, and where it is itself."""

from collections.abc import Sequence
from dataclasses import replace

from compiler.diagnostics import Finding
from compiler.plan import names
from compiler.plan.context import Context
from compiler.plan.emitter import Emitter
from compiler.plan.endpoints import endpoint, reached
from compiler.plan.planner import Planner
from compiler.plan.situation import Situation, base_context, environment_of, situation
from compiler.provenance import Derived, Origin, Origins, derived_list
from compiler.resolve.model import ResolvedModel
from compiler.resolve.places import dataset_in, namespace
from compiler.values import Json, Object, as_list, as_object, as_str


def with_neighbours(planner: Planner, alone: Situation) -> Situation:
    """The target's situation with everything that a template of the model sees but the paths of other files."""
    model, context, findings = alone.model, dict(alone.context), list(alone.findings)
    deploy = as_object(model.data.get("deploy"))
    exported = exports(planner, alone.emitter, context, "endpoint")
    if isinstance(exported, Finding):
        return replace(alone, findings=(*findings, exported))
    if exported:
        context["endpoint"] = Derived(exported, (Origin("model", ("name",)),))
    uses: list[dict[str, Json]] = []
    for use in map(as_object, as_list(model.data.get("uses"))):
        one = _use(planner, model, use)
        if isinstance(one, Finding):
            findings.append(one)
        elif one is not None:
            uses.append(one)
    origins: Origins = (Origin("model", ("uses",)),)
    extra = [as_str(url) for url in as_list(deploy.get("egress"))]
    asked = [
        Derived({"name": use["env"], "value": use["url"]}, (Origin("model", ("uses", index)),))
        for index, use in enumerate(uses)
    ]
    secrets = [_secret(secret) for secret in map(as_object, as_list(deploy.get("secrets")))]
    context |= {
        "uses": derived_list(
            [Derived(use, (Origin("model", ("uses", index)),)) for index, use in enumerate(uses)], origins
        ),
        "egress": Derived(list(reached(uses, extra)), (*origins, Origin("model", ("deploy", "egress")))),
        "usedBy": Derived(_used_by(planner, model), origins),
        "variables": derived_list(
            [*asked, *_each(as_list(deploy.get("env")), "env")], (*origins, Origin("model", ("deploy", "env")))
        ),
        "secrets": derived_list(_each(secrets, "secrets"), (Origin("model", ("deploy", "secrets")),)),
    }
    return replace(alone, context=context, findings=tuple(findings))


def exports(planner: Planner, emitter: Emitter, context: Context, name: str) -> Object | Finding:
    """What an emitter exports of a model under a name, with the parts of its URL; empty where it exports nothing."""
    written = as_object(emitter.data.get("exports")).get(name)
    if written is None:
        return {}
    filled = planner.evaluate(emitter, written, context, ("exports", name))
    if isinstance(filled, Finding):
        return filled
    found = {key: value for key, value in as_object(filled).items() if value is not None}
    if "path" in found:
        found["url"] = f"{found.get('url', '')}{found['path']}"
    parts = endpoint(as_str(found.get("url")))
    return {**(parts.data if parts else {}), **found}


def _use(planner: Planner, model: ResolvedModel, use: Object) -> dict[str, Json] | Finding | None:
    env = as_str(as_object(use.get("as")).get("env"))
    environment = environment_of(model)
    if "dataset" in use:
        spec = planner.fleet.find("Dataset", as_str(use["dataset"]))
        if spec is None:
            return None
        data = dataset_in(planner.fleet.layers, spec, environment.name)
        url = as_str(data.get("endpoint")) or as_str(data.get("uri"))
        found = endpoint(url)
        return {
            "kind": "dataset",
            "name": spec.name,
            "env": env,
            "url": url,
            **(found.data if found else {"internal": False}),
        }
    other = planner.fleet.model(as_str(use.get("model")), environment.name)
    emitter = planner.emitters.by_id.get(target_of(other)) if other else None
    if other is None or emitter is None:
        return None
    exported = _exported(planner, other, emitter)
    if isinstance(exported, Finding):
        return exported
    egress = as_object((other.release.source if other.release else {}).get("egress"))
    cidrs: dict[str, Json] = {"cidrs": egress["cidrs"]} if "cidrs" in egress else {}
    project = planner.fleet.portfolio.project.name
    runs: dict[str, Json] = {"namespace": namespace(other), "selector": names.selector(other.name, project)}
    return {"kind": "model", "name": other.name, "env": env, "url": "", **runs, **exported, **cidrs}


def _each(elements: Sequence[Json], key: str) -> list[Derived]:
    """Elements of a list below `deploy`, each made of its own."""
    return [Derived(element, (Origin("model", ("deploy", key, index)),)) for index, element in enumerate(elements)]


def _secret(secret: Object) -> Object:
    key = as_str(secret["key"])
    path, slash, property_ = key.rpartition("/")
    whole: dict[str, Json] = {"name": secret["name"], "key": key, "env": as_object(secret["as"])["env"]}
    return {**whole, "path": path, "property": property_} if slash else {**whole, "path": key}


def _exported(planner: Planner, other: ResolvedModel, emitter: Emitter) -> Object | Finding:
    key = (other.name, environment_of(other).name)
    if key not in planner.exported:
        alone = situation(planner, other, emitter, base_context(planner, other))
        planner.exported[key] = exports(planner, emitter, alone.context, "endpoint")
    return planner.exported[key]


def _used_by(planner: Planner, model: ResolvedModel) -> list[Json]:
    environment = environment_of(model).name
    project = planner.fleet.portfolio.project.name
    found: list[Json] = []
    for name in planner.fleet.users(model.name, environment):
        user = planner.fleet.model(name, environment)
        if user is not None:
            found.append({"name": name, "namespace": namespace(user), "selector": names.selector(name, project)})
    return found


def target_of(model: ResolvedModel) -> str:
    """The id of the emitter that the model names."""
    return as_str(as_object(model.data.get("deploy")).get("target"))

"""What a template sees of one model in one environment. `docs/reference/template-context.md` is made from `DESCRIPTIONS`.

A template only places values: what takes knowledge or arithmetic is computed here, once, and says what it was made of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol, TypeAlias

from compiler.diagnostics import Finding
from compiler.plan import images, names
from compiler.plan.conditions import Conditions, Verdicts
from compiler.plan.emitter import Emitter, Emitters
from compiler.plan.endpoints import endpoint, reached
from compiler.provenance import Derived, Origin, Origins, Root
from compiler.resolve.digests import digest
from compiler.resolve.fleet import Fleet
from compiler.resolve.model import Release, ResolvedModel
from compiler.resolve.places import dataset_in, namespace
from compiler.schema import with_defaults
from compiler.spec.portfolio import Spec
from compiler.spec.quantities import Percentage
from compiler.values import Json, Object, as_list, as_object, as_str

Context: TypeAlias = Mapping[str, Root | Derived]

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "project": "The project: `project.name`.",
        "environment": "The Environment document: `environment.name`, `environment.stage`, `environment.capabilities` …",
        "model": "The resolved model: every common field, with quantities in canonical form.",
        "team": "The Team that owns the model.",
        "name": "The base name of objects: the model's name.",
        "namespace": "The namespace of the model in the environment.",
        "labels": "Labels for the metadata of objects that hand none of them to replicas; they name the owner.",
        "podLabels": "Labels of replicas: nothing in them follows an edit that changes nothing that runs.",
        "selector": "What selects the model's replicas; it never changes.",
        "release": "The release that runs: `version`, `source` and the rest of its content, `digest`.",
        "canary": "The release that is tried beside it: the same, and `weight` in whole percent. Absent where there is none.",
        "runtimeDigest": "The digest of what runs: release, files, uses, images. An owner's edit leaves it as it is.",
        "runtimeId": "The first ten digits of it.",
        "options": "`deploy.options`, with the defaults that the emitter declares.",
        "image": "The model's own image with its digest (`runtime.image`). Absent where it names none.",
        "utilization": "The share of the requested CPU at which a replica is added, in percent. Absent where the spec says none.",
        "images": "The images that the emitter asks for by name, each with its digest.",
        "files": "Files beside the spec that the release names under `files`: `path`, `name` (the path without slashes), `text`.",
        "filesId": "Ten digits of the digest of those files, for names that must change with them.",
        "variables": "Plain environment variables: `name`, `value`; those of `uses` first, then those of `deploy.env`.",
        "secrets": "Secrets by reference: `name`, `key`, `env`.",
        "uses": "What the model asks: `kind`, `name`, `env`, `url`, `scheme`, `host`, `port`, `internal`, `namespace`, `selector`, `cidrs`.",
        "egress": "What the model reaches over the network: `host`, `port`, `scheme`, `internal`, `namespace`, `selector`, `cidrs`.",
        "usedBy": "Models of the environment that use this one: `name`, `namespace`, `selector`.",
        "endpoint": "What the emitter itself exports of the model under `exports.endpoint`, with the parts of its URL.",
        "unit": "The folder of the model in the environment: `unit.path`, and `unit.resources`, the files in it that are resources.",
        "deployments": "In files of an environment or the project: its models, each with `name`, `path`, `namespace`, `environment`.",
        "environments": "In files of the project: the Environments in order of promotion.",
    }
)
"""Name to what stands under it."""


class Evaluate(Protocol):
    """Fills a value of emitter.yaml that may hold one-line templates; what cannot be filled is a finding."""

    def __call__(self, emitter: Emitter, value: Json, context: Context, pointer: tuple[str | int, ...]) -> Json | Finding: ...


@dataclass(frozen=True)
class Planner:
    """What contexts are made from."""

    fleet: Fleet
    emitters: Emitters
    conditions: Conditions
    evaluate: Evaluate


@dataclass(frozen=True)
class Situation:
    """One model and one emitter: what templates see, what the emitter's conditions say, and what is already wrong."""

    model: ResolvedModel
    emitter: Emitter
    context: dict[str, Root | Derived]
    verdicts: Verdicts
    findings: tuple[Finding, ...]


def situation(planner: Planner, model: ResolvedModel, emitter: Emitter) -> Situation:
    """What can be said without asking other models: enough to judge the model, and for what it exports."""
    project, environment = planner.fleet.portfolio.project, _environment(model)
    owner = as_str(model.data["owner"])
    team = planner.fleet.find("Team", owner)
    release = model.release
    version = release.version if release else ""
    named: Origins = (Origin("model", ("name",)), Origin("project", ("name",)))
    released: Origins = (Origin("model", ("release",)),)
    context: dict[str, Root | Derived] = {
        "project": Root("project", {"name": project.name}),
        "environment": Root("environment", environment.data),
        "model": Root("model", model.data),
        "team": Root("team", team.data if team else {}),
        "name": Derived(model.name, named[:1]),
        "namespace": Derived(namespace(model), _namespace_origins(model, environment)),
        "selector": Derived(names.selector(model.name, project.name), named),
        "podLabels": Derived(names.pod_labels(model.name, project.name, version), (*named, *released)),
        "labels": Derived(names.labels(model.name, project.name, version, owner), (*named, *released, Origin("model", ("owner",)))),
        "options": Root("options", _options(emitter, model)),
    }
    context |= _utilization(model)
    if release is not None:
        context["release"] = Root("release", _release(release))
        context |= _files(release)
    if model.canary is not None:
        context["canary"] = Root("canary", {**_release(model.canary), "weight": _weight(model)})
    own = images.own(model, environment.data)
    if own is not None:
        context["image"] = own
    verdicts = planner.conditions.verdicts(emitter, _variables(model, context))
    found, missing = _images(planner, emitter, verdicts, environment.data)
    context["images"] = found
    runtime = digest([model.runtime_digest, found.value])
    context["runtimeDigest"] = Derived(runtime, released)
    context["runtimeId"] = Derived(runtime.removeprefix("sha256:")[:10], released)
    return Situation(model, emitter, context, verdicts, (*missing, *images.unpinned(model)))


def _images(planner: Planner, emitter: Emitter, verdicts: Verdicts, environment: Object) -> tuple[Derived, list[Finding]]:
    wanted: list[str] = []
    findings: list[Finding] = []
    for index, image in enumerate(emitter.images):
        needed = verdicts.get(("images", index, "when"), True)
        if isinstance(needed, Finding):
            findings.append(needed)
        elif needed:
            wanted.append(as_str(image["name"]))
    found, missing = images.locked(planner.fleet, emitter, wanted, environment)
    origins = tuple(origin for image in found.values() for origin in image.origins)
    return Derived({name: image.value for name, image in found.items()}, origins), [*findings, *missing]


def full_situation(planner: Planner, model: ResolvedModel, emitter: Emitter) -> Situation:
    """The same with everything that a template of the model sees but the paths of other files."""
    base = situation(planner, model, emitter)
    context, findings = dict(base.context), list(base.findings)
    exported = exports(planner, emitter, context, "endpoint")
    if isinstance(exported, Finding):
        return replace(base, findings=(*findings, exported))
    if exported:
        context["endpoint"] = Derived(exported, (Origin("model", ("name",)),))
    uses: list[dict[str, Json]] = []
    for index, use in enumerate(as_list(model.data.get("uses"))):
        one = _use(planner, model, as_object(use))
        if isinstance(one, Finding):
            findings.append(one)
        elif one is not None:
            uses.append({**one, "index": index})
    origins: Origins = (Origin("model", ("uses",)),)
    context["uses"] = Derived([{k: v for k, v in use.items() if k != "index"} for use in uses], origins)
    extra = [as_str(url) for url in as_list(as_object(model.data.get("deploy")).get("egress"))]
    context["egress"] = Derived(list(reached(uses, extra)), (*origins, Origin("model", ("deploy", "egress"))))
    context["usedBy"] = Derived(_used_by(planner, model), origins)
    deploy = as_object(model.data.get("deploy"))
    asked: list[Json] = [{"name": use["env"], "value": use["url"]} for use in uses]
    context["variables"] = Derived([*asked, *as_list(deploy.get("env"))], (*origins, Origin("model", ("deploy", "env"))))
    secrets: list[Json] = [
        {"name": secret["name"], "key": secret["key"], "env": as_object(secret["as"])["env"]}
        for secret in map(as_object, as_list(deploy.get("secrets")))
    ]
    context["secrets"] = Derived(secrets, (Origin("model", ("deploy", "secrets")),))
    return replace(base, context=context, findings=tuple(findings))


def exports(planner: Planner, emitter: Emitter, context: Context, name: str) -> Object | Finding:
    """What an emitter exports of a model under a name, with the parts of its URL; empty where it exports nothing."""
    written = as_object(emitter.data.get("exports")).get(name)
    if written is None:
        return {}
    filled = planner.evaluate(emitter, written, context, ("exports", name))
    if isinstance(filled, Finding):
        return filled
    found = {key: value for key, value in as_object(filled).items() if value is not None}
    parts = endpoint(as_str(found.get("url")))
    return {**(parts.data if parts else {}), **found}


def _variables(model: ResolvedModel, context: Context) -> Mapping[str, Object]:
    """The variables of CEL expressions in emitter.yaml."""
    environment = _environment(model).data
    roots = {name: root.data for name, root in context.items() if isinstance(root, Root)}
    return {
        "model": model.data,
        "deploy": as_object(model.data.get("deploy")),
        "release": roots.get("release", {}),
        "canary": roots.get("canary", {}),
        "environment": environment,
        "capabilities": as_object(environment.get("capabilities")),
        "options": roots.get("options", {}),
    }


def _environment(model: ResolvedModel) -> Spec:
    if model.environment is None:
        raise ValueError("only a model that runs somewhere is planned")
    return model.environment


def _namespace_origins(model: ResolvedModel, environment: Spec) -> Origins:
    tenant = as_str(model.data.get("tenant"))
    if tenant in as_object(environment.data.get("namespaces")):
        return (Origin("environment", ("namespaces", tenant)), Origin("model", ("tenant",)))
    return (Origin("environment", ("namespace",)),)


def _options(emitter: Emitter, model: ResolvedModel) -> Object:
    options = as_object(model.data.get("deploy")).get("options") or {}
    schema = emitter.data.get("options")
    return as_object(with_defaults(as_object(schema), options)) if schema else as_object(options)


def _release(release: Release) -> Object:
    return {**release.content, "version": release.version, "digest": release.digest}


def _utilization(model: ResolvedModel) -> dict[str, Derived]:
    share = as_str(as_object(as_object(model.data.get("deploy")).get("scaling")).get("cpu"))
    return {"utilization": Derived(Percentage(share).percent, (Origin("model", ("deploy", "scaling", "cpu")),))} if share else {}


def _weight(model: ResolvedModel) -> int | float:
    return Percentage(as_str(as_object(model.data.get("canary"))["weight"])).percent


def _files(release: Release) -> dict[str, Root | Derived]:
    listed = {as_str(path) for path in as_list(release.source.get("files"))}
    files: list[Json] = [
        {"path": file.relative, "name": file.relative.replace("/", "_").replace("@", "_").replace("+", "_"), "text": text}
        for file in release.files
        if file.relative in listed and (text := _text(file.content)) is not None
    ]
    if not listed:
        return {}
    origins: Origins = (Origin("release", ("source", "files")),)
    return {"files": Derived(files, origins), "filesId": Derived(digest(files).removeprefix("sha256:")[:10], origins)}


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _use(planner: Planner, model: ResolvedModel, use: Object) -> dict[str, Json] | Finding | None:
    env = as_str(as_object(use.get("as")).get("env"))
    environment = _environment(model)
    if "dataset" in use:
        spec = planner.fleet.find("Dataset", as_str(use["dataset"]))
        if spec is None:
            return None
        data = dataset_in(planner.fleet.layers, spec, environment.name)
        url = as_str(data.get("endpoint")) or as_str(data.get("uri"))
        found = endpoint(url)
        return {"kind": "dataset", "name": spec.name, "env": env, "url": url, **(found.data if found else {"internal": False})}
    other = planner.fleet.model(as_str(use.get("model")), environment.name)
    emitter = planner.emitters.by_id.get(target_of(other)) if other else None
    if other is None or emitter is None:
        return None
    exported = exports(planner, emitter, situation(planner, other, emitter).context, "endpoint")
    if isinstance(exported, Finding):
        return exported
    egress = as_object((other.release.source if other.release else {}).get("egress"))
    cidrs: dict[str, Json] = {"cidrs": egress["cidrs"]} if "cidrs" in egress else {}
    project = planner.fleet.portfolio.project.name
    runs: dict[str, Json] = {"namespace": namespace(other), "selector": names.selector(other.name, project)}
    return {"kind": "model", "name": other.name, "env": env, "url": "", **runs, **exported, **cidrs}


def _used_by(planner: Planner, model: ResolvedModel) -> list[Json]:
    environment = _environment(model).name
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

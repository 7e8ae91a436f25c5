"""What templates see of a model that a record tells of: where it runs and who agreed, its releases, and what it has to do with others."""

from collections.abc import Iterator

from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.foundation.provenance import Derived, Item, Origin, Root, derived_list
from compiler.plan.context import artifact_refs as artifacts
from compiler.plan.context import images
from compiler.plan.context.model_context import Values, base_context, environment_of
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.emitter_evaluation import variables
from compiler.plan.planning_services import Planner
from compiler.plan.records.approvals import approvals
from compiler.plan.records.record_subject import Told
from compiler.resolve.dependencies import asks
from compiler.resolve.digests import bytes_digest
from compiler.resolve.match_selectors import waives
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import release_contents

_RELEASED = (Origin("model", ("release",)),)


def record_context(planner: Planner, told: Told, target: Emitter | None) -> Values:
    """What holds for every emitter of records; `target`: what renders the model where it is furthest."""
    model = told.model
    context = base_context(planner, model)
    releases = list(_releases(told))
    if "release" not in context and len(releases) == 1:
        context["release"] = Root("release", {key: value for key, value in releases[0].items() if key != "environments"})
    context |= {
        "name": Derived(model.name, (Origin("model", ("name",)),)),
        "datasets": derived_list(list(told.datasets), (Origin("model", ("data",)),)),
        "placements": Derived([_placement(planner, one) for one in told.places], _RELEASED),
        "releases": Derived(releases, _RELEASED),
        "asks": Derived(list(_asks(planner, model)), (Origin("model", ("uses",)),)),
        "askedBy": Derived(list(_users(planner, told)), _RELEASED),
        "waivers": derived_list(list(_waivers(planner, told)), ()),
        "companions": Derived(_companions(model), (Origin("release", ("source",)),)),
    }
    found = _images(planner, model, target, context)
    context["runtimeImages"] = Derived(found, _RELEASED)
    return context


def _placement(planner: Planner, model: ResolvedModel) -> Object:
    environment = environment_of(model)
    found: dict[str, Json] = {
        "environment": environment.name,
        "stage": environment.text("stage"),
        "cluster": environment.text("cluster") or None,
        "namespace": namespace(model),
        "target": as_object(model.data.get("deploy")).get("target"),
        "suspended": as_object(model.data.get("deploy")).get("suspended") or None,
        "release": model.release.version if model.release else None,
        "releaseDigest": model.release.digest if model.release else None,
        "canary": model.canary.version if model.canary else None,
        "weight": as_object(model.data.get("canary")).get("weight"),
        "runtimeDigest": model.runtime_digest,
        "governanceDigest": model.governance_digest,
        "approvals": approvals(planner.fleet.portfolio, model),
    }
    return {key: value for key, value in found.items() if value is not None}


def _releases(told: Told) -> Iterator[Object]:
    """Every release that was published, and where it runs; the digest of one that runs."""
    running = {release.version: release.digest for release in told.releases}
    for version, content in release_contents(told.model.spec.data).items():
        digest: Object = {"digest": running[version]} if version in running else {}
        yield {**content, "version": version, **digest, "environments": list(_runs_in(told, version))}


def _runs_in(told: Told, version: str) -> Iterator[Json]:
    for place in told.places:
        for release, is_canary in ((place.release, False), (place.canary, True)):
            if release is not None and release.version == version:
                yield {"name": environment_of(place).name, "canary": is_canary}


def _asks(planner: Planner, model: ResolvedModel) -> Iterator[Json]:
    """Each model that this one asks, with what of it runs beside this one."""
    environment = model.environment.name if model.environment else ""
    for ask in asks(model, planner.fleet.language.type(model.spec.text("type"))):
        spec = planner.fleet.find("Model", ask.name)
        other = planner.fleet.model(ask.name, environment) if environment else None
        found: dict[str, Json] = {
            "name": ask.name,
            "type": spec.text("type") if spec else None,
            "summary": spec.text("summary") if spec else None,
            "wanted": ask.wanted,
            "step": ask.said.get("name") if ask.release else None,
            "release": other.release.version if other and other.release else None,
            "digest": other.release.digest if other and other.release else None,
        }
        yield {key: value for key, value in found.items() if value is not None}


def _users(planner: Planner, told: Told) -> Iterator[Json]:
    names = {name for place in told.places for name in planner.fleet.users(told.model.name, environment_of(place).name)}
    yield from sorted(names)


def _waivers(planner: Planner, told: Told) -> Iterator[Item]:
    """Waivers that are for the model somewhere; whether one holds on a day is nobody's to say here."""
    for name, waiver in planner.fleet.portfolio.of("Waiver").items():
        if any(waives(waiver.data, place) for place in told.places):
            yield Root(f"Waiver/{name}", waiver.data)


def _companions(model: ResolvedModel) -> list[Json]:
    """Files beside the spec that belong to the release, each with its digest."""
    files = model.release.files if model.release else ()
    return [{"path": file.relative, "digest": bytes_digest(file.content)} for file in files]


def _images(planner: Planner, model: ResolvedModel, target: Emitter | None, context: Values) -> list[Json]:
    """Images that serve the model: its own, and those that its target needs of it."""
    own = context.get("image")
    found: list[Json] = [_image("", as_str(own.value))] if isinstance(own, Derived) else []
    if target is None or model.environment is None:
        return found
    data = variables(planner, model, target)
    wanted = [
        as_str(image["name"])
        for index, image in enumerate(target.images)
        if "when" not in image
        or planner.conditions.holds(target, as_str(image["when"]), ("images", index, "when"), data) is True
    ]
    locked, _ = images.locked(planner.fleet, target, wanted, model.environment.data)
    return [*found, *(_image(name, as_str(image.value)) for name, image in locked.items())]


def _image(name: str, reference: str) -> Object:
    """An image by what it is called, told from its digest."""
    found = artifacts.image(reference)
    return {"image": found["name"], "digest": found["digest"], **({"name": name} if name else {})}

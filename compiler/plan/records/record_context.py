"""What templates of records see of a model: deployments, approvals, releases and relations."""

from collections.abc import Iterator, Sequence

from compiler.foundation.json_data import Json, Object, plain_data
from compiler.foundation.provenance import ComputedValue, ContextValue, DocumentValue, Origin, computed_list
from compiler.plan.context import artifact_refs, images
from compiler.plan.context.emitter_evaluation import condition_variables
from compiler.plan.context.model_context import ContextValues, environment_of, model_context
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.records.access_values import access_values
from compiler.plan.records.control_status import control_statuses
from compiler.plan.records.record_subject import RecordSubject
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import check_approvals
from compiler.resolve.dependencies import model_dependencies
from compiler.resolve.digests import bytes_digest
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import release_contents

_RELEASE_ORIGINS = (Origin("model", ("release",)),)


def record_context(
    fleet: Fleet, conditions: ConditionEvaluator, subject: RecordSubject, targets: Sequence[Emitter | None]
) -> ContextValues:
    """The values for every emitter of records; `targets` render the placements of the subject."""
    target = targets[-1] if targets else None
    model = subject.model
    context = model_context(fleet, model)
    releases = list(_release_values(subject))
    if "release" not in context and len(releases) == 1:
        context["release"] = DocumentValue(
            "release", {key: value for key, value in releases[0].items() if key != "environments"}
        )
    context |= {
        "name": ComputedValue(model.name, (Origin("model", ("name",)),)),
        "datasets": computed_list(list(subject.datasets), (Origin("model", ("data",)),)),
        "placements": ComputedValue(
            [_placement_value(fleet, placement) for placement in subject.placements], _RELEASE_ORIGINS
        ),
        "releases": ComputedValue(releases, _RELEASE_ORIGINS),
        "dependencies": ComputedValue(list(_dependency_values(fleet, model)), (Origin("model", ("uses",)),)),
        "dependents": ComputedValue(list(_dependent_names(fleet, subject)), _RELEASE_ORIGINS),
        "waivers": computed_list(list(_waiver_values(fleet, subject)), ()),
        **access_values(subject),
        "companionFiles": ComputedValue(_companion_file_values(model), (Origin("release", ("source",)),)),
    }
    release = context.get("release")
    release_content = release.data if isinstance(release, DocumentValue) else {}
    statuses = control_statuses(fleet, conditions, subject, release_content, targets)
    context["controls"] = ComputedValue(statuses, _RELEASE_ORIGINS)
    runtime_images = _runtime_images(fleet, conditions, model, target, context)
    context["runtimeImages"] = ComputedValue(runtime_images, _RELEASE_ORIGINS)
    return context


def _placement_value(fleet: Fleet, model: ResolvedModel) -> Object:
    environment = environment_of(model)
    values: dict[str, Json] = {
        "environment": environment.name,
        "stage": environment.data["stage"],
        "cluster": environment.data.get("cluster"),
        "namespace": namespace(model),
        "target": model.data.get("deploy", {}).get("target"),
        "suspended": model.data.get("deploy", {}).get("suspended") or None,
        "release": model.release.version if model.release else None,
        "releaseDigest": model.release.digest if model.release else None,
        "canary": model.canary.version if model.canary else None,
        "weight": model.data.get("canary", {}).get("weight"),
        "runtimeDigest": model.runtime_digest,
        "governanceDigest": model.governance_digest,
        "approvals": [approval.json for approval in check_approvals(ApprovalAuthority.of(fleet.portfolio), model)],
    }
    return {key: value for key, value in values.items() if value is not None}


def _release_values(subject: RecordSubject) -> Iterator[Object]:
    """Every published release and its environments; deployed ones have a digest."""
    running_digests = {release.version: release.digest for release in subject.releases}
    for version, content in release_contents(subject.model.spec.data).items():
        digest: Object = {"digest": running_digests[version]} if version in running_digests else {}
        yield {
            **plain_data(content),
            "version": version,
            **digest,
            "environments": list(_release_environments(subject, version)),
        }


def _release_environments(subject: RecordSubject, version: str) -> Iterator[Json]:
    for placement in subject.placements:
        for release, is_canary in ((placement.release, False), (placement.canary, True)):
            if release is not None and release.version == version:
                yield {"name": environment_of(placement).name, "canary": is_canary}


def _dependency_values(fleet: Fleet, model: ResolvedModel) -> Iterator[Json]:
    """Each dependency of the model, with the release that runs next to it."""
    environment = model.environment.name if model.environment else ""
    for dependency in model_dependencies(model, fleet.language.type_language(model.spec.data["type"])):
        spec = fleet.find("Model", dependency.name)
        dependency_model = fleet.model(dependency.name, environment) if environment else None
        values: dict[str, Json] = {
            "name": dependency.name,
            "type": spec.data["type"] if spec else None,
            "summary": spec.data.get("summary") if spec else None,
            "versionRange": dependency.version_range,
            "step": dependency.entry.get("name") if dependency.release else None,
            "release": dependency_model.release.version if dependency_model and dependency_model.release else None,
            "digest": dependency_model.release.digest if dependency_model and dependency_model.release else None,
        }
        yield {key: value for key, value in values.items() if value is not None}


def _dependent_names(fleet: Fleet, subject: RecordSubject) -> Iterator[Json]:
    names = {
        name
        for placement in subject.placements
        for name in fleet.dependents(subject.model.name, environment_of(placement).name)
    }
    yield from sorted(names)


def _waiver_values(fleet: Fleet, subject: RecordSubject) -> Iterator[ContextValue]:
    """The waivers that apply to the model somewhere; whether they are active depends on the date, which is not evaluated here."""
    for name, waiver in fleet.portfolio.by_kind("Waiver").items():
        if any(waiver_applies(waiver.data, placement) for placement in subject.placements):
            yield DocumentValue(f"Waiver/{name}", waiver.json)


def _companion_file_values(model: ResolvedModel) -> list[Json]:
    """The companion files of the release, each with its digest."""
    files = model.release.files if model.release else ()
    return [{"path": file.relative, "digest": bytes_digest(file.content)} for file in files]


def _runtime_images(
    fleet: Fleet, conditions: ConditionEvaluator, model: ResolvedModel, target: Emitter | None, context: ContextValues
) -> list[Json]:
    """The images that serve the model: its own, those of other containers that it names, and those that its target needs."""
    entries: list[Json] = []
    match context.get("image"):
        case ComputedValue(str(reference)):
            entries.append(_image_value("", reference))
    for key in ("componentImages", "containerImages"):
        match context.get(key):
            case ComputedValue(dict(references)):
                entries += [
                    _image_value(name, reference)
                    for name, reference in references.items()
                    if isinstance(reference, str)
                ]
    if target is None or model.environment is None:
        return entries
    data = condition_variables(fleet, model, target)
    required_names = [
        image["name"]
        for index, image in enumerate(target.images)
        if "when" not in image
        or conditions.evaluate_condition(target, image["when"], ("images", index, "when"), data) is True
    ]
    target_images, _ = images.pinned_images(fleet, target, required_names, model.environment.data)
    return [*entries, *(_image_value(name, image.reference) for name, image in target_images.items())]


def _image_value(name: str, reference: str) -> Object:
    """An image by name, without its digest, and the digest."""
    image = artifact_refs.split_image_reference(reference)
    return {"image": image.name, "digest": image.digest, **({"name": name} if name else {})}

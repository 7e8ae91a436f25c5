"""Image references: through the environment's registry, pinned by digest, and never invented."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.provenance import ComputedValue, Origin, Origins
from compiler.plan.emitters.emitter import Emitter
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import EnvironmentData, RuntimeData, ServingComponentData


@dataclass(frozen=True, slots=True)
class PinnedImage:
    """An image reference with its digest, and the origins of both."""

    reference: str
    origins: Origins

    @property
    def value(self) -> ComputedValue:
        """The reference as templates see it."""
        return ComputedValue(self.reference, self.origins)


def image_reference(image: str, digest: str, registry: str) -> str:
    """`registry/image:tag@digest`; an image that names a registry keeps it."""
    first, slash, _ = image.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return f"{image if has_registry or not registry else f'{registry}/{image}'}@{digest}"


def pinned_images(
    fleet: Fleet, emitter: Emitter, image_names: Iterable[str], environment: EnvironmentData
) -> tuple[dict[str, PinnedImage], list[Finding]]:
    """The named images from the project's list, and a finding for each without a digest."""
    project = fleet.portfolio.project
    project_images = project.data.get("images", {})
    references: dict[str, PinnedImage] = {}
    findings: list[Finding] = []
    for name in image_names:
        if name in project_images:
            entry = project_images[name]
            ref = image_reference(entry["image"], entry["digest"], environment.get("registry", ""))
            references[name] = PinnedImage(
                ref, (Origin("project", ("images", name, "image")), Origin("project", ("images", name, "digest")))
            )
        else:
            location = project.document.location(("images",))
            help_ = f"add `{name}: {{image: …, digest: sha256:…}}` under `images` of the project"
            message = f"{emitter.title} needs the image `{name}`, but the project does not pin it"
            findings.append(
                Finding(
                    codes.IMAGE_NOT_PINNED,
                    message,
                    location,
                    Subject("Project", project.name, None, ("images", name)),
                    help_,
                )
            )
    return references, findings


def model_image(model: ResolvedModel, environment: EnvironmentData) -> PinnedImage | None:
    """The image that the model itself names: of its server, or of its release."""
    release_source = model.release.source if model.release else {}
    for root, pointer, section in (
        ("model", ("runtime",), model.data.get("runtime", {})),
        ("release", ("source",), release_source),
    ):
        if "image" in section and "digest" in section:
            ref = image_reference(section["image"], section["digest"], environment.get("registry", ""))
            return PinnedImage(ref, (Origin(root, (*pointer, "image")), Origin(root, (*pointer, "digest"))))
    return None


def component_images(model: ResolvedModel, environment: EnvironmentData) -> dict[str, PinnedImage]:
    """The images of the containers in front of the model's server that have a digest, by field of `deploy`."""
    return {
        pointer[-1]: PinnedImage(
            image_reference(section["image"], section["digest"], environment.get("registry", "")),
            (Origin("model", (*pointer, "image")), Origin("model", (*pointer, "digest"))),
        )
        for pointer, section in _component_sections(model)
        if "digest" in section
    }


def _component_sections(model: ResolvedModel) -> Iterator[tuple[tuple[str, str], ServingComponentData]]:
    deploy = model.data.get("deploy", {})
    if "transformer" in deploy:
        yield ("deploy", "transformer"), deploy["transformer"]
    if "explainer" in deploy:
        yield ("deploy", "explainer"), deploy["explainer"]


def container_images(model: ResolvedModel, environment: EnvironmentData) -> ComputedValue:
    """The images of the containers that the model adds to its pods, by the name of the container."""
    pod = model.data.get("deploy", {}).get("pod", {})
    keys: tuple[Literal["initContainers", "containers"], ...] = ("initContainers", "containers")
    references: dict[str, Json] = {}
    origins: list[Origin] = []
    for key in keys:
        for index, container in enumerate(pod.get(key, ())):
            registry = environment.get("registry", "")
            references[container["name"]] = image_reference(container["image"], container["digest"], registry)
            pointer = ("deploy", "pod", key, index)
            origins += [Origin("model", (*pointer, "image")), Origin("model", (*pointer, "digest"))]
    return ComputedValue(references, tuple(origins))


def unpinned_image_findings(model: ResolvedModel) -> Iterator[Finding]:
    """The findings for images of the model without a digest."""
    sections: list[tuple[Pointer, RuntimeData | ServingComponentData]] = [
        (("runtime",), model.data.get("runtime", {})),
        *_component_sections(model),
    ]
    for pointer, section in sections:
        if "image" in section and "digest" not in section:
            message = f"{section['image']} has no digest"
            help_ = "add `digest: sha256:…` next to it"
            yield model.finding(codes.IMAGE_NOT_PINNED, message, (*pointer, "image"), help_)

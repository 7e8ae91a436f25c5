"""References to artifacts, adapters and images, each with its digest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import ComputedValue, ContextValue
from compiler.resolve.resolved_model import Release


@dataclass(frozen=True, slots=True)
class ArtifactReference:
    """An artifact or an image, pinned by its digest; an image has no URI of its own."""

    name: str
    digest: str
    uri: str | None = None

    @property
    def json(self) -> Object:
        """The reference as templates see it."""
        uri: Object = {} if self.uri is None else {"uri": self.uri}
        return {"name": self.name, **uri, "digest": self.digest}


def artifact_references(releases: Iterable[Release | None], images: Iterable[str]) -> list[Json]:
    """The artifacts of releases by URI and digest, and images by reference, each once."""
    references = [reference for release in releases if release for reference in _release_artifacts(release)]
    references += map(split_image_reference, images)
    return [reference.json for reference in {(entry.name, entry.digest): entry for entry in references}.values()]


def split_image_reference(reference: str) -> ArtifactReference:
    """An image reference without its digest, and the digest."""
    name, _, digest = reference.partition("@")
    return ArtifactReference(name, digest)


def context_images(context: "dict[str, ContextValue]") -> list[str]:
    """The images of a deployment's context: the model's own, those of its target, and those of other containers."""
    values: list[Json] = []
    match context.get("image"):
        case ComputedValue(value):
            values.append(value)
    for name in ("componentImages", "images", "containerImages"):
        match context.get(name):
            case ComputedValue(dict(named_images)):
                values += named_images.values()
    return [value for value in values if isinstance(value, str)]


def _release_artifacts(release: Release) -> Iterator[ArtifactReference]:
    source = release.source
    if "uri" in source and "digest" in source:
        yield ArtifactReference(f"artifact of {release.version}", source["digest"], source["uri"])
    for adapter in source.get("adapters", ()):
        if "digest" in adapter:
            name = f"adapter {adapter['name']} of {release.version}"
            yield ArtifactReference(name, adapter["digest"], adapter["uri"])

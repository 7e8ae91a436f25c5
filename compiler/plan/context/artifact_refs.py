"""References to artifacts, adapters and images, each with its digest."""

from collections.abc import Iterable, Iterator

from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.foundation.provenance import ComputedValue, ContextValue
from compiler.resolve.resolved_model import Release


def artifact_references(releases: Iterable[Release | None], images: Iterable[Json]) -> list[Json]:
    """The artifacts of releases by URI and digest, and images by reference, each once."""
    entries = [entry for release in releases if release for entry in _release_artifacts(release)]
    entries += [split_image_reference(as_str(reference)) for reference in images]
    return list({(as_str(entry["name"]), as_str(entry["digest"])): entry for entry in entries}.values())


def split_image_reference(reference: str) -> Object:
    """An image reference without its digest, and the digest."""
    name, _, digest = reference.partition("@")
    return {"name": name, "digest": digest}


def context_images(context: "dict[str, ContextValue]") -> list[Json]:
    """The images of a deployment's context: the model's own, and those of its target."""
    model_image, target_images = context.get("image"), context.get("images")
    references = [model_image.value] if isinstance(model_image, ComputedValue) else []
    return [*references, *(as_object(target_images.value).values() if isinstance(target_images, ComputedValue) else ())]


def _release_artifacts(release: Release) -> Iterator[Object]:
    source = release.source
    if "uri" in source and "digest" in source:
        yield {"name": f"artifact of {release.version}", "uri": source["uri"], "digest": source["digest"]}
    for adapter in source.get("adapters", ()):
        if "digest" in adapter:
            name = f"adapter {adapter['name']} of {release.version}"
            yield {"name": name, "uri": adapter["uri"], "digest": adapter["digest"]}

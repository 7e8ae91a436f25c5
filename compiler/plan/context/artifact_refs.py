"""References to artifacts, adapters and images, each with its digest."""

from collections.abc import Iterable, Iterator

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
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
    adapters = (as_object(adapter) for adapter in as_list(release.source.get("adapters")))
    named_sources = [(f"artifact of {release.version}", release.source)]
    named_sources += [(f"adapter {adapter['name']} of {release.version}", adapter) for adapter in adapters]
    for name, source in named_sources:
        if "uri" in source and "digest" in source:
            yield {"name": name, "uri": source["uri"], "digest": source["digest"]}

"""What runs and lies elsewhere: artifacts, adapters and images, each with its digest."""

from collections.abc import Iterable, Iterator

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.provenance import Derived, Item
from compiler.resolve.resolved_model import Release


def artifacts(releases: Iterable[Release | None], images: Iterable[Json]) -> list[Json]:
    """What the releases name by address and digest, and the images by their references, each once."""
    found = [one for release in releases if release for one in _of(release)]
    found += [image(as_str(reference)) for reference in images]
    return list({(as_str(one["name"]), as_str(one["digest"])): one for one in found}.values())


def image(reference: str) -> Object:
    """An image without its digest, and the digest."""
    name, _, digest = reference.partition("@")
    return {"name": name, "digest": digest}


def pulled(context: "dict[str, Item]") -> list[Json]:
    """The images in a context of a deployment: the model's own, and those of its target."""
    own, others = context.get("image"), context.get("images")
    found = [own.value] if isinstance(own, Derived) else []
    return [*found, *(as_object(others.value).values() if isinstance(others, Derived) else ())]


def _of(release: Release) -> Iterator[Object]:
    parts = (as_object(one) for one in as_list(release.source.get("adapters")))
    named = [(f"artifact of {release.version}", release.source)]
    named += [(f"adapter {one['name']} of {release.version}", one) for one in parts]
    for name, said in named:
        if "uri" in said and "digest" in said:
            yield {"name": name, "uri": said["uri"], "digest": said["digest"]}

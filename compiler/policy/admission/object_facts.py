"""What files about an environment read of each model's rendered objects, in plain data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from compiler.foundation.json_data import Json, Object

_IMAGE_KEY = "image"


class FieldSelector(msgspec.Struct, frozen=True):
    """A field of the objects of a kind, such as `spec.predictor.model.storageUri`."""

    kind: str
    path: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The keys that lead to it."""
        return tuple(self.path.split("."))


class RenderedObject(NamedTuple):
    """A rendered object: its identity, its images, and the values of the selected fields, by path."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str
    images: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """Kind, namespace and name, as expressions compare them."""
        return f"{self.kind}/{self.namespace}/{self.name}"


class Exemption(NamedTuple):
    """A waiver of a policy for a model: its first day (empty if it has none) and its last."""

    waiver: str
    first_day: str
    last_day: str
    paths: bool
    """Whether it is restricted to paths."""


class BoundPolicy(NamedTuple):
    """A policy that applies to a model, with the values of the model that it reads; `None` for a map or a list."""

    id: str
    values: tuple[tuple[str, str | int | float | bool | None], ...]
    exemptions: tuple[Exemption, ...]


class DeploymentObjects(NamedTuple):
    """The rendered objects of a model in an environment, and the policies on objects that apply to it."""

    model: str
    objects: tuple[RenderedObject, ...]
    policies: tuple[BoundPolicy, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(DeploymentObjects)


def encode_objects(facts: DeploymentObjects) -> bytes:
    """Facts as bytes."""
    return _encoder.encode(facts)


def decode_objects(content: bytes) -> DeploymentObjects:
    """The facts."""
    return _decoder.decode(content)


def rendered_object(document: Json, selectors: Sequence[FieldSelector]) -> RenderedObject | None:
    """The facts of a rendered object; `None` for a document that is no object of a cluster."""
    match document:
        case {"apiVersion": str(api_version), "kind": str(kind), "metadata": {"name": str(name), **metadata}}:
            group, _, version = api_version.rpartition("/")
            namespace = metadata.get("namespace")
            fields = tuple(
                (selector.path, _field_text(document, selector)) for selector in selectors if selector.kind == kind
            )
            images = tuple(sorted(set(_images(document))))
            return RenderedObject(
                group, version, kind, namespace if isinstance(namespace, str) else "", name, images, fields
            )
    return None


def _field_text(document: Json, selector: FieldSelector) -> str:
    """The value of a field as CEL's `string()` writes it; empty for an absent one."""
    value = document
    for part in selector.parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    match value:
        case bool():
            return str(value).lower()
        case str() | int():
            return str(value)
        case float():
            return f"{value:g}"
    return ""


def _images(node: Json) -> Iterator[str]:
    """The images of containers and of image volumes, at any depth."""
    if isinstance(node, Mapping):
        yield from _image_of(node)
        for child in node.values():
            yield from _images(child)
    elif isinstance(node, list):
        for child in node:
            yield from _images(child)


def _image_of(node: Object) -> Iterator[str]:
    match node.get(_IMAGE_KEY):
        case str(image):
            yield image
        case {"reference": str(image)}:
            yield image

"""UUIDs derived from content: equal documents have equal UUIDs."""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from compiler.foundation.json_data import Json
from compiler.resolve.digests import digest

_PREFIX = "urn:modelyard:v1:content:"


def assign_content_ids(key: str | None, documents: list[Json]) -> list[Json]:
    """The documents, with `urn:uuid:` and the UUID of the rest of the map under the key, in each map that has the key.

    RFC 9562: a version 5 UUID (section 5.5) is derived from a name and a namespace, here that of URLs (section 6.6).
    """
    return [
        _assign_content_id(key, document) if key and isinstance(document, Mapping) else document
        for document in documents
    ]


def _assign_content_id(key: str, document: Mapping[str, Json]) -> Json:
    rest = {name: value for name, value in document.items() if name != key}
    return {**document, key: f"urn:uuid:{uuid5(NAMESPACE_URL, _PREFIX + digest(rest))}"}

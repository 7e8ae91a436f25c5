"""Rendered objects of two states: which are created, changed or deleted, and in which values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import yaml

from compiler.foundation.json_data import Json
from compiler.foundation.packed_content import content_bytes, content_digest
from compiler.resolve.value_diff import ValueDifference, diff_values
from compiler.spec.merge_rules import MergeRules
from compiler.write.output_units import OutputFile


class ObjectId(NamedTuple):
    """What identifies an object in a cluster."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def label(self) -> str:
        """`GROUP/KIND NAMESPACE/NAME`."""
        kind = f"{self.group}/{self.kind}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that only one state has, or that differs; a file that holds no object has its path as the name and no kind."""

    id: ObjectId
    change: str
    differences: tuple[ValueDifference, ...] = ()

    @property
    def label(self) -> str:
        """What it is called in a report."""
        return self.id.label if self.id.kind else self.id.name


class _NamedElements(MergeRules):
    """Elements of each list are compared by their name, as an API server merges most of them."""

    def child(self, key: str) -> MergeRules:  # noqa: ARG002 - the same at any depth
        return _NAMED


_NAMED = _NamedElements("name")


def diff_objects(old: Iterable[OutputFile], new: Iterable[OutputFile]) -> Iterator[ObjectChange]:
    """The objects that differ, by their identity."""
    old_objects, new_objects = _objects(old), _objects(new)
    for id_ in sorted(old_objects.keys() | new_objects.keys()):
        if id_ not in old_objects:
            yield ObjectChange(id_, "created")
        elif id_ not in new_objects:
            yield ObjectChange(id_, "deleted")
        elif old_objects[id_] != new_objects[id_]:
            differences = tuple(diff_values(old_objects[id_], new_objects[id_], _NAMED)) if id_.kind else ()
            if differences or not id_.kind:
                yield ObjectChange(id_, "changed", differences)


def _objects(files: Iterable[OutputFile]) -> dict[ObjectId, Json]:
    """The objects of the files; of a file that is no manifest, its data or the digest of its content under its path."""
    objects: dict[ObjectId, Json] = {}
    for file in files:
        documents = _documents(file)
        identities = [_object_id(document, file.path) for document in documents]
        if documents and all(identities):
            objects |= {id_: document for id_, document in zip(identities, documents, strict=True) if id_}
        else:
            path = file.commit_path or file.path
            objects[ObjectId("", "", "", path)] = documents or content_digest(file.content)
    return objects


def _documents(file: OutputFile) -> list[Json]:
    if not file.path.endswith((".yaml", ".yml")):
        return []
    try:
        documents = yaml.load_all(content_bytes(file.content), yaml.CSafeLoader)
        return [document for document in documents if document is not None]
    except yaml.YAMLError:  # text of another language; its bytes are compared
        return []


def _object_id(document: Json, path: str) -> ObjectId | None:
    """The identity of an object; one without a name, which no cluster holds, is identified by its file."""
    match document:
        case {"apiVersion": str(version), "kind": str(kind), "metadata": {"name": str(name), **metadata}}:
            namespace = metadata.get("namespace")
            group = version.rpartition("/")[0]
            return ObjectId(group, kind, namespace if isinstance(namespace, str) else "", name)
        case {"apiVersion": str(version), "kind": str(kind)}:
            return ObjectId(version.rpartition("/")[0], kind, "", path)
    return None


def label_counts(changes: Iterable[ObjectChange]) -> Mapping[str, int]:
    """The number of objects by what happens to them."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.change] = counts.get(change.change, 0) + 1
    return counts

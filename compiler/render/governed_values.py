"""Values of rendered objects that fields of the spec govern, which patches therefore cannot change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.foundation.provenance import Origin, plain_value
from compiler.plan.planned_units import PlannedFile
from compiler.render.field_paths import covers, parse_path
from compiler.render.origin_fields import origin_field
from compiler.spec.data_types import GovernedValueData

if TYPE_CHECKING:
    from compiler.render.template_engine import SourceMap

_RELEASES = {"release", "canary"}
_PINNED_FIELDS = {"digest", "image"}
"""Fields that say which bytes run."""

_IDENTITY: Mapping[Pointer, str] = {
    ("apiVersion",): "keep it; another object needs another emitter",
    ("kind",): "keep it; another object needs another emitter",
    ("metadata", "name"): "rename the model; objects that exist already are named under `deploy.adopt`",
    (
        "metadata",
        "namespace",
    ): "set the namespace in the Environment, or that of objects that exist already under `deploy.adopt`",
}

_CLUSTER_FIELDS: tuple[Pointer, ...] = (
    ("status",), ("metadata", "uid"), ("metadata", "resourceVersion"), ("metadata", "generation"),
    ("metadata", "creationTimestamp"), ("metadata", "managedFields"), ("metadata", "selfLink"),
)  # fmt: skip
"""What a cluster sets itself."""


@dataclass(frozen=True, slots=True)
class Governance:
    """Why a value is not for patches, as a clause, and what to do instead."""

    message: str
    remedy: str


class GovernedValues:
    """The governed values of one object."""

    def __init__(self, file: PlannedFile, document: Object, source_map: SourceMap, index: int) -> None:
        self._file = file
        self._source_map = source_map
        self._index = index
        selector = file.context.get("selector")
        self._selector = plain_value(selector) if selector is not None else {}
        self._rules = list(_declared_rules(file, document.get("kind")))

    def governance_of(self, original: Pointer | None, result: Pointer) -> Governance | None:
        """What governs a value that has the pointers in the rendered and in the patched object; `None` if nothing does."""
        identity = next((pointer for pointer in _IDENTITY if result[: len(pointer)] == pointer), None)
        if identity is not None:
            return Governance("it is a part of the object's identity", _IDENTITY[identity])
        if any(result[: len(pointer)] == pointer for pointer in _CLUSTER_FIELDS):
            return Governance("the cluster sets it, and drops what a manifest sets there", "remove it")
        is_selected = "labels" in result[-2:-1] or (original is not None and "matchLabels" in result[-2:-1])
        if is_selected and isinstance(self._selector, Mapping) and result[-1] in self._selector:
            adoption_help = (
                "; the labels of objects that exist already are set under `deploy.adopt.selector`"
                if "selector" in self._file.emitter.adoptable_fields
                else ""
            )
            return Governance("selectors read the label", f"rename the model{adoption_help}")
        rule = next(
            (rule for rule in self._rules if any(covers(parse_path(path), result) for path in rule["paths"])), None
        )
        if rule is not None:
            return Governance(rule["message"], rule["remedy"])
        origins = self._source_map.get((self._index, original), ()) if original is not None else ()
        origin = next((origin for origin in origins if _says_what_runs(origin)), None)
        if origin is None:
            return None
        field = origin_field(self._file, origin)
        return Governance(f"it comes from {field}, which says what runs", f"change {field}")


def _declared_rules(file: PlannedFile, kind: Json) -> Iterator[GovernedValueData]:
    for rule in file.emitter.data.get("governed", ()):
        if kind in rule.get("kinds", (kind,)):
            yield rule


def _says_what_runs(origin: Origin) -> bool:
    """Whether a value comes from a release, or pins an image: what runs is what was reviewed, and what records name."""
    return origin.root in _RELEASES or origin.pointer[-1:] in {(name,) for name in _PINNED_FIELDS}

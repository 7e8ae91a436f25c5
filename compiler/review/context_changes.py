"""Whether something that a model's files may depend on changes, besides the model itself: an upper bound."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from compiler.foundation.json_data import Json
from compiler.resolve.digests import digest
from compiler.review.compared_sides import Side
from compiler.review.model_snapshot import PlacementSnapshot

ModelKey = tuple[str, str | None]
"""A model and an environment; `None` for a model that is not deployed."""
_LAYERED_KEYS = frozenset({"defaults", "types", "policies"})
"""Project fields that reach a model through its layers or its policies."""


class ContextChanges:
    """Compares the contexts of models in two states, and reads no more models than it needs."""

    def __init__(self, old: Side, new: Side) -> None:
        self._old, self._new = old, new
        self._component_changes: dict[tuple[bool, str, str], bool] = {}

    def has_changed(self, key: ModelKey) -> bool:
        """Whether the context of a model changes, which is in this environment in both states."""
        name, environment = key
        return (
            self._has_project_changed
            or _spec_path(self._old, key) != _spec_path(self._new, key)
            or self._has_environment_changed(key)
            or (environment is not None and self._has_component_changed(name, environment))
        )

    @cached_property
    def _has_project_changed(self) -> bool:
        return _project_digest(self._old) != _project_digest(self._new)

    def _has_environment_changed(self, key: ModelKey) -> bool:
        old, new = (
            side.session.portfolio.by_kind("Environment")[key[1]].json if key[1] and _placement(side, *key) else None
            for side in (self._old, self._new)
        )
        return old != new

    def _has_component_changed(self, name: str, environment: str) -> bool:
        """Whether a model changes that is connected with this one through dependencies, in one of the states."""
        is_present = any(_placement(side, name, environment) for side in (self._old, self._new))
        return is_present and any(self._search_component(side, name, environment) for side in (self._old, self._new))

    def _search_component(self, side: Side, name: str, environment: str) -> bool:
        """Follow the connections in one state until a model changes; remembers the answer for all models on the way."""
        is_old = side is self._old
        queue, visited_names, has_changed = [name], {name}, False
        while queue and not has_changed:
            member = queue.pop()
            known = self._component_changes.get((is_old, member, environment))
            has_changed = self._has_data_changed(member, environment) if known is None else known
            neighbors = set(_neighbors(side, member, environment)) - visited_names
            visited_names |= neighbors
            queue += sorted(neighbors)
        self._component_changes.update(((is_old, member, environment), has_changed) for member in visited_names)
        return has_changed

    def _has_data_changed(self, name: str, environment: str) -> bool:
        old, new = (_placement(side, name, environment) for side in (self._old, self._new))
        return (old.data_digest if old else "") != (new.data_digest if new else "")


def _placement(side: Side, name: str, environment: str | None) -> PlacementSnapshot | None:
    """The model in the environment, if it is valid."""
    snapshot = side.snapshot(name)
    placement = snapshot.placements.get(environment) if snapshot else None
    return placement if placement and placement.is_valid else None


def _spec_path(side: Side, key: ModelKey) -> str:
    snapshot = side.snapshot(key[0])
    return snapshot.path if snapshot and _placement(side, *key) else ""


def _neighbors(side: Side, name: str, environment: str) -> Iterator[str]:
    """The models that depend on a model, and those that it depends on, whether they exist or not."""
    placement = _placement(side, name, environment)
    yield from placement.dependencies if placement else ()
    for dependent in side.session.fleet.candidate_dependents(name):
        dependent_placement = _placement(side, dependent, environment)
        if dependent_placement and name in dependent_placement.dependencies:
            yield dependent


def _project_digest(side: Side) -> str:
    """A digest of what may affect any artifact: project settings, and the project's own templates."""
    data = side.session.portfolio.project.json
    project_data: dict[str, Json] = {key: value for key, value in data.items() if key not in _LAYERED_KEYS}
    template_digests: dict[str, Json] = {
        emitter.id: emitter.digest for emitter in side.session.emitters.by_id.values() if not emitter.is_builtin
    }
    return digest([project_data, template_digests])

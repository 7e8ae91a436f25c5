"""Wraps the values of a template context for the sandbox."""

from collections.abc import Mapping

from compiler.foundation.json_data import Json, pick_fields
from compiler.foundation.provenance import (
    ComputedValue,
    ContextValue,
    DocumentValue,
    ObjectValue,
    Origin,
    RowsValue,
    plain_value,
)
from compiler.templating.template_values import MapView, RowsView, wrap_derived

_MAX_SHARED_VIEWS = 512
"""More than the contexts of one model have in all of its environments."""


def to_views(context: Mapping[str, ContextValue]) -> dict[str, object]:
    """Each value of a context as a view that knows its origins; a computed `None` is left out."""
    return {name: _to_view(item) for name, item in context.items() if _has_value(item)}


class SharedViews:
    """Makes the views of contexts; the values that contexts share are wrapped once."""

    def __init__(self) -> None:
        self._views: dict[int, tuple[ContextValue, object | None]] = {}
        self._document_views: dict[tuple[str, int], MapView] = {}
        """The views of documents, which many contexts share, by name and identity of the data."""

    def of(self, context: Mapping[str, ContextValue]) -> dict[str, object]:
        """The same as `to_views`."""
        if len(self._views) >= _MAX_SHARED_VIEWS:
            self._views.clear()
            self._document_views.clear()
        entries = self._views
        views: dict[str, object] = {}
        for name, item in context.items():
            entry = entries.get(id(item))
            if entry is None:  # with the item, so that its id stays its own
                entry = entries[id(item)] = (item, self._new_view(item) if _has_value(item) else None)
            if entry[1] is not None:
                views[name] = entry[1]
        return views

    def _new_view(self, item: ContextValue) -> object:
        if not isinstance(item, DocumentValue):
            return _to_view(item)
        key = (item.name, id(item.data))
        if key not in self._document_views:
            self._document_views[key] = MapView(item.data, Origin(item.name))
        return self._document_views[key]


def read_value(item: ContextValue, fields: frozenset[str] | None) -> Json:
    """The JSON data of a value, reduced to the fields that are read; `None` means all."""
    return pick_fields(fields, item.data) if isinstance(item, DocumentValue) else plain_value(item)


def _to_view(item: ContextValue) -> object:
    if isinstance(item, DocumentValue):
        return MapView(item.data, Origin(item.name))
    if isinstance(item, RowsValue):
        return RowsView(item.rows)
    if isinstance(item, ObjectValue):
        return wrap_derived({name: _to_view(member) for name, member in item.members.items() if _has_value(member)})
    return wrap_derived([_to_view(element) for element in item.elements] or item.value, *item.origins)


def _has_value(item: ContextValue) -> bool:
    return not isinstance(item, ComputedValue) or item.value is not None

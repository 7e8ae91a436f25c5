"""Values made ready for CEL: a map or list that many questions are about is made ready once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.expression.shapes import Shape, items, part, prepared
from compiler.values import Json

_MOST = 4096


@dataclass(frozen=True, slots=True)
class Ready:
    """Remembers by identity what the fields of variables came to, with what they were made of, so that none is another's."""

    shapes: Mapping[str, Shape]
    _known: dict[tuple[int, int], tuple[Json, Json]] = field(default_factory=dict)

    def of(self, data: Mapping[str, Json]) -> dict[str, Json]:
        """The data by variable, as far as there are such variables."""
        return {name: self._variable(value, self.shapes[name]) for name, value in data.items() if name in self.shapes}

    def _variable(self, value: Json, form: Shape) -> Json:
        """A variable is often put together for the question at hand; what its fields hold is not."""
        if isinstance(value, dict):
            return {key: self._field(one, part(form, key)) for key, one in value.items() if one is not None}
        if isinstance(value, list):
            return [self._variable(one, items(form)) for one in value]
        return prepared(value, form)

    def _field(self, value: Json, form: Shape) -> Json:
        if not isinstance(value, dict | list):
            return prepared(value, form)
        key = (id(value), id(form))
        if key not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = value, prepared(value, form)
        return self._known[key][1]

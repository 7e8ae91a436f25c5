"""The documents of one kind by name, with a record of which of them are looked up."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import TypeVar

from compiler.source.read_log import ALL_DOCUMENTS, ALL_HEADERS, ALL_NAMES, ReadLog
from compiler.spec.portfolio import Spec

S_co = TypeVar("S_co", bound=Spec, covariant=True)


class RecordedSpecs(Mapping[str, S_co]):
    """The same as the map that it wraps."""

    __slots__ = ("_kind", "_log", "_specs")

    def __init__(self, kind: str, specs: Mapping[str, S_co], log: ReadLog) -> None:
        self._kind, self._specs, self._log = kind, specs, log

    def __getitem__(self, name: str) -> S_co:
        self._log.add(self._kind, name)
        return self._specs[name]

    def __contains__(self, name: object) -> bool:
        self._log.add(self._kind, str(name))
        return name in self._specs

    def __iter__(self) -> Iterator[str]:
        self._log.add(self._kind, ALL_NAMES)
        return iter(self._specs)

    def __len__(self) -> int:
        self._log.add(self._kind, ALL_NAMES)
        return len(self._specs)

    def header_items(self) -> ItemsView[str, S_co]:
        """The names and the documents, of which only paths and headers are read."""
        self._log.add(self._kind, ALL_HEADERS)
        return self._specs.items()

    def keys(self) -> KeysView[str]:
        """The names."""
        self._log.add(self._kind, ALL_NAMES)
        return self._specs.keys()

    def values(self) -> ValuesView[S_co]:
        """The documents."""
        self._log.add(self._kind, ALL_DOCUMENTS)
        return self._specs.values()

    def items(self) -> ItemsView[str, S_co]:
        """The names and the documents."""
        self._log.add(self._kind, ALL_DOCUMENTS)
        return self._specs.items()

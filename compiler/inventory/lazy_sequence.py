"""A sequence that is computed on first access."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

T_co = TypeVar("T_co", covariant=True)


class LazySequence(Sequence[T_co], Generic[T_co]):
    """A sequence computed on first access: counting record fields evaluates conditions, which a table without them does not need."""

    def __init__(self, compute: Callable[[], Iterable[T_co]]) -> None:
        self._compute = compute

    @cached_property
    def _elements(self) -> tuple[T_co, ...]:
        return tuple(self._compute())

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T_co, ...]: ...
    def __getitem__(self, index: int | slice) -> T_co | tuple[T_co, ...]:
        return self._elements[index]

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._elements)

    def __len__(self) -> int:
        return len(self._elements)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._elements == tuple(other)

    def __hash__(self) -> int:
        return hash(self._elements)

    def __repr__(self) -> str:
        return repr(self._elements)

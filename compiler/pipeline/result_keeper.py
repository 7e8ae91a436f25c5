"""What stages see of results that are kept between runs: by default none are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding

T = TypeVar("T")


class ResultKind(NamedTuple, Generic[T]):
    """A kind of result: its name, its encoding, its findings and its summary, which is needed even of a result that was kept.

    `is_storable`: it may be written to the disk. `depends_on_date`: it is valid on its day alone. `decode` raises `ValueError`,
    `TypeError`, `KeyError` or `IndexError` for bytes of another form.
    """

    name: str
    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T]
    findings_of: Callable[[T], Sequence[Finding]]
    summary_of: Callable[[T], bytes]
    is_storable: Callable[[T], bool]
    depends_on_date: Callable[[T], bool]


class Result(Generic[T]):
    """A result with its name and its summary. A kept one is read when it is needed."""

    __slots__ = ("_read", "_summarise", "is_kept", "name")

    def __init__(self, name: str, summarise: Callable[[], bytes], read: Callable[[], T], *, is_kept: bool) -> None:
        self.name = name
        self.is_kept = is_kept
        self._summarise = summarise
        self._read = read

    @property
    def summary(self) -> bytes:
        """The summary."""
        return self._summarise()

    @property
    def value(self) -> T:
        """The result. One that was kept is read each time, so that it takes no memory."""
        return self._read()


def identity(value: T) -> T:
    """The value."""
    return value


class ResultKeeper(Protocol):
    """Gives the results of earlier runs that are still valid, and computes and keeps the others."""

    def obtain(
        self, kind: ResultKind[T], names: Sequence[str], scope: str, compute: Callable[[str], T]
    ) -> Iterator[Result[T]]:
        """The results in the order of their names; `scope` is everything that they depend on besides look-ups."""
        ...

    def forget_others(self, kind: ResultKind[T], names: Sequence[str]) -> None:
        """Drop the results of everything but these names, because it does not exist any more."""
        ...


class NoKeeper:
    """Computes every result."""

    def obtain(
        self, kind: ResultKind[T], names: Sequence[str], scope: str, compute: Callable[[str], T]
    ) -> Iterator[Result[T]]:
        """The results in the order of their names."""
        del scope
        for name in names:
            value = compute(name)
            yield Result(name, partial(kind.summary_of, value), partial(identity, value), is_kept=False)

    def forget_others(self, kind: ResultKind[T], names: Sequence[str]) -> None:
        """There is nothing to drop."""

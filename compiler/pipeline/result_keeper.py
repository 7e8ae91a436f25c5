"""What stages see of results that are kept between runs: by default none are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding

T = TypeVar("T")


class ResultKind(NamedTuple, Generic[T]):
    """A kind of result: its name, how it is encoded, its findings, its summary, and whether it may be written to the disk.

    `decode` raises `ValueError`, `TypeError`, `KeyError` or `IndexError` for bytes of another form. A summary is what is needed even of
    a result that was kept.
    """

    name: str
    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T]
    findings_of: Callable[[T], Sequence[Finding]]
    summary_of: Callable[[T], bytes]
    is_storable: Callable[[T], bool]


class Result(Generic[T]):
    """A result with its name and its summary; a kept one is read when it is needed."""

    __slots__ = ("_read", "_value", "is_kept", "name", "summary")

    def __init__(self, name: str, summary: bytes, value: T | None, read: Callable[[], T] | None = None) -> None:
        self.name = name
        self.summary = summary
        self.is_kept = value is None
        self._value = value
        self._read = read

    @property
    def value(self) -> T:
        """The result. One that was kept is read each time, so that it takes no memory."""
        if self._value is not None:
            return self._value
        if self._read is None:
            raise AssertionError("a result has a value, or a way to read it")
        return self._read()


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
            yield Result(name, kind.summary_of(value), value)

    def forget_others(self, kind: ResultKind[T], names: Sequence[str]) -> None:
        """There is nothing to drop."""

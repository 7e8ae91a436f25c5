"""What stages see of results that are kept between runs: by default none are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding

T = TypeVar("T")


class ResultKind(NamedTuple, Generic[T]):
    """A kind of result: the name of its table, its type, its findings, its summary, and whether it may be kept."""

    table: str
    type: type[T]
    findings_of: Callable[[T], Sequence[Finding]]
    summary_of: Callable[[T], str]
    is_storable: Callable[[T], bool]


class Result(Generic[T]):
    """A result, which is loaded or computed when it is needed; its summary is known before."""

    __slots__ = ("_compute", "_value", "summary")

    def __init__(self, summary: str, compute: Callable[[], T]) -> None:
        self.summary = summary
        self._compute = compute
        self._value: T | None = None

    @property
    def value(self) -> T:
        """The result."""
        if self._value is None:
            self._value = self._compute()
        return self._value


class ResultKeeper(Protocol):
    """Gives a result of an earlier run, or computes it and keeps it."""

    def obtain(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[], T]) -> Result[T]:
        """The result; `scope` is everything that it depends on besides look-ups."""
        ...


class NoKeeper:
    """Computes every result."""

    def obtain(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[], T]) -> Result[T]:
        """The result."""
        del name, scope
        value = compute()
        return Result(kind.summary_of(value), lambda: value)

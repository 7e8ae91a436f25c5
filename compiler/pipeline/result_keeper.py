"""What stages see of results that are kept between runs: by default none are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding

T = TypeVar("T")


class ResultCodec(Protocol[T]):
    """What is known of the results of a kind. The defaults are those of a result without findings that is valid on any day."""

    def encode(self, value: T) -> bytes:
        """The result as bytes."""
        ...

    def decode(self, content: bytes) -> T:
        """The result; raises `ValueError`, `TypeError`, `KeyError` or `IndexError` for bytes of another form."""
        ...

    def summarise(self, _value: T) -> bytes:
        """What is read of each result, although it was kept."""
        return b""

    def findings_of(self, _value: T) -> Sequence[Finding]:
        """The findings: their locations are part of the result."""
        return ()

    def is_storable(self, _value: T) -> bool:
        """Whether it may be written to the disk."""
        return True

    def depends_on_date(self, _value: T) -> bool:
        """Whether it is valid on its day alone."""
        return False


class ResultKind(Generic[T]):
    """A kind of result by its name. Its codec is imported when a result is computed or read, which many runs do of no result."""

    def __init__(self, name: str, load_codec: Callable[[], ResultCodec[T]]) -> None:
        self.name = name
        self._load_codec = load_codec

    @cached_property
    def codec(self) -> ResultCodec[T]:
        """The codec."""
        return self._load_codec()


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
            yield Result(name, partial(kind.codec.summarise, value), partial(identity, value), is_kept=False)

    def forget_others(self, kind: ResultKind[T], names: Sequence[str]) -> None:
        """There is nothing to drop."""

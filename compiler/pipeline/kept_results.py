"""Keeps results in the store: each with the look-ups that it was computed from, and their fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.pipeline.fingerprints import Fingerprints
from compiler.pipeline.result_keeper import Result, ResultKind
from compiler.source.read_log import FILE, Read, ReadLog
from compiler.store.project_store import Store

T = TypeVar("T")


class _Trace(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a result depends on, and its summary."""

    scope: str
    reads: tuple[tuple[str, str, str], ...]
    summary: str


_trace_decoder = msgspec.msgpack.Decoder(_Trace)
_encoder = msgspec.msgpack.Encoder()


class KeptResults:
    """The results of earlier runs that are still valid, and those of this run."""

    def __init__(self, store: Store, fingerprints: Fingerprints, reads: ReadLog) -> None:
        self._store = store
        self._fingerprints = fingerprints
        self._reads = reads
        self._traces: dict[str, Mapping[str, bytes]] = {}
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}
        self._shared_scope = fingerprints.shared_scope()

    def obtain(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[], T]) -> Result[T]:
        """The kept result if everything that it was computed from is as before; otherwise a new one, which is kept."""
        full_scope = f"{self._shared_scope} {scope}"
        trace = self._current_trace(kind.table, name, full_scope)
        if trace is not None:
            return Result(trace.summary, lambda: self._load(kind, name) or self._renew(kind, name, full_scope, compute))
        value = self._renew(kind, name, full_scope, compute)
        return Result(kind.summary_of(value), lambda: value)

    def forget_others(self, kind: ResultKind[T], names: Collection[str]) -> None:
        """Drop the results of everything that does not exist any more."""
        old_names = [name for name in self._traces_of(kind.table) if name not in names]
        if old_names:
            self._store.delete(kind.table, old_names)
            self._store.delete(_value_table(kind.table), old_names)

    def _current_trace(self, table: str, name: str, scope: str) -> _Trace | None:
        content = self._traces_of(table).get(name)
        if content is None:
            return None
        try:
            trace = _trace_decoder.decode(content)
        except msgspec.MsgspecError:
            return None
        return trace if trace.scope == scope and self._fingerprints.are_current(trace.reads) else None

    def _traces_of(self, table: str) -> Mapping[str, bytes]:
        if table not in self._traces:
            self._traces[table] = self._store.get_all(table)
        return self._traces[table]

    def _load(self, kind: ResultKind[T], name: str) -> T | None:
        content = self._store.get(_value_table(kind.table), name)
        if content is None:
            return None
        if kind.table not in self._decoders:
            self._decoders[kind.table] = msgspec.msgpack.Decoder(kind.type)
        try:
            value: T = self._decoders[kind.table].decode(content)
        except msgspec.MsgspecError:
            return None
        return value

    def _renew(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[], T]) -> T:
        with self._reads.recording() as reads:
            value = compute()
        if kind.is_storable(value):
            all_reads = {*reads, *_located_files(kind.findings_of(value))}
            trace = _Trace(scope, self._fingerprints.trace(all_reads), kind.summary_of(value))
            self._store.put(kind.table, {name: _encoder.encode(trace)})
            self._store.put(_value_table(kind.table), {name: _encoder.encode(value)})
        return value


def _value_table(table: str) -> str:
    return f"{table}_values"


def _located_files(findings: Iterable[Finding]) -> Iterable[Read]:
    """The files that findings point into: an edit can move a line without changing any value."""
    for finding in findings:
        for location in (finding.location, *(note.location for note in finding.notes)):
            if location is not None:
                yield Read(FILE, location.path)

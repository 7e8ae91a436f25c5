"""Keeps results in the store: each with the look-ups that it was computed from, and their fingerprints.

A result depends on its scope and on what was looked up while it was computed. It is used again for as long as the fingerprints of all of
that are the same, so that it is the result that a run without a store would compute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import TypeVar

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.pipeline.fingerprints import Fingerprints
from compiler.pipeline.result_keeper import Result, ResultKind, identity
from compiler.pipeline.workers import map_in_order
from compiler.source.read_log import FILE, Read, ReadLog
from compiler.store.project_store import Store

T = TypeVar("T")
_MAX_SINGLE_READS = 50
"""Reading all results of a kind at once is faster than reading more of them one by one."""


class _Trace(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a result depends on, and its summary."""

    scope: str
    reads: tuple[tuple[str, str, str], ...]
    summary: bytes


class _Computed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A new result as a worker sends it; a result that may not be stored has no trace."""

    summary: bytes
    value: bytes
    trace: bytes | None


_encoder = msgspec.msgpack.Encoder()
_trace_decoder = msgspec.msgpack.Decoder(_Trace)
_computed_decoder = msgspec.msgpack.Decoder(_Computed)


class KeptResults:
    """The results of earlier runs that are still valid, and those of this run."""

    def __init__(
        self, store: Store, fingerprints: Callable[[], Fingerprints], reads: ReadLog, jobs: int, as_of: date
    ) -> None:
        """`jobs`: the number of processes that compute new results. `as_of`: the date of the evaluation."""
        self._as_of = as_of
        self._store = store
        self._make_fingerprints = fingerprints
        self._reads = reads
        self._jobs = jobs

    def obtain(
        self, kind: ResultKind[T], names: Sequence[str], scope: str, compute: Callable[[str], T]
    ) -> Iterator[Result[T]]:
        """The results in the order of their names."""
        full_scope = f"{self._shared_scope} {scope}" if self._store.is_enabled else ""
        summaries = dict(self._kept_summaries(kind, names, full_scope)) if self._store.is_enabled else {}
        new_names = [name for name in names if name not in summaries]

        def compute_encoded(name: str) -> bytes:
            return _encoder.encode(self._compute(kind, name, full_scope, compute))

        new_results = map_in_order(compute_encoded, new_names, self._jobs)
        for name in names:
            if name in summaries:
                read = partial(self._read, kind, name, full_scope, compute)
                yield Result(name, partial(identity, summaries[name]), read, is_kept=True)
            else:
                yield self._keep(kind, name, _computed_decoder.decode(next(new_results)))

    @cached_property
    def _fingerprints(self) -> Fingerprints:
        return self._make_fingerprints()

    @cached_property
    def _shared_scope(self) -> str:
        return self._fingerprints.shared_scope()

    def _kept_summaries(self, kind: ResultKind[T], names: Sequence[str], scope: str) -> Iterator[tuple[str, bytes]]:
        """The summaries of results that are still valid."""
        traces = self._store.get_all(kind.name) if len(names) > _MAX_SINGLE_READS else self._single_traces(kind, names)
        for name in names:
            content = traces.get(name)
            if content is None:
                continue
            try:
                trace = _trace_decoder.decode(content)
            except msgspec.MsgspecError:
                continue
            if trace.scope in {scope, self._on_this_day(scope)} and self._fingerprints.are_current(trace.reads):
                yield name, trace.summary

    def forget_others(self, kind: ResultKind[T], names: Sequence[str]) -> None:
        """Drop the results of everything but these names."""
        old_names = self._store.keys(kind.name) - set(names)
        if old_names:
            self._store.delete(kind.name, old_names)
            self._store.delete(_value_table(kind), old_names)

    def _single_traces(self, kind: ResultKind[T], names: Sequence[str]) -> Mapping[str, bytes]:
        contents = ((name, self._store.get(kind.name, name)) for name in names)
        return {name: content for name, content in contents if content is not None}

    def _compute(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[str], T]) -> _Computed:
        with self._reads.recording() as reads:
            value = compute(name)
        summary, trace = kind.summary_of(value), None
        if self._store.is_enabled and kind.is_storable(value):
            all_reads = {*reads, *_located_files(kind.findings_of(value))}
            full_scope = self._on_this_day(scope) if kind.depends_on_date(value) else scope
            trace = _encoder.encode(_Trace(full_scope, self._fingerprints.trace(all_reads), summary))
        return _Computed(summary, kind.encode(value), trace)

    def _on_this_day(self, scope: str) -> str:
        return f"{scope} on {self._as_of}"

    def _keep(self, kind: ResultKind[T], name: str, computed: _Computed) -> Result[T]:
        if computed.trace is not None:
            self._store.put(kind.name, {name: computed.trace})
            self._store.put(_value_table(kind), {name: computed.value})
        elif self._store.is_enabled:
            self._store.delete(kind.name, [name])
            self._store.delete(_value_table(kind), [name])
        value = kind.decode(computed.value)
        return Result(name, partial(identity, computed.summary), partial(identity, value), is_kept=False)

    def _read(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[str], T]) -> T:
        """The kept result; one that was damaged meanwhile is computed again."""
        content = self._store.get(_value_table(kind), name)
        try:
            return kind.decode(content or b"")
        except (ValueError, TypeError, KeyError, IndexError):
            return self._keep(kind, name, self._compute(kind, name, scope, compute)).value


def tables_of(kind_name: str) -> tuple[str, str]:
    """The tables with the traces and the values of a kind of result."""
    return kind_name, f"{kind_name}_values"


def _value_table(kind: ResultKind[T]) -> str:
    return tables_of(kind.name)[1]


def _located_files(findings: Iterable[Finding]) -> Iterable[Read]:
    """The files that findings point into: an edit can move a line without changing any value."""
    for finding in findings:
        for location in (finding.location, *(note.location for note in finding.notes)):
            if location is not None:
                yield Read(FILE, location.path)

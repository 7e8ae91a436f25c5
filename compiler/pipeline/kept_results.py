"""Keeps results in the store: each with the look-ups that it was computed from, and their fingerprints.

A result depends on its scope and on what was looked up while it was computed. It is used again for as long as the fingerprints of all of
that are the same, so that it is the result that a run without a store would compute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Literal, NamedTuple, TypeAlias, TypeVar

import msgspec

from compiler.diagnostics.finding import Finding
from compiler.pipeline.fingerprints import Fingerprints, Trace
from compiler.pipeline.result_keeper import Result, ResultKind, identity
from compiler.pipeline.workers import map_in_order
from compiler.source.read_log import FILE, Read, ReadLog
from compiler.store.project_store import Store

T = TypeVar("T")
Partition: TypeAlias = Literal["", "revision_"]
"""Where results are kept, by the start of the names of tables: those of the work tree, and those of a revision."""
WORK_TREE: Partition = ""
REVISION: Partition = "revision_"
_MAX_SINGLE_READS = 50
"""Reading all results of a kind at once is faster than reading more of them one by one."""


class _Record(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a result depends on, and its summary."""

    scope: str
    trace: Trace
    summary: bytes


class _Kept(NamedTuple):
    """A result of an earlier run that is still valid: the partition that holds it, and its summary."""

    partition: Partition
    summary: bytes


class _Computed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A new result as a worker sends it; one that may not be stored has no record."""

    summary: bytes
    value: bytes
    record: bytes | None


_encoder = msgspec.msgpack.Encoder()
_record_decoder = msgspec.msgpack.Decoder(_Record)
_computed_decoder = msgspec.msgpack.Decoder(_Computed)


class KeptResults:
    """The results of earlier runs that are still valid, and those of this run.

    A result is used wherever it was computed. New ones are kept in the partition of their tree, so that those of a revision, with which the
    work tree is compared, do not replace those of the work tree.
    """

    def __init__(
        self,
        store: Store,
        fingerprints: Callable[[], Fingerprints],
        reads: ReadLog,
        jobs: int,
        as_of: date,
        partition: Partition = WORK_TREE,
    ) -> None:
        """`jobs`: the number of processes that compute new results. `as_of`: the date of the evaluation."""
        self._partition: Partition = partition
        self._partitions: tuple[Partition, Partition] = (partition, REVISION if partition == WORK_TREE else WORK_TREE)
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
        kept_results = self._kept_results(kind, names, full_scope) if self._store.is_enabled else {}
        new_names = [name for name in names if name not in kept_results]

        def compute_encoded(name: str) -> bytes:
            return _encoder.encode(self._compute(kind, name, full_scope, compute))

        new_results = map_in_order(compute_encoded, new_names, self._jobs)
        for name in names:
            kept = kept_results.get(name)
            if kept is not None:
                read = partial(self._read, kind, name, kept.partition, full_scope, compute)
                yield Result(name, partial(identity, kept.summary), read, is_kept=True)
            else:
                yield self._keep(kind, name, full_scope, compute, _computed_decoder.decode(next(new_results)))

    @cached_property
    def _fingerprints(self) -> Fingerprints:
        return self._make_fingerprints()

    @cached_property
    def _shared_scope(self) -> str:
        return self._fingerprints.shared_scope()

    def _kept_results(self, kind: ResultKind[T], names: Sequence[str], scope: str) -> Mapping[str, _Kept]:
        """The results that are still valid."""
        kept_results: dict[str, _Kept] = {}
        for partition in self._partitions:
            other_names = [name for name in names if name not in kept_results]
            kept_results.update(self._kept_in(partition, kind, other_names, scope))
        return kept_results

    def _kept_in(
        self, partition: Partition, kind: ResultKind[T], names: Sequence[str], scope: str
    ) -> Iterator[tuple[str, _Kept]]:
        table = f"{partition}{kind.name}"
        records = self._store.get_all(table) if len(names) > _MAX_SINGLE_READS else self._single_records(table, names)
        scopes = {scope, self._on_this_day(scope)}
        for name in names:
            content = records.get(name)
            if content is None:
                continue
            try:
                record = _record_decoder.decode(content)
            except msgspec.MsgspecError:
                continue
            if record.scope in scopes and self._fingerprints.are_current(record.trace):
                yield name, _Kept(partition, record.summary)

    def forget_others(self, kind: ResultKind[T], names: Sequence[str]) -> None:
        """Drop the results of everything but these names."""
        record_table, value_table = self._tables(kind)
        old_names = self._store.keys(record_table) - set(names)
        if old_names:
            self._store.delete(record_table, old_names)
            self._store.delete(value_table, old_names)

    def _tables(self, kind: ResultKind[T]) -> tuple[str, str]:
        """The tables with the records and the values of new results."""
        record_table, value_table = tables_of(kind.name)
        return f"{self._partition}{record_table}", f"{self._partition}{value_table}"

    def _single_records(self, table: str, names: Sequence[str]) -> Mapping[str, bytes]:
        contents = ((name, self._store.get(table, name)) for name in names)
        return {name: content for name, content in contents if content is not None}

    def _compute(self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[str], T]) -> _Computed:
        with self._reads.recording() as reads:
            value = compute(name)
        codec, record = kind.codec, None
        summary = codec.summarise(value)
        if self._store.is_enabled and codec.is_storable(value):
            all_reads = {*reads, *_located_files(codec.findings_of(value))}
            full_scope = self._on_this_day(scope) if codec.depends_on_date(value) else scope
            record = _encoder.encode(_Record(full_scope, self._fingerprints.trace(all_reads), summary))
        return _Computed(summary, codec.encode(value), record)

    def _on_this_day(self, scope: str) -> str:
        return f"{scope} on {self._as_of}"

    def _keep(
        self, kind: ResultKind[T], name: str, scope: str, compute: Callable[[str], T], computed: _Computed
    ) -> Result[T]:
        record_table, value_table = self._tables(kind)
        if computed.record is not None:
            self._store.put(record_table, {name: computed.record})
            self._store.put(value_table, {name: computed.value})
        elif self._store.is_enabled:
            self._store.delete(record_table, [name])
            self._store.delete(value_table, [name])
        read: Callable[[], T] = partial(kind.codec.decode, computed.value)
        if computed.record is not None:  # the store holds it, so that a stage may hold many results
            read = partial(self._read, kind, name, self._partition, scope, compute)
        return Result(name, partial(identity, computed.summary), read, is_kept=False)

    def _read(self, kind: ResultKind[T], name: str, partition: Partition, scope: str, compute: Callable[[str], T]) -> T:
        """The kept result; one that was damaged meanwhile is computed again."""
        content = self._store.get(f"{partition}{tables_of(kind.name)[1]}", name)
        try:
            return kind.codec.decode(content or b"")
        except (ValueError, TypeError, KeyError, IndexError):
            computed = self._compute(kind, name, scope, compute)
            self._keep(kind, name, scope, compute, computed)
            return kind.codec.decode(computed.value)


def tables_of(kind_name: str) -> tuple[str, str]:
    """The tables with the records and the values of a kind of result."""
    return kind_name, f"{kind_name}_values"


def _located_files(findings: Iterable[Finding]) -> Iterable[Read]:
    """The files that findings point into: an edit can move a line without changing any value."""
    for finding in findings:
        for location in (finding.location, *(note.location for note in finding.notes)):
            if location is not None:
                yield Read(FILE, location.path)

"""Files with the results of shards: parts of a fleet that several machines compute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from compiler.commands.common.progress_bar import track
from compiler.commands.common.streams import print_status
from compiler.foundation.errors import UsageError
from compiler.foundation.safe_folder import os_errors
from compiler.pipeline.kept_results import tables_of
from compiler.pipeline.result_kinds import CHECKED_MODEL, RENDERED_MODEL
from compiler.pipeline.session import Session
from compiler.pipeline.shards import Shard, compute_shard
from compiler.store.project_store import Store
from compiler.store.result_file import DamagedResultsError, decode_results, encode_results

_SHARD_TABLES = frozenset((*tables_of(CHECKED_MODEL.name), *tables_of(RENDERED_MODEL.name)))
_SHARD = re.compile(r"(?P<index>[0-9]{1,6})/(?P<count>[0-9]{1,6})")


class ShardRequest(NamedTuple):
    """A shard to compute, and the file for its results."""

    shard: Shard
    file: Path


def parse_shard(shard: str | None, results: Path | None) -> ShardRequest | None:
    """The request of `--shard I/N --results FILE`; raises `UsageError` for one option without the other, or another form."""
    if shard is None and results is None:
        return None
    if shard is None or results is None:
        raise UsageError("--shard and --results need each other", help="modelyard build --shard 1/4 --results part-1")
    match = _SHARD.fullmatch(shard)
    if match is None or not 1 <= int(match["index"]) <= int(match["count"]):
        raise UsageError(f"`{shard}` is no shard", help="write its number and the number of all, such as 2/4")
    return ShardRequest(Shard(int(match["index"]), int(match["count"])), results)


def write_shard(session: Session, store: Store, request: ShardRequest) -> None:
    """Compute the results of a shard, and write them to its file."""
    names_by_kind = compute_shard(session, request.shard, track)
    session.save_documents()
    tables = {
        table: {name: value for name in names if (value := store.get(table, name)) is not None}
        for kind, names in names_by_kind.items()
        for table in tables_of(kind)
    }
    with os_errors("write", str(request.file)):
        request.file.write_bytes(encode_results(store.version, tables))
    count = max((len(names) for names in names_by_kind.values()), default=0)
    print_status(f"{count} models of shard {request.shard.number}/{request.shard.total} in {request.file}")


def read_shards(store: Store, files: Iterable[Path]) -> None:
    """Add the results of shards to the store; raises `UsageError` for a damaged file, or one of another version."""
    for file in files:
        with os_errors("read", str(file)):
            content = file.read_bytes()
        try:
            version, tables = decode_results(content)
        except DamagedResultsError as error:
            raise _no_results(file) from error
        if not tables.keys() <= _SHARD_TABLES:  # a file may not change what else the store holds
            raise _no_results(file)
        if version != store.version:
            help_ = "install the same version, with the same packages and Python, on all machines"
            raise UsageError(f"{file} was written by another installation of Modelyard", help=help_)
        for table, values in tables.items():
            store.put(table, values)


def _no_results(file: Path) -> UsageError:
    help_ = "compute the shard again with `modelyard build --shard I/N --results FILE`"
    return UsageError(f"{file} holds no results of a shard, or is damaged", help=help_)

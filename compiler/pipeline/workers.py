"""Computes results for many names in several processes, in the order of the names."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.foundation.errors import HostError, ModelyardError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WARM_UP = 16
"""So many names are computed first in this process: what that compiles, all workers share."""
MIN_REMAINING = 48
"""Starting processes takes longer than computing so few results (`bench/run.py` measures it)."""
_CHUNK_SIZE = 8
_RESULT, _ERROR = b"r", b"e"
_LOST_WORKER = "a worker process ended before it had computed its results; the machine may have too little memory"


class WorkerBugError(Exception):
    """A bug of Modelyard in a worker; the message is its traceback."""


def default_jobs() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(function: Callable[[str], bytes], names: Sequence[str], jobs: int) -> Iterator[bytes]:
    """`function` of each name, in the order of the names; in so many processes if the names are many.

    A worker is a copy of this process, so that it has loaded everything already; where processes cannot be copied safely, there are
    none. Workers wait until their results are taken, so that results never pile up in memory.
    """
    first_names, other_names = names[:WARM_UP], names[WARM_UP:]
    yield from map(function, first_names)
    if jobs < 2 or len(other_names) < MIN_REMAINING or not sys.platform.startswith("linux"):  # noqa: PLR2004 - one worker is no gain
        yield from map(function, other_names)
    else:
        yield from _map_in_workers(function, other_names, jobs)


def _map_in_workers(function: Callable[[str], bytes], names: Sequence[str], jobs: int) -> Iterator[bytes]:
    from multiprocessing import get_context  # noqa: PLC0415 - it takes 10 ms, which small fleets need not wait for

    context = get_context("fork")
    chunks = [names[start : start + _CHUNK_SIZE] for start in range(0, len(names), _CHUNK_SIZE)]
    receivers: list[Connection] = []
    processes = []
    gc.freeze()  # what exists now is not collected in a worker, so that its memory stays shared
    try:
        for index in range(jobs):
            receiver, sender = context.Pipe(duplex=False)
            receivers.append(receiver)
            arguments = (function, chunks[index::jobs], sender, tuple(receivers))
            process = context.Process(target=_serve, args=arguments, daemon=True)
            process.start()
            processes.append(process)
            sender.close()
        for index, chunk in enumerate(chunks):
            for _ in chunk:
                yield _receive(receivers[index % jobs])
    finally:
        gc.unfreeze()
        for receiver, process in zip(receivers, processes, strict=False):
            receiver.close()
            process.terminate()
            process.join()


def _serve(
    function: Callable[[str], bytes],
    chunks: Sequence[Sequence[str]],
    sender: Connection,
    receivers: Sequence[Connection],
) -> None:
    """Compute the results of some chunks, and send them in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends its workers
    for receiver in receivers:
        receiver.close()  # if only the main process reads, sending fails when it is killed, and the worker ends
    try:
        for chunk in chunks:
            for name in chunk:
                sender.send_bytes(_RESULT + function(name))
    except BrokenPipeError:
        return
    except ModelyardError as error:
        sender.send_bytes(_ERROR + pickle.dumps(error))
    except Exception:  # noqa: BLE001 - every bug is reported by the main process
        sender.send_bytes(_ERROR + pickle.dumps(WorkerBugError(traceback.format_exc())))


def _receive(receiver: Connection) -> bytes:
    try:
        message = receiver.recv_bytes()
    except EOFError as error:
        raise HostError(_LOST_WORKER, help="run the command again with --jobs 1") from error
    if message[:1] == _ERROR:
        raise pickle.loads(message[1:])  # noqa: S301 - the worker is a copy of this process
    return message[1:]

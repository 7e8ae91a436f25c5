"""What a build remembers of each unit that it wrote, so that the next one need not read an unchanged unit."""

import hashlib
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

from compiler.write.file_stat import FileStat
from compiler.write.folder_comparison import FolderRecord

_HEADER = struct.Struct("<B32s32s")
_FOLDER_HEADER = struct.Struct("<B32sII")
_VERSION = 1
_NUMBERS = len(FileStat._fields)
_DIGEST_PREFIX = "sha256:"


class UnitStates(Protocol):
    """A store of one value per unit. A lost value costs time, and nothing else."""

    def get(self, unit: str) -> bytes | None:
        """The value of a unit."""

    def put(self, unit: str, state: bytes) -> None:
        """Replace the value of a unit; an empty one stands for none."""


class UnitState(NamedTuple):
    """The digest of all that a unit writes, and its record in each folder that it has files in, by the index of the folder."""

    unit_digest: str
    records: Mapping[int, FolderRecord]


def location_digest(folders: Sequence[str]) -> bytes:
    """The digest of the folders that a state describes."""
    return hashlib.sha256("\0".join(map(os.path.abspath, folders)).encode("utf-8", "surrogatepass")).digest()


def encode_state(location: bytes, state: UnitState) -> bytes:
    """The value to remember."""
    parts = [_HEADER.pack(_VERSION, location, _raw_digest(state.unit_digest))]
    for index, record in state.records.items():
        names = "\n".join(record.paths).encode()
        parts.append(_FOLDER_HEADER.pack(index, _raw_digest(record.lock_digest), len(record.stats), len(names)))
        parts.append(struct.pack(f"<{len(record.stats) * _NUMBERS}Q", *chain.from_iterable(record.stats)))
        parts.append(names)
    return b"".join(parts)


def decode_state(location: bytes, content: bytes | None) -> UnitState | None:
    """The state in a value; `None` if there is none, or if it describes other folders."""
    if not content:
        return None
    try:
        version, content_location, digest = _HEADER.unpack_from(content)
        if (version, content_location) != (_VERSION, location):
            return None
        return UnitState(_digest(digest), dict(_decode_records(content)))
    except (struct.error, UnicodeDecodeError):
        return None


def _decode_records(content: bytes) -> Iterator[tuple[int, FolderRecord]]:
    position = _HEADER.size
    while position < len(content):
        index, lock_digest, count, length = _FOLDER_HEADER.unpack_from(content, position)
        position += _FOLDER_HEADER.size
        numbers = struct.unpack_from(f"<{count * _NUMBERS}Q", content, position)
        position += count * _NUMBERS * 8
        names = content[position : position + length].decode()
        position += length
        stats = tuple(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
        yield index, FolderRecord(_digest(lock_digest), tuple(names.split("\n")), stats)


def without_racy_stats(state: UnitState, racy_time: int) -> UnitState:
    """The state without the stat data of files that could change after a time of the file system without a trace in their stat data."""
    return state._replace(
        records={
            index: record._replace(
                stats=tuple(FileStat(*numbers).settled_before(racy_time) for numbers in record.stats)
            )
            for index, record in state.records.items()
        }
    )


def _raw_digest(digest: str) -> bytes:
    return bytes.fromhex(digest.removeprefix(_DIGEST_PREFIX))


def _digest(raw_digest: bytes) -> str:
    return f"{_DIGEST_PREFIX}{raw_digest.hex()}"

"""What is to be written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file: where it goes below its root, its bytes, and what it was made from and by; `place`: where it is committed instead."""

    path: str
    content: bytes
    emitter: str
    sources: tuple[str, ...]
    executable: bool = False
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Files owned together, under one lock: a model in an environment, a model's records, the repository's CI."""

    id: str
    files: tuple[OutputFile, ...]


def below_output(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units without the files that are committed at a place of their own."""
    kept = (replace(unit, files=tuple(file for file in unit.files if file.place is None)) for unit in units)
    return tuple(unit for unit in kept if unit.files)


def committed(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """What is committed of the units, at its places in the repository."""
    moved = (
        replace(unit, files=tuple(replace(file, path=file.place) for file in unit.files if file.place is not None))
        for unit in units
    )
    return tuple(unit for unit in moved if unit.files)

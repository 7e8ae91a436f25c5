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
    commit_path: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Files owned together, under one lock: a model in an environment, a model's records, the repository's CI."""

    id: str
    files: tuple[OutputFile, ...]


def output_folder_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units without the files that are committed at a place of their own."""
    remaining_units = (
        replace(unit, files=tuple(file for file in unit.files if file.commit_path is None)) for unit in units
    )
    return tuple(unit for unit in remaining_units if unit.files)


def committed_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """What is committed of the units, at its places in the repository."""
    relocated_units = (
        replace(
            unit,
            files=tuple(replace(file, path=file.commit_path) for file in unit.files if file.commit_path is not None),
        )
        for unit in units
    )
    return tuple(unit for unit in relocated_units if unit.files)

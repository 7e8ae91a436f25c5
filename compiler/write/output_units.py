"""The files to write."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file: its path below the root, its content, its emitter and its sources.

    `commit_path` is its path in the repository if it is committed.
    """

    path: str
    content: bytes
    emitter: str
    sources: tuple[str, ...]
    executable: bool = False
    commit_path: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are owned together under one lock: a model in an environment, a model's records, the repository's CI."""

    id: str
    files: tuple[OutputFile, ...]


def output_folder_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units without the files that are committed to the repository."""
    remaining_units = (
        replace(unit, files=tuple(file for file in unit.files if file.commit_path is None)) for unit in units
    )
    return tuple(unit for unit in remaining_units if unit.files)


def committed_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """The committed files of the units, with their paths in the repository."""
    relocated_units = (
        replace(
            unit,
            files=tuple(replace(file, path=file.commit_path) for file in unit.files if file.commit_path is not None),
        )
        for unit in units
    )
    return tuple(unit for unit in relocated_units if unit.files)

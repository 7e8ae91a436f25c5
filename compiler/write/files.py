"""What is to be written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file: where it goes below its root, its bytes, and what it was made from and by."""

    path: str
    content: bytes
    emitter: str
    sources: tuple[str, ...]
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Files owned together, under one lock: a model in an environment, a model's records, the repository's CI."""

    id: str
    files: tuple[OutputFile, ...]

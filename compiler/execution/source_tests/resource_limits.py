"""Resource limits of a test run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """The limits for one release; a platform applies those that it supports."""

    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 2 << 30
    file_bytes: int = 16 << 20
    open_files: int = 128
    response_bytes: int = 4 << 20

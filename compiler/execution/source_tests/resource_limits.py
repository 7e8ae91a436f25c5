"""What a run may use up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """The most that one release may take; of the platform's own limits those hold that the platform has."""

    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 2 << 30
    file_bytes: int = 16 << 20
    open_files: int = 128
    response_bytes: int = 4 << 20

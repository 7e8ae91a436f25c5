"""Resource limits of a test run."""

import os
import re
from dataclasses import dataclass

from compiler.foundation.errors import UsageError
from compiler.spec.quantities import Memory

MEMORY_VARIABLE = "MODELYARD_SOURCE_MEMORY"
_MEMORY_PATTERN = r"[1-9][0-9]{0,5}(?:[kMGT]|[KMGT]i)"


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """The limits for one release; a platform applies those that it supports."""

    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    memory_bytes: int = 1 << 30
    file_bytes: int = 16 << 20
    open_files: int = 128
    response_bytes: int = 4 << 20


def limits_from_environment() -> ResourceLimits:
    """The default limits, with the memory that the user sets; a project cannot set it, because its files are what is limited."""
    text = os.environ.get(MEMORY_VARIABLE)
    if text is None:
        return ResourceLimits()
    if not re.fullmatch(_MEMORY_PATTERN, text):
        raise UsageError(f"{MEMORY_VARIABLE} is not a quantity of memory such as `2Gi`: `{text}`")
    return ResourceLimits(memory_bytes=Memory(text).bytes)

"""Where the time of a run goes, for `--timings`. No result depends on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal, TypeAlias

Part: TypeAlias = Literal["stage", "model", "emitter", "policy"]

_UNMEASURED: AbstractContextManager[None] = nullcontext()


class Timings:
    """The wall time of each stage, model, emitter and policy; nothing is measured unless it is enabled."""

    def __init__(self, *, is_enabled: bool = False) -> None:
        self.is_enabled = is_enabled
        self._seconds: dict[Part, dict[str, float]] = {}

    def measure(self, part: Part, name: str) -> AbstractContextManager[None]:
        """Add the time that passes to a name."""
        return self._measured(part, name) if self.is_enabled else _UNMEASURED

    @contextmanager
    def _measured(self, part: Part, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            seconds = self._seconds.setdefault(part, {})
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start

    def stages(self) -> list[tuple[str, float]]:
        """The stages in the order in which they began to run, with their seconds."""
        return list(self._seconds.get("stage", {}).items())

    def slowest(self, part: Part, count: int) -> list[tuple[str, float]]:
        """The names that took longest, slowest first, with their seconds."""
        seconds = self._seconds.get(part, {})
        return sorted(seconds.items(), key=lambda entry: (-entry[1], entry[0]))[:count]

"""The timings of a run as text."""

from collections.abc import Iterator, Sequence

from compiler.foundation.timings import Part, Timings

_SLOWEST = 5
_TITLES: Sequence[tuple[Part, str]] = (
    ("model", "slowest models"),
    ("emitter", "slowest emitters"),
    ("policy", "slowest policies"),
)


def format_timings(timings: Timings) -> str:
    """A table by stage, and the slowest models, emitters and policies."""
    return "".join(f"{line}\n" for line in _lines(timings))


def _lines(timings: Timings) -> Iterator[str]:
    stages = timings.stages()
    yield from _section("time by stage", [*stages, ("total", sum(seconds for _, seconds in stages))])
    for part, title in _TITLES:
        yield from _section(title, timings.slowest(part, _SLOWEST))


def _section(title: str, rows: Sequence[tuple[str, float]]) -> Iterator[str]:
    if rows:
        yield title
        width = max(len(name) for name, _ in rows)
        yield from (f"  {name.ljust(width)}  {seconds:8.3f} s" for name, seconds in rows)

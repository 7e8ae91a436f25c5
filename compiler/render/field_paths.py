"""Paths of fields in rendered objects, as `emitter.yaml` and patches write them: `spec.groups[].expr`, `data["a.b"]`, `**.selector`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Pointer

_STEP = re.compile(r"(?:\A|\.)(\*\*|[^.\[\]\"]+)|(\[\])|\[\"([^\"]+)\"\]")
ANY_DEPTH: Final = "**"
PathStep: TypeAlias = "str | None"
"""A key, `*`, `**`, or `None` for each element of a list."""

PathSteps: TypeAlias = tuple[PathStep, ...]
"""The steps of a path, or of its rest below a value."""


def parse_path(path: str) -> PathSteps:
    """The steps of a path; raises `UsageError` if it is invalid."""
    matches = list(_STEP.finditer(path))
    if not matches or "".join(match[0] for match in matches) != path:
        raise UsageError(
            f"`{path}` is not a valid field path",
            help='write a path such as `spec.groups[].rules[].expr` or `data["a.b"]`',
        )
    return tuple(None if match[2] else match[1] or match[3] for match in matches)


def steps_below(steps: PathSteps, key: str | int | None) -> tuple[PathSteps, ...]:
    """What is left of a path below a member of the current value; an unknown key (`None`) may match any."""
    if not steps:
        return ()
    step, rest = steps[0], steps[1:]
    if step == ANY_DEPTH:
        return (steps, *steps_below(rest, key))
    fits = step is None if isinstance(key, int) else step is not None and (key is None or step in {"*", key})
    return (rest,) if fits else ()


def ends_here(steps: PathSteps) -> bool:
    """Whether a path ends at the current value."""
    return not steps or steps == (ANY_DEPTH,)


def covers(path: PathSteps, pointer: Pointer) -> bool:
    """Whether a value is at the path or below it."""
    paths: Sequence[PathSteps] = (path,)
    for key in pointer:
        if any(ends_here(steps) for steps in paths):
            return True
        paths = [rest for steps in paths for rest in steps_below(steps, key)]
    return any(ends_here(steps) for steps in paths)


def ends_at(path: PathSteps, pointer: Pointer) -> bool:
    """Whether a value is at the path."""
    paths: Sequence[PathSteps] = (path,)
    for key in pointer:
        paths = [rest for steps in paths for rest in steps_below(steps, key)]
    return any(ends_here(steps) for steps in paths)


def pointers_at(value: Json, steps: PathSteps, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The pointers of the values at a path of keys and elements."""
    if not steps:
        yield pointer
    elif steps[0] is None:
        for index, element in enumerate(value if isinstance(value, list) else ()):
            yield from pointers_at(element, steps[1:], (*pointer, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from pointers_at(value[steps[0]], steps[1:], (*pointer, steps[0]))

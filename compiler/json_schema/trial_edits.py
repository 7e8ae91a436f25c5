"""Whether the schema accepts an edit: the edited data is validated, and must have no failure that the data did not have."""

from collections.abc import Callable, Hashable, Sequence

from compiler.foundation.json_data import Json, Pointer, value_at
from compiler.json_schema.engine import KeywordFailure
from compiler.json_schema.violation import INCOMPLETE

_MAX_TRIALS = 50
"""Edits tried for one document: a document with more mistakes gets corrections for the first ones."""
_MAX_COMPARED_FAILURES = 10_000
"""Failures that all trials together may compare: each trial validates the whole document again."""


class TrialEdits:
    """Edits of one piece of data, judged by the failures that they leave."""

    def __init__(
        self, data: Json, failures: Sequence[KeywordFailure], validate: Callable[[Json], Sequence[KeywordFailure]]
    ) -> None:
        self._data = data
        self._previous_failures = {failure.identity for failure in failures}
        self._validate = validate
        is_incomplete = any(failure.keyword == INCOMPLETE for failure in failures)
        self._trials_left = 0 if is_incomplete else min(_MAX_TRIALS, _MAX_COMPARED_FAILURES // (len(failures) + 1))

    def accepts_value(self, pointer: Pointer, value: Json) -> bool:
        """Whether the value is valid at the pointer."""
        return self._accepts(_edit(self._data, pointer, lambda _: value), pointer)

    def accepts_key(self, pointer: Pointer, key: str) -> bool:
        """Whether the key at the end of the pointer can have another name."""
        parent, old_key = pointer[:-1], pointer[-1]

        def rename(container: Json) -> Json:
            if not isinstance(container, dict) or key in container:
                return container
            return {key if name == old_key else name: value for name, value in container.items()}

        edited = _edit(self._data, parent, rename)
        return edited != self._data and self._accepts(edited, pointer)

    def accepts_move(self, pointer: Pointer, target: Pointer) -> bool:
        """Whether the value at the pointer is valid at a target without a value; the target may still lack keys next to it."""
        moved_value = value_at(self._data, pointer)
        remaining = _edit(self._data, pointer[:-1], lambda container: _without_key(container, pointer[-1]))
        edited = _with_value(remaining, target, moved_value)
        if edited is None or self._trials_left <= 0:
            return False
        return not any(_is_about(failure, target) for failure in self._trial_failures(edited))

    def _accepts(self, edited: Json, pointer: Pointer) -> bool:
        if self._trials_left <= 0:
            return False
        failures: dict[Hashable, KeywordFailure] = {
            failure.identity: failure for failure in self._trial_failures(edited)
        }
        is_left = any(_is_about(failure, pointer) for failure in failures.values())
        return not is_left and failures.keys() <= self._previous_failures

    def _trial_failures(self, edited: Json) -> Sequence[KeywordFailure]:
        self._trials_left -= 1
        return self._validate(edited)


def _is_about(failure: KeywordFailure, pointer: Pointer) -> bool:
    """Whether a failure is at the pointer, below it, or about the key at its end."""
    if failure.pointer[: len(pointer)] == pointer:
        return True
    is_parent = bool(pointer) and failure.pointer == pointer[:-1] and failure.keyword != "required"
    return is_parent and str(pointer[-1]) in failure.names


def _without_key(container: Json, key: object) -> Json:
    return (
        {name: value for name, value in container.items() if name != key} if isinstance(container, dict) else container
    )


def _with_value(data: Json, target: Pointer, value: Json) -> Json:
    """A copy of the data with a value at the target, and the maps that lead to it; `None` where there is a value already."""
    if not target:
        return value
    name, rest = target[0], target[1:]
    if data is None:
        data = {}
    if not isinstance(data, dict) or (not rest and name in data):
        return None
    child = _with_value(data.get(name), rest, value)
    return None if child is None else {**data, str(name): child}


def _edit(data: Json, pointer: Pointer, change: Callable[[Json], Json]) -> Json:
    """A copy of the data with another value at the pointer; everything off the path is shared with the original."""
    if not pointer:
        return change(data)
    part, rest = pointer[0], pointer[1:]
    if isinstance(data, dict):
        return {key: _edit(value, rest, change) if key == part else value for key, value in data.items()}
    if isinstance(data, list):
        return [_edit(value, rest, change) if index == part else value for index, value in enumerate(data)]
    return data

"""Merges a patch into a rendered object, as strategic merge patches of Kubernetes do.

Maps merge, `null` or `$patch: delete` removes, and `$patch: replace` replaces a map or a list. A list whose keys are known merges by them;
other lists are replaced. Where the keys of a list of maps are not known, the result would be a guess: a problem.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from compiler.foundation.json_data import Json, Object, Pointer, strictly_equal
from compiler.render.list_keys import ListKeys

DIRECTIVE: Final = "$patch"
_OTHER_DIRECTIVES = ("$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/")
_Match: TypeAlias = Literal["equal", "different", "unclear"]


class Position(NamedTuple):
    """Where a value is: in the object before (`None` if it was not there), in the result, and in the patch."""

    original: Pointer | None
    result: Pointer
    patch: Pointer

    def member(self, key: str | int, *, is_new: bool) -> "Position":
        """The position of a member that has the same key in all three."""
        original = None if is_new or self.original is None else (*self.original, key)
        return Position(original, (*self.result, key), (*self.patch, key))


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a patch adds, replaces or removes; `None` where there is no value."""

    position: Position
    old: Json
    new: Json

    def changed_pointers(self) -> Iterator[tuple[Pointer | None, Pointer]]:
        """Each leaf that differs: its pointer in the object before (`None` if it was not there) and in the result."""
        old_leaves, new_leaves = dict(_leaves(self.old)), dict(_leaves(self.new))
        for pointer in {**old_leaves, **new_leaves}:
            if (
                pointer in old_leaves
                and pointer in new_leaves
                and strictly_equal(old_leaves[pointer], new_leaves[pointer])
            ):
                continue
            original = self.position.original
            is_old = original is not None and pointer in old_leaves
            yield (*original, *pointer) if is_old and original is not None else None, (*self.position.result, *pointer)


@dataclass(frozen=True, slots=True)
class PatchProblem:
    """Why a part of a patch cannot be merged, at its pointer in the patch."""

    pointer: Pointer
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class _Element:
    """An element of a merged list, with its index in the object before."""

    value: Json
    index: int | None


@dataclass(slots=True)
class StrategicMerge:
    """A merge, with what it changed and the pointers in the patch of the values in the result that come from it."""

    changes: list[Change] = field(default_factory=list)
    origins: dict[Pointer, Pointer] = field(default_factory=dict)
    problems: list[PatchProblem] = field(default_factory=list)
    removals: dict[Pointer, bool] = field(default_factory=dict)
    """By the pointer in the patch of each removal: whether there was something to remove."""
    alignments: dict[Pointer, tuple[int | None, ...]] = field(default_factory=dict)
    """By list in the result that a patch merged or replaced: the index that each of its elements had (`None`: a new one)."""

    def merge(self, base: Json, patch: Json, keys: ListKeys, position: Position) -> Json:
        """The base (`None`: no value) with the patch merged."""
        self.origins[position.result] = position.patch
        if isinstance(patch, Mapping):
            return self._merge_map(base, patch, keys, position)
        if isinstance(patch, list):
            return self._merge_list(base, patch, keys, position)
        self._record(position, base, patch)
        return patch

    def _merge_map(self, base: Json, patch: Object, keys: ListKeys, position: Position) -> Json:
        members = {key: value for key, value in patch.items() if not self._is_directive(key, value, position)}
        old_members: Object = base if isinstance(base, Mapping) else {}
        if not isinstance(base, Mapping) and (base is not None or not members):
            self._record(position, base, {})
        result: dict[str, Json] = dict(old_members)
        if patch.get(DIRECTIVE) == "replace":
            for key in old_members.keys() - members.keys():
                self._record(position.member(key, is_new=False)._replace(patch=position.patch), result.pop(key), None)
        for key, value in members.items():
            member_position = position.member(key, is_new=key not in old_members)
            if _deletes(value):
                self._record_removal(member_position, result.pop(key, None))
            else:
                result[key] = self.merge(old_members.get(key), value, keys.member_keys(key), member_position)
        return result

    def _is_directive(self, key: str, value: Json, position: Position) -> bool:
        """Whether a key of a patch is an instruction; one that is not supported is a problem."""
        if key == DIRECTIVE and value in ("merge", "replace", "delete"):
            return True
        if key != DIRECTIVE and not key.startswith(_OTHER_DIRECTIVES):
            return False
        message = f"`{key}: {value}` is not supported" if key == DIRECTIVE else f"`{key}` is not supported"
        help_ = "write `$patch: delete` in an element to remove it, or `$patch: replace` to replace a map or a list"
        self.problems.append(PatchProblem((*position.patch, key), message, help_))
        return True

    def _merge_list(self, base: Json, patch: Sequence[Json], keys: ListKeys, position: Position) -> Json:
        old_elements = base if isinstance(base, list) else []
        replaces = any(element == {DIRECTIVE: "replace"} for element in patch)
        are_maps = all(isinstance(element, Mapping) for element in (*old_elements, *patch))
        identity = keys.keys
        if replaces or not are_maps or identity == () or (identity is None and not (old_elements and patch)):
            return self._replace_list(base, patch, position)
        if identity is None:
            path = path_text(position.result)
            message = f"the key that identifies the elements of `{path}` is not known"
            help_ = f"state it next to `merge`: `listMapKeys: {{'{path}': [name]}}`; an empty list of keys replaces the list"
            self.problems.append(PatchProblem(position.patch, message, help_))
            return base
        return self._merge_by_key(old_elements, patch, keys, position)

    def _replace_list(self, base: Json, patch: Sequence[Json], position: Position) -> Json:
        elements: list[Json] = []
        for patch_index, element in enumerate(patch):
            if element == {DIRECTIVE: "replace"}:
                continue
            for pointer, value in ((), element), *iter_members(element):
                result_pointer = (*position.result, len(elements), *pointer)
                self.origins[result_pointer] = (*position.patch, patch_index, *pointer)
                if isinstance(value, Mapping):
                    for key, member in value.items():
                        self._is_directive(key, "" if key == DIRECTIVE else member, position)
            elements.append(element)
        self.alignments[position.result] = (None,) * len(elements)
        self._record(position, base, elements)
        return elements

    def _merge_by_key(
        self, old_elements: Sequence[Json], patch: Sequence[Json], keys: ListKeys, position: Position
    ) -> Json:
        """Elements are removed first, so that the others keep their index."""
        elements = [_Element(value, index) for index, value in enumerate(old_elements)]
        for removes in (True, False):
            for index, element in enumerate(patch):
                if isinstance(element, Mapping) and _deletes(element) is removes:
                    patch_pointer = (*position.patch, index)
                    match_index = self._find(elements, element, keys, patch_pointer)
                    if match_index is not None:
                        element_position = position._replace(patch=patch_pointer)
                        self._merge_element(elements, match_index, element, keys, element_position)
        self.alignments[position.result] = tuple(element.index for element in elements)
        return [element.value for element in elements]

    def _merge_element(
        self, elements: list[_Element], index: int, patch: Object, keys: ListKeys, position: Position
    ) -> None:
        """Merge a part of a patch into the element with the index; the index after the last one adds an element."""
        old = elements[index] if index < len(elements) else _Element(None, None)
        original = None if position.original is None or old.index is None else (*position.original, old.index)
        element_position = Position(original, (*position.result, index), position.patch)
        if _deletes(patch):
            if old.value is not None:
                del elements[index]
            self._record_removal(element_position, old.value)
            return
        value = self.merge(old.value, patch, keys.member_keys(0), element_position)
        elements[index : index + 1] = [_Element(value, old.index)]

    def _find(self, elements: Sequence[_Element], patch: Object, keys: ListKeys, patch_pointer: Pointer) -> int | None:
        """The index of the element that a part of a patch is for, else that after the last; `None` if that is not clear."""
        names = keys.keys or ("",)
        matches = [_match(element.value, patch, names, keys.member_keys(0)) for element in elements]
        problem = None
        if patch.get(names[0]) is None:
            problem = f"the element has no `{names[0]}`, by which it merges"
        elif matches.count("equal") > 1:
            problem = "more than one element of the list has these keys"
        elif "equal" in matches and elements[matches.index("equal")].index is None:
            problem = "the patch has two elements with these keys, of which one would vanish"
        elif "unclear" in matches:
            problem = "an element of the list lacks one of these keys, so that it may be the same one or another one"
        if problem:
            help_ = f"the elements are identified by {' and '.join(f'`{name}`' for name in names)}; `listMapKeys` can state other keys"
            self.problems.append(PatchProblem(patch_pointer, problem, help_))
            return None
        return matches.index("equal") if "equal" in matches else len(elements)

    def original_pointer(self, pointer: Pointer) -> Pointer | None:
        """Where a value of the result was in the object before; `None` if it is in an element that the patch added."""
        original: Pointer = ()
        for length, key in enumerate(pointer):
            alignment = self.alignments.get(pointer[:length])
            original_key = alignment[key] if alignment is not None and isinstance(key, int) else key
            if original_key is None:
                return None
            original = (*original, original_key)
        return original

    def result_pointer(self, pointer: Pointer) -> Pointer | None:
        """Where a value of the object before is in the result; `None` if the patch removed or replaced it."""
        result: Pointer = ()
        for key in pointer:
            alignment = self.alignments.get(result)
            if alignment is not None and isinstance(key, int):
                if key not in alignment:
                    return None
                result = (*result, alignment.index(key))
            else:
                result = (*result, key)
        return result

    def _record_removal(self, position: Position, old: Json) -> None:
        self.removals[position.patch] = self.removals.get(position.patch, False) or old is not None
        self._record(position, old, None)

    def _record(self, position: Position, old: Json, new: Json) -> None:
        if not strictly_equal(old, new):
            self.changes.append(Change(position, old, new))


def path_text(pointer: Pointer) -> str:
    """A pointer as the path of a field, in which `[]` stands for each element of a list."""
    text = ""
    for part in pointer:
        if isinstance(part, int):
            text += "[]"
        elif any(character in part for character in '.[]"'):
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


def _deletes(value: Json) -> bool:
    return value is None or (isinstance(value, Mapping) and value.get(DIRECTIVE) == "delete")


def _match(element: Json, patch: Object, names: Sequence[str], keys: ListKeys) -> _Match:
    """Whether an element has the keys of a part of a patch, which may leave out some of them."""
    is_unclear = False
    for name in names:
        default = keys.default_of(name)
        value = element.get(name, default) if isinstance(element, Mapping) else None
        patch_value = patch.get(name, default)
        if patch_value is None or value == patch_value:
            continue
        if value is not None:
            return "different"
        is_unclear = True
    return "unclear" if is_unclear else "equal"


def iter_members(value: Json, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Json]]:
    """Every value below a value, with its pointer."""
    members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*pointer, key), member
        yield from iter_members(member, (*pointer, key))


def _leaves(value: Json) -> Iterator[tuple[Pointer, Json]]:
    """Every value without members, with its pointer."""
    if value is None:
        return
    if not isinstance(value, Mapping | list) or not value:
        yield (), value
    for pointer, member in iter_members(value):
        if not isinstance(member, Mapping | list) or not member:
            yield pointer, member

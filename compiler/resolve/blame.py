"""Which layer sets a value, and which layers it overrides.

Merging records nothing for this. The layers are read again, strongest first, with the merge rules that were applied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Pointer, value_at
from compiler.resolve.layers import Layer
from compiler.resolve.merge import DELETE
from compiler.spec.merge_rules import ANY_KEY, MergeRules


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one layer contributes to a value: the pointer within the layer, and the value; `deletes` if it removes weaker values."""

    layer: Layer
    pointer: Pointer
    value: Json
    deletes: bool = False

    @property
    def document_pointer(self) -> Pointer:
        """The pointer in the layer's document."""
        return (*self.layer.pointer, *self.pointer)


def blame(layers: Sequence[Layer], rules: MergeRules, merged_data: Json, pointer: Pointer) -> tuple[Contribution, ...]:
    """Every layer that contributes to the value at a pointer of the merged data, strongest first.

    The first one that does not delete sets the value. Several layers can set parts of a map or a merged list.
    """
    path = tuple(_path_steps(merged_data, rules, pointer))
    contributions = (_layer_contribution(layer, path) for layer in reversed(layers))
    return tuple(contribution for contribution in contributions if contribution is not None)


@dataclass(frozen=True, slots=True)
class _PathStep:
    """A part of a pointer: a key, or a list element by its merge key, by its value, or by its index."""

    part: str | int
    list_by: str | None = None
    identity: Json = None
    text_key: str | None = None
    """The key of the list element that the part is in, if a layer can write the element as text."""


def _path_steps(data: Json, rules: MergeRules, pointer: Pointer) -> Iterator[_PathStep]:
    text_key = None
    for part in pointer:
        try:
            child = value_at(data, (part,))  # an invalid pointer raises, and ends the path below
        except (KeyError, IndexError, TypeError):
            child = None
        if isinstance(part, int) and rules.list_strategy == "union":
            yield _PathStep(part, "union", child)
        elif isinstance(part, int) and rules.list_strategy is not None:
            yield _PathStep(part, rules.list_strategy, rules.identity(child))
        else:
            yield _PathStep(part, text_key=text_key)
        text_key = rules.merge_key if isinstance(part, int) and rules.has_text_elements else None
        rules = rules.child(part if isinstance(part, str) else ANY_KEY)
        data = child


def _layer_contribution(layer: Layer, path: Sequence[_PathStep]) -> Contribution | None:
    value: Json = layer.data
    pointer: Pointer = ()
    for step in path:
        child = _find_child(value, step)
        if child is None and isinstance(value, str) and step.text_key:
            return Contribution(layer, pointer, value) if step.part == step.text_key else None
        if child is None:
            replaces = pointer != () and not isinstance(value, list if isinstance(step.part, int) else dict)
            return Contribution(layer, pointer, value, deletes=True) if replaces else None
        part, value = child
        pointer = (*pointer, part)
        if value is None or (isinstance(value, dict) and value.get(DELETE) is True):
            return Contribution(layer, pointer, value, deletes=True)
    return Contribution(layer, pointer, value)


def _find_child(value: Json, step: _PathStep) -> tuple[str | int, Json] | None:
    if isinstance(value, dict):
        return (step.part, value[step.part]) if isinstance(step.part, str) and step.part in value else None
    if not isinstance(value, list) or not isinstance(step.part, int):
        return None
    if step.list_by is None:
        return (step.part, value[step.part]) if step.part < len(value) else None
    for index, element in enumerate(value):
        element_key = element if step.list_by == "union" or isinstance(element, str) else None
        if isinstance(element, dict) and step.list_by != "union":
            element_key = element.get(step.list_by)
        if element_key == step.identity:
            return index, element
    return None

"""The source map: the origins of each key and leaf of an artifact."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.foundation.json_data import Pointer
from compiler.foundation.provenance import Origins
from compiler.render.skeleton_nodes import (
    ConstantNode,
    DynamicMapNode,
    DynamicNode,
    FillState,
    InterpolatedScalar,
    ListNode,
    MapNode,
    Slot,
)
from compiler.templating.template_errors import RenderLimits
from compiler.templating.template_values import ListView, MapView
from compiler.templating.traced_values import OMIT, CommentedStr, Omit, origins_of

OriginMap: TypeAlias = dict[Pointer, Origins]


def trace_origins(node: DynamicNode | ConstantNode, values: Sequence[object]) -> OriginMap:
    """Origins by pointer, those of a value before those of its key. Text written by the template has none."""
    source_map: OriginMap = {}
    _trace_node(node, values, (), source_map)
    return source_map


def _trace_node(
    node: DynamicNode | ConstantNode, values: Sequence[object], pointer: Pointer, source_map: OriginMap
) -> None:
    match node:
        case Slot():
            _trace_value(values[node.index], pointer, source_map)
        case InterpolatedScalar():
            _add_origins(pointer, node.origins(values), source_map)
        case MapNode():
            for key, member in node.members:
                if not _is_omitted(member, values):
                    _trace_node(member, values, (*pointer, key), source_map)
        case DynamicMapNode():
            _trace_dynamic_map(node, values, pointer, source_map)
        case ListNode():
            _trace_list(node, values, pointer, source_map)
        case ConstantNode():
            pass


def trace_comments(node: DynamicNode | ConstantNode, values: Sequence[object]) -> dict[Pointer, str]:
    """The comments of leaves, by pointer."""
    comments: dict[Pointer, str] = {}
    for pointer, slot in _iter_slots(node, values, ()):
        value = values[slot.index]
        if isinstance(value, CommentedStr):
            comments[pointer] = value.comment
    return comments


def _iter_slots(
    node: DynamicNode | ConstantNode, values: Sequence[object], pointer: Pointer
) -> Iterator[tuple[Pointer, Slot]]:
    """Every value that fills a whole slot, with its pointer."""
    match node:
        case Slot():
            yield pointer, node
        case MapNode():
            for key, member in node.members:
                yield from _iter_slots(member, values, (*pointer, key))
        case DynamicMapNode():
            state = FillState(values, RenderLimits(max_values=1))
            for key_node, child in node.pairs:
                name = key_node if isinstance(key_node, str) else key_node.fill(state)
                if isinstance(name, str):
                    yield from _iter_slots(child, values, (*pointer, name))
        case ListNode():
            omitted_count = 0
            for index, element in node.members:
                if _is_omitted(element, values):
                    omitted_count += 1
                else:
                    yield from _iter_slots(element, values, (*pointer, index - omitted_count))
        case _:
            return


def _trace_list(node: ListNode, values: Sequence[object], pointer: Pointer, source_map: OriginMap) -> None:
    omitted_count = 0
    for index, member in node.members:
        if _is_omitted(member, values):
            omitted_count += 1
        else:
            _trace_node(member, values, (*pointer, index - omitted_count), source_map)


def _trace_dynamic_map(node: DynamicMapNode, values: Sequence[object], pointer: Pointer, source_map: OriginMap) -> None:
    state = FillState(values, RenderLimits(max_values=1))
    for key, member in node.pairs:
        if _is_omitted(member, values):
            continue
        name = key if isinstance(key, str) else key.fill(state)
        if isinstance(name, str):
            _trace_node(member, values, (*pointer, name), source_map)
            if not isinstance(key, str):
                _add_origins((*pointer, name), key.origins(values), source_map)


def _is_omitted(node: DynamicNode | ConstantNode, values: Sequence[object]) -> bool:
    return isinstance(node, Slot) and values[node.index] is OMIT


def _trace_value(value: object, pointer: Pointer, source_map: OriginMap) -> None:
    """The origins of a whole value: its own, and for a map or list those of each member."""
    _add_origins(pointer, origins_of(value) if not isinstance(value, (Mapping, list, tuple)) else (), source_map)
    if isinstance(value, (MapView, Mapping)):
        for key, member in value.pairs() if isinstance(value, MapView) else value.items():
            if not isinstance(member, Omit):
                _trace_value(member, (*pointer, str(key)), source_map)
                _add_origins((*pointer, str(key)), origins_of(key), source_map)
    elif isinstance(value, (ListView, list, tuple)):
        for index, member in enumerate(element for element in value if not isinstance(element, Omit)):
            _trace_value(member, (*pointer, index), source_map)


def _add_origins(pointer: Pointer, origins: Origins, source_map: OriginMap) -> None:
    if origins:
        source_map[pointer] = tuple(dict.fromkeys((*source_map.get(pointer, ()), *origins)))

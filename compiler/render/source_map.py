"""The source map: which places of the specs each key and each leaf of an artifact was made of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.foundation.json_data import Pointer
from compiler.foundation.provenance import Origins
from compiler.render.plain_values import Budget
from compiler.render.skeleton_nodes import Branch, Constant, Filling, Hole, Keyed, Mixed, Node, Series
from compiler.render.template_values import Elements, View
from compiler.render.traced_values import OMIT, Noted, Omit, origins_of

Found: TypeAlias = dict[Pointer, Origins]


def trace(node: Node | Constant, values: Sequence[object]) -> Found:
    """Origins by pointer, a value's before its key's. What the template wrote itself has no entry."""
    found: Found = {}
    _trace(node, values, (), found)
    return found


def _trace(node: Node | Constant, values: Sequence[object], pointer: Pointer, found: Found) -> None:
    match node:
        case Hole():
            _placed(values[node.index], pointer, found)
        case Mixed():
            _add(pointer, node.origins(values), found)
        case Branch():
            for key, member in node.members:
                if not _omitted(member, values):
                    _trace(member, values, (*pointer, key), found)
        case Keyed():
            _keyed(node, values, pointer, found)
        case Series():
            _series(node, values, pointer, found)
        case Constant():
            pass


def remarks(node: Node | Constant, values: Sequence[object]) -> dict[Pointer, str]:
    """What stands behind leaves of an artifact, by pointer."""
    found: dict[Pointer, str] = {}
    for pointer, hole in _holes(node, values, ()):
        value = values[hole.index]
        if isinstance(value, Noted):
            found[pointer] = value.note
    return found


def _holes(node: Node | Constant, values: Sequence[object], pointer: Pointer) -> Iterator[tuple[Pointer, Hole]]:
    """Every value that is placed alone, where it lands."""
    match node:
        case Hole():
            yield pointer, node
        case Branch():
            for key, member in node.members:
                yield from _holes(member, values, (*pointer, key))
        case Keyed():
            filling = Filling(values, Budget(1))
            for name_of, inner in node.pairs:
                name = name_of if isinstance(name_of, str) else name_of.fill(filling)
                if isinstance(name, str):
                    yield from _holes(inner, values, (*pointer, name))
        case Series():
            gone = 0
            for index, element in node.members:
                if _omitted(element, values):
                    gone += 1
                else:
                    yield from _holes(element, values, (*pointer, index - gone))
        case _:
            return


def _series(node: Series, values: Sequence[object], pointer: Pointer, found: Found) -> None:
    gone = 0
    for index, member in node.members:
        if _omitted(member, values):
            gone += 1
        else:
            _trace(member, values, (*pointer, index - gone), found)


def _keyed(node: Keyed, values: Sequence[object], pointer: Pointer, found: Found) -> None:
    filling = Filling(values, Budget(1))
    for key, member in node.pairs:
        if _omitted(member, values):
            continue
        name = key if isinstance(key, str) else key.fill(filling)
        if isinstance(name, str):
            _trace(member, values, (*pointer, name), found)
            if not isinstance(key, str):
                _add((*pointer, name), key.origins(values), found)


def _omitted(node: Node | Constant, values: Sequence[object]) -> bool:
    return isinstance(node, Hole) and values[node.index] is OMIT


def _placed(value: object, pointer: Pointer, found: Found) -> None:
    """What a whole value brings: its own origins, and for a map or a list those of each member."""
    _add(pointer, origins_of(value) if not isinstance(value, (Mapping, list, tuple)) else (), found)
    if isinstance(value, (View, Mapping)):
        for key, member in value.pairs() if isinstance(value, View) else value.items():
            if not isinstance(member, Omit):
                _placed(member, (*pointer, str(key)), found)
                _add((*pointer, str(key)), origins_of(key), found)
    elif isinstance(value, (Elements, list, tuple)):
        for index, member in enumerate(element for element in value if not isinstance(element, Omit)):
            _placed(member, (*pointer, index), found)


def _add(pointer: Pointer, origins: Origins, found: Found) -> None:
    if origins:
        found[pointer] = tuple(dict.fromkeys((*found.get(pointer, ()), *origins)))

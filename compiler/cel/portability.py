"""What another engine needs to evaluate an expression: the functions that it calls, and a bound on its cost."""

from collections.abc import Iterator

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, LIST, SELECT, STRUCT, Node, parse_ast

_CONST_NAMES = {1: "null", 2: "bool", 3: "int", 4: "uint", 5: "double", 6: "string", 7: "bytes"}
"""The types of constants, by the number of their field in the AST."""


def called_functions(ast_bytes: bytes) -> frozenset[str]:
    """The names of the functions and operators that an expression calls."""
    return frozenset(node.node(CALL).text(2) for node in _nodes(parse_ast(ast_bytes)) if CALL in node)


def loop_variables(ast_bytes: bytes) -> frozenset[str]:
    """The names that macros define."""
    return frozenset(node.node(COMPREHENSION).text(1) for node in _nodes(parse_ast(ast_bytes)) if COMPREHENSION in node)


def selected_fields(ast_bytes: bytes) -> frozenset[str]:
    """The names of the fields that an expression selects with a dot."""
    return frozenset(node.node(SELECT).text(2) for node in _nodes(parse_ast(ast_bytes)) if SELECT in node)


def mixed_literals(ast_bytes: bytes) -> tuple[str, ...]:
    """The types of constants in the first literal list or map that mixes them, which a stricter engine rejects; empty if there is none."""
    for node in _nodes(parse_ast(ast_bytes)):
        if LIST in node:
            groups = [node.node(LIST).nodes(1)]
        elif STRUCT in node:
            entries = node.node(STRUCT).nodes(2)
            groups = [[entry.node(part) for entry in entries] for part in (3, 4)]
        else:
            continue
        for group in groups:
            types = {name for element in group if CONST in element for name in _const_types(element.node(CONST))}
            if len(types) > 1:
                return tuple(sorted(types))
    return ()


def estimate_cost(ast_bytes: bytes, list_length: int) -> int:
    """The number of steps of an evaluation, if each list has a length."""
    return _cost(parse_ast(ast_bytes), list_length)


def _cost(node: Node, list_length: int) -> int:
    if COMPREHENSION not in node:
        return 1 + sum(_cost(child, list_length) for child in _children(node))
    loop = node.node(COMPREHENSION)
    once = sum(_cost(loop.node(part), list_length) for part in (2, 4, 7))
    return once + list_length * sum(_cost(loop.node(part), list_length) for part in (5, 6))


def _const_types(const: Node) -> Iterator[str]:
    yield from (name for number, name in _CONST_NAMES.items() if number in const)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        yield from _nodes(child)


def _children(node: Node) -> Iterator[Node]:
    if SELECT in node:
        yield node.node(SELECT).node(1)
    elif CALL in node:
        call = node.node(CALL)
        yield from (target for target in call.nodes(1))
        yield from call.nodes(3)
    elif LIST in node:
        yield from node.node(LIST).nodes(1)
    elif STRUCT in node:
        yield from (entry.node(part) for entry in node.node(STRUCT).nodes(2) for part in (3, 4) if part in entry)
    elif COMPREHENSION in node:
        yield from (node.node(COMPREHENSION).node(part) for part in (2, 4, 5, 6, 7))

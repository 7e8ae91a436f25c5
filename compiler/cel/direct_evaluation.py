"""Evaluates common expressions on plain data, in a fraction of the time that converting the data for the engine takes.

What is translated has the same result as in the engine. Where a value or an operation has no translation, `NotDirectError` is raised, and
the engine evaluates the expression. So only the engine decides what is an error, and how `&&` and `||` treat one.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, LIST, SELECT, Node, parse_ast
from compiler.cel.direct_operations import OPERATIONS, NotDirectError, is_true, size_of
from compiler.foundation.json_data import Json, value_at

Scope: TypeAlias = Mapping[str, Json]
"""The values of variables, loop variables included."""
DirectEvaluation: TypeAlias = Callable[[Scope], Json]
"""The value of an expression; raises `NotDirectError` where only the engine can tell."""

_MAX_LOOPS, _MAX_ELEMENTS = 50, 200
"""So many loops over so many elements stay below the number of iterations at which the engine stops."""
_TEST_ONLY, _SECOND_VARIABLE = 3, 8
_BOOL, _INT, _DOUBLE, _STRING = 2, 3, 5, 6
_CONDITIONAL = "_?_:_"
_MIN_NEGATIVE, _VARINT_SIZE = 2**63, 2**64


def direct_evaluation(ast_bytes: bytes) -> DirectEvaluation:
    """The translation of an expression; a part that has none raises only if it is evaluated."""
    return _Translator().translate_result(parse_ast(ast_bytes))


class _Translator:
    """Translates the nodes of one expression."""

    def __init__(self) -> None:
        self._loop_count = 0
        self._is_in_loop = False

    def translate_result(self, expr: Node) -> DirectEvaluation:
        """The translation of what the caller sees: numbers and maps of the data would have to be converted."""
        if LIST in expr:
            members = [self.translate_result(member) for member in expr.node(LIST).nodes(1)]
            return lambda scope: [member(scope) for member in members]
        if CALL in expr and expr.node(CALL).text(2) == _CONDITIONAL:
            condition_node, *branches = expr.node(CALL).nodes(3)
            return _conditional(self._translate(condition_node), *map(self.translate_result, branches))
        evaluate = self._translate(expr)
        return evaluate if _path_of(expr) is None else lambda scope: _plain_result(evaluate(scope))

    def _translate(self, expr: Node) -> DirectEvaluation:
        path, tested_path = _path_of(expr), _tested_path(expr)
        if path is not None or tested_path is not None:
            return _value_of(path) if path is not None else _presence_test([tested_path or ()])
        if CONST in expr:
            return _constant(expr.node(CONST))
        if CALL in expr:
            return self._translate_call(expr.node(CALL))
        if COMPREHENSION in expr:
            return self._translate_loop(expr.node(COMPREHENSION))
        if LIST in expr:
            members = [self._translate(member) for member in expr.node(LIST).nodes(1)]
            return lambda scope: [member(scope) for member in members]
        return _raise_untranslated

    def _translate_call(self, call: Node) -> DirectEvaluation:
        name = call.text(2)
        if name in {"_&&_", "_||_"}:
            return self._translate_connective(call, name)
        operands = [self._translate(operand) for operand in (*call.nodes(1), *call.nodes(3))]
        if name == _CONDITIONAL:
            return _conditional(*operands)
        if name == "!_":
            return _negation(*operands)
        if name == "size":
            return _size_operation(*operands)
        text = _constant_text(call.nodes(3)[-1]) if name in {"_==_", "_!=_"} else None
        if text is not None:
            return _comparison_with_text(operands[0], text, is_negated=name == "_!=_")
        return _operation(name, operands)

    def _translate_connective(self, call: Node, name: str) -> DirectEvaluation:
        """`&&` or `||`: the first operand that decides ends it, whatever the others are."""
        parts = list(_flat_operands(call, name))
        decides = name == "_||_"
        operands = [self._translate(part) for part in parts] if decides else list(self._conjunction(parts))
        if len(operands) == 1:
            return operands[0]
        first, second = operands[:2]

        def evaluate_two(scope: Scope) -> bool:
            value = first(scope)
            if value is decides:
                return decides
            if value is not True and value is not False:
                raise NotDirectError
            return is_true(second(scope))

        def evaluate(scope: Scope) -> bool:
            for operand in operands:
                value = operand(scope)
                if value is decides:
                    return decides
                if value is not True and value is not False:
                    raise NotDirectError
            return not decides

        return evaluate_two if len(operands) == 2 else evaluate  # noqa: PLR2004 - without a loop, two take half the time

    def _conjunction(self, parts: Sequence[Node]) -> "Sequence[DirectEvaluation]":
        """The operands of `&&`; tests of a field and of fields below it are one operand."""
        operands: list[DirectEvaluation] = []
        tested_paths: list[tuple[str, ...]] = []
        for part in parts:
            path = _tested_path(part)
            if tested_paths and (path is None or path[:-1] != tested_paths[-1]):
                operands.append(_presence_test(tested_paths))
                tested_paths = []
            if path is not None:
                tested_paths.append(path)
            else:
                operands.append(self._translate(part))
        return [*operands, _presence_test(tested_paths)] if tested_paths else operands

    def _translate_loop(self, loop: Node) -> DirectEvaluation:
        """`all` or `exists` of a list."""
        variable, accumulator, step = loop.text(1), loop.text(3), loop.node(6)
        decides = _loop_decision(loop)
        self._loop_count += 1
        if decides is None or self._is_in_loop or self._loop_count > _MAX_LOOPS or loop.text(_SECOND_VARIABLE):
            return _raise_untranslated
        previous, condition_node = step.node(CALL).nodes(3)
        if _path_of(previous) != (accumulator,):
            return _raise_untranslated
        source = self._translate(loop.node(2))
        self._is_in_loop = True
        condition = self._translate(condition_node)
        self._is_in_loop = False

        def evaluate(scope: Scope) -> bool:
            elements = source(scope)
            if type(elements) is not list or len(elements) > _MAX_ELEMENTS:
                raise NotDirectError
            for element in elements:
                value = condition({**scope, variable: element})
                if value is decides:
                    return decides
                if value is not True and value is not False:
                    raise NotDirectError
            return not decides

        return evaluate


def _loop_decision(loop: Node) -> bool | None:
    """What ends the loop: false for `all`, true for `exists`; `None` for another macro."""
    initial, step, result = loop.node(4), loop.node(6), loop.node(7)
    if CONST not in initial or _BOOL not in initial.node(CONST) or CALL not in step or IDENT not in result:
        return None
    is_all = initial.node(CONST).integer(_BOOL) == 1
    expected = "_&&_" if is_all else "_||_"
    return not is_all if step.node(CALL).text(2) == expected else None


def _flat_operands(call: Node, name: str) -> "Sequence[Node]":
    """The operands of nested calls of one connective, in order."""
    operands: list[Node] = []
    for operand in call.nodes(3):
        inner = operand.node(CALL) if CALL in operand else None
        operands += _flat_operands(inner, name) if inner is not None and inner.text(2) == name else [operand]
    return operands


def _path_of(expr: Node) -> tuple[str, ...] | None:
    """The path of a field, beginning with its variable."""
    if IDENT in expr:
        return (expr.node(IDENT).text(1),)
    if SELECT in expr and _TEST_ONLY not in expr.node(SELECT):
        select = expr.node(SELECT)
        path, name = _path_of(select.node(1)), select.text(2)
    elif CALL in expr and expr.node(CALL).text(2) == "_[_]":
        operand, key = expr.node(CALL).nodes(3)
        is_text = CONST in key and _STRING in key.node(CONST)
        path, name = (_path_of(operand), key.node(CONST).text(_STRING)) if is_text else (None, "")
    else:
        return None
    return None if path is None else (*path, name)


def _tested_path(expr: Node) -> tuple[str, ...] | None:
    """The path of the field whose presence `has` tests."""
    select = expr.node(SELECT)
    path = _path_of(select.node(1)) if _TEST_ONLY in select else None
    return None if path is None else (*path, select.text(2))


def _raise_untranslated(_: Scope) -> Json:
    raise NotDirectError


def _value_of(path: tuple[str, ...]) -> DirectEvaluation:
    is_field = len(path) > 1

    def evaluate(scope: Scope) -> Json:
        try:
            value = value_at(scope, path)
        except (KeyError, TypeError):
            raise NotDirectError from None
        if value is None and is_field:
            raise NotDirectError
        return value

    return evaluate


def _presence_test(paths: Sequence[tuple[str, ...]]) -> DirectEvaluation:
    """Whether all of these fields are there; each is a field of the one before."""
    start, names = paths[0][:-1], tuple(path[-1] for path in paths)
    operand = _value_of(start)

    def evaluate(scope: Scope) -> bool:
        return _has_fields(operand(scope), names)

    def evaluate_fields(scope: Scope) -> bool:
        return _has_fields(scope.get(start[0]), names)

    def evaluate_field(scope: Scope) -> bool:
        value = scope.get(start[0])
        if type(value) is dict:
            return value.get(names[0]) is not None
        raise NotDirectError

    return evaluate if len(start) > 1 else evaluate_field if len(names) == 1 else evaluate_fields


def _has_fields(value: Json, names: tuple[str, ...]) -> bool:
    for name in names:
        if type(value) is not dict:
            raise NotDirectError
        value = value.get(name)
        if value is None:
            return False
    return True


def _operation(name: str, operands: Sequence[DirectEvaluation]) -> DirectEvaluation:
    operation = OPERATIONS.get(name)
    if operation is None or len(operands) != 2:  # noqa: PLR2004 - every operation of the table takes two
        return _raise_untranslated
    left, right = operands
    return lambda scope: operation(left(scope), right(scope))


def _size_operation(operand: DirectEvaluation) -> DirectEvaluation:
    return lambda scope: size_of(operand(scope))


def _negation(operand: DirectEvaluation) -> DirectEvaluation:
    def evaluate(scope: Scope) -> bool:
        value = operand(scope)
        if value is True:
            return False
        if value is False:
            return True
        raise NotDirectError

    return evaluate


def _comparison_with_text(operand: DirectEvaluation, text: str, *, is_negated: bool) -> DirectEvaluation:
    """Whether a value is this text: no other kind of value is equal to a text."""
    if is_negated:
        return lambda scope: operand(scope) != text
    return lambda scope: operand(scope) == text


def _constant_text(expr: Node) -> str | None:
    return expr.node(CONST).text(_STRING) if CONST in expr and _STRING in expr.node(CONST) else None


def _constant(const: Node) -> DirectEvaluation:
    constant: Json
    if _STRING in const:
        constant = const.text(_STRING)
    elif _BOOL in const:
        constant = const.integer(_BOOL) == 1
    elif _INT in const:
        number = const.integer(_INT) or 0
        constant = number - _VARINT_SIZE if number >= _MIN_NEGATIVE else number
    elif _DOUBLE in const:
        [constant] = struct.unpack("<d", const.bytes(_DOUBLE)[-1])
    else:
        return _raise_untranslated
    return lambda _: constant


def _conditional(
    condition: DirectEvaluation, value: DirectEvaluation, alternative: DirectEvaluation
) -> DirectEvaluation:
    return lambda scope: value(scope) if is_true(condition(scope)) else alternative(scope)


def _plain_result(value: Json) -> Json:
    """A value of the data that is the same in the engine."""
    if type(value) is bool or type(value) is str:
        return value
    raise NotDirectError

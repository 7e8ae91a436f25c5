"""Evaluates common expressions on plain data, in a fraction of the time that converting the data for the engine takes.

An expression is translated to a function of Python. What is translated has the same result as in the engine. Where a value or an
operation has no translation, `NotDirectError` is raised, and the engine evaluates the expression. So only the engine decides what is an
error, and how `&&` and `||` treat one.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, LIST, SELECT, Node, parse_ast
from compiler.cel.direct_operations import COMPARISONS, MULTIPLICATION, NotDirectError, is_true, multiply, size_of
from compiler.foundation.json_data import Json

Scope: TypeAlias = Mapping[str, Json]
"""The values of variables."""
DirectEvaluation: TypeAlias = Callable[[Scope], Json]
"""The value of an expression; raises `NotDirectError` where only the engine can tell."""

_MAX_LOOPS, _MAX_ELEMENTS = 50, 200
"""So many loops over so many elements stay below the number of iterations at which the engine stops."""
_TEST_ONLY, _SECOND_VARIABLE = 3, 8
_BOOL, _INT, _DOUBLE, _STRING = 2, 3, 5, 6
_CONDITIONAL = "_?_:_"
_MIN_NEGATIVE, _VARINT_SIZE = 2**63, 2**64
_NO_VALUE = (KeyError, TypeError, AttributeError)
"""What Python raises for a field of a map that lacks it, or of a value that is no map."""


class _Code(NamedTuple):
    """An expression of Python; `is_bool` if its value is true or false in any case."""

    text: str
    is_bool: bool = False

    @property
    def condition(self) -> str:
        """The expression as an operand that must be true or false."""
        return self.text if self.is_bool else f"is_true({self.text})"


def direct_evaluation(ast_bytes: bytes) -> DirectEvaluation:
    """The translation of an expression; a part that has none raises only if it is evaluated."""
    translator = _Translator()
    result = translator.translate_result(parse_ast(ast_bytes)).text
    variables = "".join(f"    {local} = scope.get({name!r})\n" for name, local in translator.variables.items())
    namespace = dict(_FUNCTIONS)
    exec(f"def evaluate(scope):\n{variables}    return {result}\n", namespace)  # noqa: S102 - the translator writes operators, names of its own, and texts as literals; CEL bounds the nesting
    evaluate = namespace["evaluate"]

    def run(scope: Scope) -> Json:
        try:
            value: Json = evaluate(scope)
        except _NO_VALUE:
            raise NotDirectError from None
        return value

    return run


class _Translator:
    """Translates the nodes of one expression."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        """The local name of each variable."""
        self._loop_count = 0
        self._loop_variable: str | None = None
        self._temporary_count = 0

    def translate_result(self, expr: Node) -> _Code:
        """The translation of what the caller sees: numbers and maps of the data would have to be converted."""
        if LIST in expr:
            return _list([self.translate_result(member).text for member in expr.node(LIST).nodes(1)])
        if CALL in expr and expr.node(CALL).text(2) == _CONDITIONAL:
            condition_node, *branches = expr.node(CALL).nodes(3)
            return _conditional(self._translate(condition_node), *map(self.translate_result, branches))
        code = self._translate(expr)
        return code if _path_of(expr) is None else _Code(f"plain_result({code.text})")

    def _translate(self, expr: Node) -> _Code:
        path, tested_path = _path_of(expr), _tested_path(expr)
        if path is not None or tested_path is not None:
            return _Code(self._value(path)) if path is not None else self._presence_test([tested_path or ()])
        if CONST in expr:
            return self._constant(expr.node(CONST))
        if CALL in expr:
            return self._translate_call(expr.node(CALL))
        if COMPREHENSION in expr:
            return self._translate_loop(expr.node(COMPREHENSION))
        if LIST in expr:
            return _list([self._translate(member).text for member in expr.node(LIST).nodes(1)])
        return _UNTRANSLATED

    def _translate_call(self, call: Node) -> _Code:
        name = call.text(2)
        if name in {"_&&_", "_||_"}:
            return self._translate_connective(call, name)
        operands = [self._translate(operand) for operand in (*call.nodes(1), *call.nodes(3))]
        if name in _FORMS:
            return _FORMS[name](*operands)
        text = _constant_text(call.nodes(3)[-1]) if name in {"_==_", "_!=_"} else None
        if text is not None:  # no other kind of value is equal to a text
            return _Code(f"({operands[0].text} {name[1:3]} {text!r})", is_bool=True)
        if name in _OPERATION_NAMES and len(operands) == 2:  # noqa: PLR2004 - every operation of the table takes two
            left, right = operands
            return _Code(f"{_OPERATION_NAMES[name]}({left.text}, {right.text})", is_bool=name != MULTIPLICATION)
        return _UNTRANSLATED

    def _translate_connective(self, call: Node, name: str) -> _Code:
        """`&&` or `||`: the first operand that decides ends it, whatever the others are."""
        parts = list(_flat_operands(call, name))
        is_or = name == "_||_"
        operands = [self._translate(part) for part in parts] if is_or else list(self._conjunction(parts))
        text = (" or " if is_or else " and ").join(operand.condition for operand in operands)
        return _Code(f"({text})", is_bool=True)

    def _conjunction(self, parts: Sequence[Node]) -> Iterator[_Code]:
        """The operands of `&&`; tests of a field and of fields below it are one operand."""
        tested_paths: list[tuple[str, ...]] = []
        for part in parts:
            path = _tested_path(part)
            if tested_paths and (path is None or path[:-1] != tested_paths[-1]):
                yield self._presence_test(tested_paths)
                tested_paths = []
            if path is not None:
                tested_paths.append(path)
            else:
                yield self._translate(part)
        if tested_paths:
            yield self._presence_test(tested_paths)

    def _translate_loop(self, loop: Node) -> _Code:
        """`all` or `exists` of a list."""
        variable, accumulator, step = loop.text(1), loop.text(3), loop.node(6)
        decides = _loop_decision(loop)
        self._loop_count += 1
        is_nested = self._loop_variable is not None
        if decides is None or is_nested or self._loop_count > _MAX_LOOPS or loop.text(_SECOND_VARIABLE):
            return _UNTRANSLATED
        previous, condition_node = step.node(CALL).nodes(3)
        if _path_of(previous) != (accumulator,):
            return _UNTRANSLATED
        source = self._translate(loop.node(2))
        self._loop_variable = variable
        condition = self._translate(condition_node)
        self._loop_variable = None
        function = "has_any" if decides else "has_all"
        return _Code(f"{function}({source.text}, lambda element: {condition.condition})", is_bool=True)

    def _value(self, path: tuple[str, ...]) -> str:
        """A variable, or a field that is not null."""
        name, *fields = path
        if not fields:
            return "element" if name == self._loop_variable else f"scope[{name!r}]"
        temporary = self._new_temporary()
        return f"({temporary} if ({temporary} := {self._field(name, fields)}) is not None else untranslated())"

    def _field(self, name: str, fields: Sequence[str]) -> str:
        local = "element" if name == self._loop_variable else self.variables.setdefault(name, f"v{len(self.variables)}")
        return local + "".join(f"[{field!r}]" for field in fields)

    def _presence_test(self, paths: Sequence[tuple[str, ...]]) -> _Code:
        """Whether all of these fields are there; each is a field of the one before."""
        name, *fields = paths[0][:-1]
        value = self._field(name, fields)
        tests: list[str] = []
        for index, path in enumerate(paths):
            field = f"{value}.get({path[-1]!r})"
            value = self._new_temporary()
            tests.append(f"({value} := {field}) is not None" if index < len(paths) - 1 else f"{field} is not None")
        return _Code(f"({' and '.join(tests)})", is_bool=True)

    def _new_temporary(self) -> str:
        self._temporary_count += 1
        return f"t{self._temporary_count}"

    @staticmethod
    def _constant(const: Node) -> _Code:
        if _STRING in const:
            return _Code(repr(const.text(_STRING)))
        if _BOOL in const:
            return _Code(repr(const.integer(_BOOL) == 1), is_bool=True)
        if _INT in const:
            number = const.integer(_INT) or 0
            return _Code(f"({number - _VARINT_SIZE if number >= _MIN_NEGATIVE else number})")
        if _DOUBLE in const:
            [value] = struct.unpack("<d", const.bytes(_DOUBLE)[-1])
            return _Code(f"float({str(value)!r})")
        return _UNTRANSLATED


_UNTRANSLATED: Final = _Code("untranslated()")


def _list(members: Sequence[str]) -> _Code:
    return _Code(f"[{', '.join(members)}]")


def _conditional(condition: _Code, value: _Code, alternative: _Code) -> _Code:
    text = f"({value.text} if {condition.condition} else {alternative.text})"
    return _Code(text, value.is_bool and alternative.is_bool)


def _negation(operand: _Code) -> _Code:
    return _Code(f"(not {operand.condition})", is_bool=True)


def _size(operand: _Code) -> _Code:
    return _Code(f"size_of({operand.text})")


_FORMS: Final[Mapping[str, Callable[..., _Code]]] = {_CONDITIONAL: _conditional, "!_": _negation, "size": _size}


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


def _constant_text(expr: Node) -> str | None:
    return expr.node(CONST).text(_STRING) if CONST in expr and _STRING in expr.node(CONST) else None


def _raise_untranslated() -> Json:
    raise NotDirectError


def _loop_elements(value: Json) -> Sequence[Json]:
    if type(value) is not list or len(value) > _MAX_ELEMENTS:
        raise NotDirectError
    return value


def _has_any(value: Json, condition: Callable[[Json], bool]) -> bool:
    return any(map(condition, _loop_elements(value)))


def _has_all(value: Json, condition: Callable[[Json], bool]) -> bool:
    return all(map(condition, _loop_elements(value)))


def _plain_result(value: Json) -> Json:
    """A value of the data that is the same in the engine."""
    if type(value) is bool or type(value) is str:
        return value
    raise NotDirectError


_OPERATION_NAMES: Final = {name: f"operation{index}" for index, name in enumerate((*COMPARISONS, MULTIPLICATION))}
_FUNCTIONS: Final[dict[str, Callable[..., Json]]] = {
    **{_OPERATION_NAMES[name]: operation for name, operation in COMPARISONS.items()},
    _OPERATION_NAMES[MULTIPLICATION]: multiply,
    "has_all": _has_all,
    "has_any": _has_any,
    "is_true": is_true,
    "plain_result": _plain_result,
    "size_of": size_of,
    "untranslated": _raise_untranslated,
}
"""The names of translations."""

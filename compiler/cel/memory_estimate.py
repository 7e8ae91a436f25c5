"""Estimates the memory that the evaluation of an expression needs for its data: the engine frees nothing before the end.

Each `+` copies both of its operands. The macros `map` and `filter` add to a list with `+`, so their memory grows with the square of
the number of elements. All other operations only refer to their data.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.cel.cel_ast import CALL, COMPREHENSION, CONST, IDENT, LIST, SELECT, STRUCT, Node, parse_ast
from compiler.foundation.json_data import Json

MAX_BYTES = 400_000_000
_MAX_ITERATIONS = 10_000
"""The engine stops after as many iterations of all loops of one expression."""
_ELEMENT_BYTES = 32
_NO_RESULT = frozenset({"_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in", "_in_", "size", "matches"})  # fmt: skip
"""Operations whose results have no size: booleans and numbers."""
_INDEX, _CONDITIONAL, _ADDITION = "_[_]", "_?_:_", "_+_"


@dataclass(frozen=True, slots=True)
class _Size:
    """The size of any value that a subexpression can have: data that it refers to, and bounds of what it computes."""

    data: Sequence[Json] = ()
    characters: int = 0
    elements: int = 0
    members: tuple["_Size", ...] = ()
    """The sizes of the elements of a computed list."""

    @property
    def max_characters(self) -> int:
        return max([self.characters, *(len(value) for value in self.data if isinstance(value, str))])

    @property
    def max_elements(self) -> int:
        return max([self.elements, *(len(value) for value in self.data if isinstance(value, list | dict))])

    def iteration_values(self) -> "_Size":
        """The values of a loop variable: elements of lists, and keys of maps."""
        return _merge(
            [
                _Size([element for value in self.data if isinstance(value, list | dict) for element in value]),
                *self.members,
            ]
        )

    def indexed_values(self) -> "_Size":
        """The values that an index can select."""
        elements = [
            element
            for value in self.data
            if isinstance(value, list | dict)
            for element in (value.values() if isinstance(value, dict) else value)
        ]
        return _merge([_Size(elements), *self.members])

    def field(self, name: str) -> "_Size":
        """The values of a field."""
        values = [value[name] for value in self.data if isinstance(value, dict) and name in value]
        return _merge([_Size(values), *self.members])


_NOTHING = _Size()
_Scope = Mapping[str, _Size]


@dataclass(slots=True)
class _Meter:
    """The bytes that are allocated, and how often the current subexpression is evaluated."""

    allocated_bytes: int = 0
    iterations: int = 1


_Estimate = Callable[[_Scope, _Meter], _Size]
"""Adds the memory of a subexpression to the meter, and returns the size of its value."""


@dataclass(frozen=True)
class MemoryEstimator:
    """Estimates the memory of one expression for different data."""

    estimate: _Estimate | None = field(repr=False)

    @classmethod
    def for_expression(cls, ast_bytes: bytes) -> "MemoryEstimator":
        """The estimator of an expression; without `+` there is nothing to estimate."""
        return cls(_compile(parse_ast(ast_bytes)) if _ADDITION.encode() in ast_bytes else None)

    def exceeds_limit(self, data: Mapping[str, Json]) -> bool:
        """Whether the evaluation may need more than `MAX_BYTES`."""
        if self.estimate is None:
            return False
        meter = _Meter()
        self.estimate({name: _Size([value]) for name, value in data.items()}, meter)
        return meter.allocated_bytes > MAX_BYTES


def _compile(expr: Node) -> _Estimate:
    if _is_free(expr):
        return lambda _, __: _NOTHING
    if IDENT in expr:
        name = expr.node(IDENT).text(1)
        return lambda scope, _: scope.get(name, _NOTHING)
    compile_part = next((compile_part for kind, compile_part in _COMPILERS.items() if kind in expr), None)
    if compile_part is not None:
        return compile_part(expr)
    size = _Size(characters=len(expr.node(CONST).content))
    return lambda _, __: size


def _is_free(expr: Node) -> bool:
    """Whether the subexpression copies nothing and its value has no size: most conditions."""
    is_condition = COMPREHENSION in expr or (CALL in expr and expr.node(CALL).text(2) in _NO_RESULT)
    return is_condition and _ADDITION.encode() not in expr.content


def _compile_select(expr: Node) -> _Estimate:
    select = expr.node(SELECT)
    operand, name = _compile(select.node(1)), select.text(2)
    if select.integer(3):  # `has()` is true or false
        return lambda scope, meter: _discard(operand(scope, meter))
    return lambda scope, meter: operand(scope, meter).field(name)


def _compile_call(expr: Node) -> _Estimate:
    call = expr.node(CALL)
    name = call.text(2)
    arguments = [_compile(argument) for argument in (*call.nodes(1), *call.nodes(3))]

    def estimate(scope: _Scope, meter: _Meter) -> _Size:
        sizes = [argument(scope, meter) for argument in arguments]
        if name in _NO_RESULT:
            return _NOTHING
        if name == _INDEX:
            return sizes[0].indexed_values()
        if name == _ADDITION:
            return _add(sizes, meter)
        return _merge(sizes[1:] if name == _CONDITIONAL else sizes)

    return estimate


def _add(sizes: Sequence[_Size], meter: _Meter) -> _Size:
    characters = sum(size.max_characters for size in sizes)
    elements = sum(size.max_elements for size in sizes)
    meter.allocated_bytes += meter.iterations * (characters + elements * _ELEMENT_BYTES)
    members = tuple(size.iteration_values() for size in sizes) if elements else ()
    return _Size((), characters, elements, members)


def _compile_list(expr: Node) -> _Estimate:
    return _compile_members(expr.node(LIST).nodes(1))


def _compile_struct(expr: Node) -> _Estimate:
    return _compile_members([entry.node(part) for entry in expr.node(STRUCT).nodes(2) for part in (3, 4)])


def _compile_members(parts: Sequence[Node]) -> _Estimate:
    members = [_compile(part) for part in parts]

    def estimate(scope: _Scope, meter: _Meter) -> _Size:
        meter.allocated_bytes += meter.iterations * len(members) * _ELEMENT_BYTES
        return _Size(elements=len(members), members=tuple(member(scope, meter) for member in members))

    return estimate


def _compile_loop(expr: Node) -> _Estimate:
    """A macro. Its accumulator is a list of what each iteration adds, or true or false."""
    loop = expr.node(COMPREHENSION)
    variables, accumulator = [loop.text(1), loop.text(8)], loop.text(3)
    source, initial, step, result = (_compile(loop.node(part)) for part in (2, 4, 6, 7))

    def estimate(scope: _Scope, meter: _Meter) -> _Size:
        values = source(scope, meter)
        count = min(values.max_elements, _MAX_ITERATIONS)
        outer_iterations = meter.iterations
        meter.iterations = min(outer_iterations * count, _MAX_ITERATIONS)
        element = _merge(
            [values.iteration_values(), values.indexed_values()] if variables[1] else [values.iteration_values()]
        )
        added = step({**scope, **dict.fromkeys(variables, element), accumulator: _NOTHING}, meter)
        meter.allocated_bytes += meter.iterations * count * added.elements * _ELEMENT_BYTES // 2
        meter.iterations = outer_iterations
        total = _merge([initial(scope, meter), _Size((), added.characters, added.elements * count, added.members)])
        return result({**scope, accumulator: total}, meter)

    return estimate


def _merge(sizes: Iterable[_Size]) -> _Size:
    """The size of a value that has one of the sizes."""
    present = [size for size in sizes if size is not _NOTHING]
    if len(present) <= 1:
        return present[0] if present else _NOTHING
    return _Size(
        [value for size in present for value in size.data],
        max(size.characters for size in present),
        max(size.elements for size in present),
        tuple(member for size in present for member in size.members),
    )


def _discard(_: _Size) -> _Size:
    return _NOTHING


_COMPILERS: Mapping[int, Callable[[Node], _Estimate]] = {
    SELECT: _compile_select,
    CALL: _compile_call,
    LIST: _compile_list,
    STRUCT: _compile_struct,
    COMPREHENSION: _compile_loop,
}

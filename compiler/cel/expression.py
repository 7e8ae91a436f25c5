"""A compiled condition."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from compiler.cel.cel_ast import Node, parse_ast, serialize
from compiler.cel.direct_evaluation import DirectEvaluation, direct_evaluation
from compiler.cel.direct_operations import NotDirectError
from compiler.cel.failure_reasons import FailureReason, failure_reasons
from compiler.cel.field_access import PRESENCE_TEST, FieldAccess, collect_field_access
from compiler.cel.memory_estimate import MemoryEstimator
from compiler.foundation.json_data import Json, Object, Pointer, format_path, value_at

if TYPE_CHECKING:
    from cel_expr_python import cel  # type: ignore[import-untyped]  # as in protobuf_types.py

TOO_MANY_ELEMENTS = "it goes through too many elements"
TOO_MUCH_MEMORY = "it puts together too much text or too many elements"
_CHARACTERS_PER_USE = 100
"""Translating so many characters takes as long as what a direct evaluation of the expression saves."""
_MAX_MISSES = 100
"""After so many evaluations without a direct result, and a quarter of all, only the engine evaluates the expression."""
_ERROR_PATTERN = r"(?s)^(?:[A-Z_]+: )?(.*?)(?: \[[A-Z_]+\])?$"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an expression has no result for the data."""

    message: str


class Activation:
    """The values of variables, for many expressions. They are converted once, and only if the engine needs them."""

    __slots__ = ("_convert", "_converted", "values")

    def __init__(self, values: dict[str, Json], convert: "Callable[[Object], tuple[Object, cel.Activation]]") -> None:
        self.values = values
        self._convert = convert
        self._converted: tuple[Object, cel.Activation] | None = None

    @property
    def data(self) -> Object:
        """The values as the engine needs them."""
        return self._conversion[0]

    @property
    def activation(self) -> "cel.Activation":
        """The values in the engine."""
        return self._conversion[1]

    @property
    def _conversion(self) -> "tuple[Object, cel.Activation]":
        if self._converted is None:
            self._converted = self._convert(self.values)
        return self._converted


class Expression:
    """A compiled expression. Evaluation reads plain data, is bounded in time, and never raises because of the data."""

    def __init__(
        self,
        text: str,
        program: "cel.Expression",
        variables: Collection[str],
        make_activation: Callable[[Mapping[str, Json]], Activation],
        evaluate_part: "Callable[[bytes, Mapping[str, Json]], Json]",
    ) -> None:
        self.text = text
        self._program = program
        self._variables = variables
        self._make_activation = make_activation
        self._evaluate_part = evaluate_part
        self._uses = 0
        self._direct_misses = 0

    @property
    def ast_bytes(self) -> bytes:
        """The serialised AST."""
        ast: bytes = self._program.serialize()
        return ast

    @cached_property
    def read_paths(self) -> frozenset[Pointer]:
        """The longest paths that the expression reads, starting with the variable's name; for elements of a list, the path of the list."""
        return frozenset(path for path in self._field_access.paths if path[0] in self._variables)

    def element_paths(self, variable: str) -> frozenset[Pointer]:
        """The paths that the expression reads within elements of a list variable; the empty path if it reads whole elements."""
        paths = ((path, element_path) for path, element_path in self._field_access.element_paths if path[0] == variable)
        return frozenset(element_path if path == (variable,) else () for path, element_path in paths)

    @cached_property
    def value_paths(self) -> frozenset[Pointer]:
        """The paths whose value the expression reads, starting with the variable's name; `*` is an element of a list."""
        return frozenset(_with_elements(*path) for path in self._field_access.element_paths if not _is_presence(*path))

    @cached_property
    def presence_paths(self) -> frozenset[Pointer]:
        """The same of paths whose presence or size it reads."""
        tested = (_with_elements(*path) for path in self._field_access.element_paths if _is_presence(*path))
        return self.read_paths.union(tested)

    @cached_property
    def _field_access(self) -> FieldAccess:
        return collect_field_access(self._program.serialize())

    @cached_property
    def _memory_estimator(self) -> MemoryEstimator:
        return MemoryEstimator.for_expression(self._program.serialize())

    @cached_property
    def _direct_evaluation(self) -> DirectEvaluation:
        return direct_evaluation(self._program.serialize())

    def evaluate(self, data: Mapping[str, Json] | Activation) -> bool | Failure:
        """Whether the condition is true for the data."""
        result = self.evaluate_value(data)
        if isinstance(result, bool | Failure):
            return result
        return Failure("the result is neither true nor false")

    def failure_reasons(self, data: Activation) -> tuple[FailureReason, ...]:
        """The values that make the condition false for the data; list elements are named by index."""

        def evaluate_node(part: Node, loop_variables: Mapping[str, Json]) -> Json:
            return self._evaluate_part(serialize(part), {**data.data, **loop_variables})

        return failure_reasons(parse_ast(self._program.serialize()), data.data, evaluate_node)

    def evaluate_value(self, data: Mapping[str, Json] | Activation) -> "Json | Failure":
        """The value of the expression for the data."""
        activation = data if isinstance(data, Activation) else self._make_activation(data)
        self._uses += 1
        if self._uses > len(self.text) // _CHARACTERS_PER_USE and self._direct_misses < _MAX_MISSES + self._uses // 4:
            try:
                return self._direct_evaluation(activation.values)
            except NotDirectError:
                self._direct_misses += 1
        return self._refusal(activation.data) or self._run(activation)

    def _refusal(self, data: Object) -> Failure | None:
        """Why the expression is not evaluated for the data."""
        iterated_paths = self._field_access.iterated_paths
        unordered_path = next(
            (path for path, element_path in iterated_paths if _is_map_at(data, path, element_path)), None
        )
        if unordered_path is not None:
            return Failure(
                f"the keys of `{format_path(unordered_path)}` have no order: ask `all`, `exists` or `in` of them, and no list"
            )
        return Failure(TOO_MUCH_MEMORY) if self._memory_estimator.exceeds_limit(data) else None

    def _run(self, activation: Activation) -> "Json | Failure":
        try:
            result = self._program.eval(activation.activation)
        except RuntimeError as error:
            return self._to_failure(str(error), activation.data)
        plain = result.plain_value()
        if isinstance(plain, bool | list):
            return plain
        if result.type().name() == "ERROR":
            return self._to_failure(str(plain), activation.data)
        if plain is None or isinstance(plain, int | float | str | dict):
            return plain
        return Failure(f"the result is not a JSON value: {plain}")

    def _to_failure(self, error: str, data: Object) -> Failure:
        error_match = re.match(_ERROR_PATTERN, error)
        error_text = error_match[1] if error_match else error
        for pattern, sentence in _ERROR_MESSAGES:
            match = re.search(pattern, error_text)
            if match:
                return Failure(sentence.format(*(self._missing_key_path(part, data) for part in match.groups())))
        return Failure(error_text)

    def _missing_key_path(self, key: str, data: Object) -> str:
        """The full path of a missing key, if only one of the paths that the expression reads can be meant."""
        prefixes = {path[:end] for path in self.read_paths for end in range(2, len(path) + 1) if path[end - 1] == key}
        absent = [path for path in prefixes if _is_absent(path, data)]
        return format_path(absent[0]) if len(absent) == 1 else key


def _is_presence(_: Pointer, element_path: Pointer) -> bool:
    return element_path[-1:] == (PRESENCE_TEST,)


def _with_elements(path: Pointer, element_path: Pointer) -> Pointer:
    parts = element_path[:-1] if _is_presence(path, element_path) else element_path
    return (*path, "*", *parts) if parts else path


def _is_map_at(data: Json, path: Pointer, element_path: Pointer) -> bool:
    """Whether a map is at the path, or at a path within an element: CEL iterates over maps in an order that differs between runs."""
    value = data
    for part in path:
        is_in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if not is_in_list and not (isinstance(value, dict) and part in value):
            return False
        value = value_at(value, (part,))
    if not element_path:
        return isinstance(value, Mapping)
    elements = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(_is_map_at(element, element_path, ()) for element in elements)


def _is_absent(path: Pointer, data: Json) -> bool:
    try:
        parent = value_at(data, path[:-1])
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(parent, Mapping) and path[-1] not in parent


_ERROR_MESSAGES = (
    (r'Key not found in map : "(.*)"', "`{0}` is not there: ask has( ) first"),
    (r"divide by zero|modulus by zero", "a division by zero"),
    (r"Index error: index=(-?\d+) size=(\d+)", "there is no element {0} in a list of {1}"),
    (r"budget exceeded", TOO_MANY_ELEMENTS),
    (r"No value with name \"(.*)\" found", "there is no variable `{0}`"),
    (r"No matching overloads found : (\S+)\((.*)\)", "`{0}` does not take {1}"),
    (r"basic_string", "it holds text that is not Unicode"),
    (r"Applying SELECT to non-message type", "only a map has fields"),
)

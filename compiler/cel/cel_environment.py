"""Compiles expressions against the schemas of their variables."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.cel.branch_coverage import evaluate_branches
from compiler.cel.cel_ast import Node, serialize
from compiler.cel.cel_types import CelTypes, Struct, to_cel_value
from compiler.cel.compile_errors import CompileError, KnownNames, first_compile_error
from compiler.cel.expression import Activation, Expression
from compiler.cel.identifiers import expand_has_calls, mangle_identifiers
from compiler.cel.size_limits import exceeds_size_limit
from compiler.foundation.json_data import FieldReads, Json, Object, pick_fields

if TYPE_CHECKING:
    from cel_expr_python import cel  # type: ignore[import-untyped]  # as in protobuf_types.py

    from compiler.cel.protobuf_types import ProtobufTypes

ExpectedType: TypeAlias = Literal["bool", "string", "any"]

_MAX_LENGTH = 10_000
_TYPE_WRAPPERS: Mapping[ExpectedType, tuple[str, str, str]] = {
    "bool": ("(", "\n) ? true : false", "true or false"),
    "string": ("(", '\n) == ""', "text"),
    "any": ("(", "\n)", "any value"),
}
"""Texts before and after an expression for the type check, so that only the expected type is accepted."""


class CelEnvironment:
    """The variables that expressions may name, each with the JSON Schema of its value."""

    def __init__(self, variables: Mapping[str, Object]) -> None:
        self._schemas = variables
        self._types = CelTypes(variables)

    def with_variables(self, variables: Mapping[str, Object]) -> "CelEnvironment":
        """A new environment with more variables; types that were already derived are shared."""
        extension = CelEnvironment({**self._schemas, **variables})
        extension._types = CelTypes(variables, self._types)
        return extension

    @property
    def variable_names(self) -> frozenset[str]:
        """The names of all variables."""
        return frozenset(self._schemas)

    def compile(
        self, text: str, *, expect: ExpectedType = "bool", check_types: bool = True
    ) -> Expression | CompileError:
        """Compile an expression; returns its first error if it is invalid.

        `check_types=False` checks only the syntax. Use it for expressions whose types were checked before they were shipped: it
        avoids the import of protobuf.
        """
        if check_types and len(text) > _MAX_LENGTH:
            return CompileError(f"the expression has more than {_MAX_LENGTH:,} characters")
        try:
            program = _parse(frozenset(self._schemas), expand_has_calls(text))
        except RuntimeError as error:
            error_text = self._syntax_error(text) or str(error)
            return first_compile_error(error_text, text, KnownNames(self._schemas, {})) or CompileError(error_text)
        if check_types and exceeds_size_limit(program.serialize()):
            return CompileError("what it puts together grows with each step", help="name a value fewer times in `+`")
        type_error = self._type_error(text, expect) if check_types else None
        return type_error or Expression(text, program, self._schemas.keys(), self.activation, self._evaluate_part)

    def activation(self, data: Mapping[str, Json], reads: FieldReads | None = None) -> Activation:
        """The data for any number of expressions; `reads`: all that they read of it, so that nothing else is converted.

        Nulls in maps are dropped, and numbers have the type that the schema names.
        """
        names = data if reads is None else reads
        values = {name: data[name] for name in names if name in data and name in self._schemas}

        def convert(values: Object) -> "tuple[Object, cel.Activation]":
            plain = {
                name: to_cel_value(value if reads is None else pick_fields(reads[name], value), self._types[name])
                for name, value in values.items()
            }
            return plain, self._runtime_env.Activation(plain)

        return Activation(values, convert)

    def evaluate_branches(self, text: str, activation: Activation) -> tuple[tuple[int, bool], ...]:
        """The operands of a valid condition: the 0-based offset of each, and whether it is true for the data."""
        any_message = Node(self._runtime_env.compile(text, disable_check=True).serialize())
        return tuple(
            evaluate_branches(
                text, any_message.node(2), lambda part: self._evaluate_part(serialize(part), activation.data)
            )
        )

    @cached_property
    def _runtime_env(self) -> "cel.Env":
        """The environment for evaluation; it has no types, because typed expressions refuse plain dicts."""
        return _untyped_env(frozenset(self._schemas))

    @cached_property
    def _protobuf_types(self) -> "ProtobufTypes":
        from compiler.cel.protobuf_types import ProtobufTypes  # noqa: PLC0415 - loads protobuf, needed only to check types

        return ProtobufTypes(self._types)

    def _syntax_error(self, text: str) -> str | None:
        """The first syntax error of a text."""
        try:
            self._runtime_env.compile(text, disable_check=True)
        except RuntimeError as error:
            return str(error)
        return None

    def _evaluate_part(self, part_bytes: bytes, data: Mapping[str, Json]) -> Json:
        """The value of a subexpression; null if its evaluation fails."""
        try:
            result = self._runtime_env.deserialize(part_bytes).eval(self._runtime_env.Activation(data))
        except RuntimeError:
            return None
        plain = result.plain_value()
        is_json = isinstance(plain, bool | int | float | str | list | dict) and result.type().name() != "ERROR"
        return plain if is_json else None

    def _type_error(self, text: str, expect: ExpectedType) -> CompileError | None:
        """The first type error, including misspelled fields in `has()` and in macros."""
        prefix, suffix, description = _TYPE_WRAPPERS[expect]
        protobuf_types = self._protobuf_types
        try:
            protobuf_types.env.compile(prefix + mangle_identifiers(text) + suffix)
        except RuntimeError as error:
            fields = {name: _field_names(struct) for name, struct in protobuf_types.structs_by_message.items()}
            compile_error = first_compile_error(str(error), prefix + text + suffix, KnownNames(self._schemas, fields))
            return compile_error and _relocate_error(compile_error, text, len(prefix), description)
        return None


@lru_cache(maxsize=64)
def _untyped_env(variables: frozenset[str]) -> "cel.Env":
    from cel_expr_python import cel  # noqa: PLC0415 - loads CEL, needed only to evaluate a condition

    return cel.NewEnv(variables=dict.fromkeys(sorted(variables), cel.Type.DYN))


@lru_cache(maxsize=4096)
def _parse(variables: frozenset[str], text: str) -> "cel.Expression":
    """The parsed expression, which the sessions of a process share; `RuntimeError` for a syntax error."""
    return _untyped_env(variables).compile(text, disable_check=True)


def _field_names(struct: Struct) -> tuple[str, ...]:
    return tuple(struct.fields)


def _relocate_error(error: CompileError, text: str, prefix_length: int, description: str) -> CompileError:
    """The error with its position mapped back to the text as the author wrote it."""
    lines = text.split("\n")
    if error.line > len(lines):
        first_line = next((row for row in lines if row.strip()), "")
        column = len(first_line) - len(first_line.lstrip()) + 1
        return CompileError(
            f"the expression must return {description}",
            lines.index(first_line) + 1,
            column,
            len(first_line.strip()) or 1,
        )
    column = error.column - prefix_length if error.line == 1 else error.column
    return CompileError(error.message, error.line, max(column, 1), error.length, error.help)

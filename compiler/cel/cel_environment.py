"""Where expressions are compiled."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.cel.branch_coverage import evaluate_branches
from compiler.cel.cel_ast import Node, serialize
from compiler.cel.cel_types import CelTypes, Struct, to_cel_value
from compiler.cel.compile_errors import CompileError, KnownNames, first_compile_error
from compiler.cel.expression import Activation, Expression
from compiler.cel.identifiers import expand_has_calls, mangle_identifiers
from compiler.cel.size_limits import exceeds_size_limit
from compiler.foundation.json_data import Json, Object

if TYPE_CHECKING:
    from cel_expr_python import cel  # type: ignore[import-untyped]  # as in descriptor.py

    from compiler.cel.protobuf_types import ProtobufTypes

ExpectedType: TypeAlias = Literal["bool", "string", "any"]

_MAX_LENGTH = 10_000
_TYPE_WRAPPERS: Mapping[ExpectedType, tuple[str, str, str]] = {
    "bool": ("(", "\n) ? true : false", "true or false"),
    "string": ("(", '\n) == ""', "text"),
    "any": ("(", "\n)", "any value"),
}
"""What stands around an expression while its types are checked, so that only the expected type fits."""


class CelEnvironment:
    """The variables that expressions may name, each with the JSON Schema of what it holds."""

    def __init__(self, variables: Mapping[str, Object]) -> None:
        self._schemas = variables
        self._types = CelTypes(variables)

    def with_variables(self, variables: Mapping[str, Object]) -> "CelEnvironment":
        """These variables, and more; what is known of the shape of these is kept for both."""
        extension = CelEnvironment({**self._schemas, **variables})
        extension._types = CelTypes(variables, self._types)
        return extension

    @property
    def variable_names(self) -> frozenset[str]:
        """The variables that there are."""
        return frozenset(self._schemas)

    def compile(
        self, text: str, *, expect: ExpectedType = "bool", check_types: bool = True
    ) -> Expression | CompileError:
        """The expression ready for data, or the first thing that is wrong with it.

        Without `checked` only its syntax is looked at: that is for an expression whose types were checked when it was
        shipped, or is made of such, and spares the import of protobuf.
        """
        if check_types and len(text) > _MAX_LENGTH:
            return CompileError(f"the expression has more than {_MAX_LENGTH:,} characters")
        try:
            program = self._runtime_env.compile(expand_has_calls(text), disable_check=True)
        except RuntimeError as error:
            error_text = self._syntax_error(text) or str(error)
            return first_compile_error(error_text, text, KnownNames(self._schemas, {})) or CompileError(error_text)
        if check_types and exceeds_size_limit(program.serialize()):
            return CompileError("what it puts together grows with each step", help="name a value fewer times in `+`")
        type_error = self._type_error(text, expect) if check_types else None
        return type_error or Expression(text, program, self._schemas.keys(), self.activation, self._evaluate_part)

    def activation(self, data: Mapping[str, Json]) -> Activation:
        """Data made ready for any number of expressions: without nulls in maps, numbers as the schemas mean them."""
        plain = {name: to_cel_value(value, self._types[name]) for name, value in data.items() if name in self._types}
        return Activation(plain, self._runtime_env.Activation(plain))

    def evaluate_branches(self, text: str, activation: Activation) -> tuple[tuple[int, bool], ...]:
        """The parts that a sound condition is joined of: the 0-based offset of each, and whether it holds for the data."""
        any_message = Node(self._runtime_env.compile(text, disable_check=True).serialize())
        return tuple(
            evaluate_branches(
                text, any_message.node(2), lambda part: self._evaluate_part(serialize(part), activation.data)
            )
        )

    @cached_property
    def _runtime_env(self) -> "cel.Env":
        """What runs: it takes plain dicts, which typed expressions refuse."""
        from cel_expr_python import cel  # noqa: PLC0415 - imported only where a condition is used

        return cel.NewEnv(variables=dict.fromkeys(self._schemas, cel.Type.DYN))

    @cached_property
    def _protobuf_types(self) -> "ProtobufTypes":
        from compiler.cel.protobuf_types import ProtobufTypes  # noqa: PLC0415 - imported only where types are checked

        return ProtobufTypes(self._types)

    def _syntax_error(self, text: str) -> str | None:
        """What is wrong with the syntax of a text as it was written."""
        try:
            self._runtime_env.compile(text, disable_check=True)
        except RuntimeError as error:
            return str(error)
        return None

    def _evaluate_part(self, part_bytes: bytes, data: Mapping[str, Json]) -> Json:
        """What a part of a compiled expression comes to; null where it comes to nothing."""
        try:
            result = self._runtime_env.deserialize(part_bytes).eval(self._runtime_env.Activation(data))
        except RuntimeError:
            return None
        plain = result.plain_value()
        is_json = isinstance(plain, bool | int | float | str | list | dict) and result.type().name() != "ERROR"
        return plain if is_json else None

    def _type_error(self, text: str, expect: ExpectedType) -> CompileError | None:
        """What is wrong with the types; the names of fields included, in `has` and macros too."""
        prefix, suffix, description = _TYPE_WRAPPERS[expect]
        protobuf_types = self._protobuf_types
        try:
            protobuf_types.env.compile(prefix + mangle_identifiers(text) + suffix)
        except RuntimeError as error:
            fields = {name: _field_names(struct) for name, struct in protobuf_types.structs_by_message.items()}
            compile_error = first_compile_error(str(error), prefix + text + suffix, KnownNames(self._schemas, fields))
            return compile_error and _relocate_error(compile_error, text, len(prefix), description)
        return None


def _field_names(struct: Struct) -> tuple[str, ...]:
    return tuple(struct.fields)


def _relocate_error(error: CompileError, text: str, prefix_length: int, description: str) -> CompileError:
    """The mistake at its place in the text as it was written."""
    lines = text.split("\n")
    if error.line > len(lines):
        first_line = next((row for row in lines if row.strip()), "")
        column = len(first_line) - len(first_line.lstrip()) + 1
        return CompileError(
            f"the expression has to come to {description}",
            lines.index(first_line) + 1,
            column,
            len(first_line.strip()) or 1,
        )
    column = error.column - prefix_length if error.line == 1 else error.column
    return CompileError(error.message, error.line, max(column, 1), error.length, error.help)

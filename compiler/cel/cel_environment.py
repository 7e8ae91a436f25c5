"""Where expressions are compiled."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.cel.branch_coverage import branches
from compiler.cel.cel_ast import Node, serialized
from compiler.cel.cel_types import Shapes, Struct, prepared
from compiler.cel.compile_errors import Known, Mistake, mistake
from compiler.cel.expression import Expression, Values
from compiler.cel.identifiers import with_presence, with_stand_ins
from compiler.cel.size_limits import grows
from compiler.foundation.json_data import Json, Object

if TYPE_CHECKING:
    from cel_expr_python import cel  # type: ignore[import-untyped]  # as in descriptor.py

    from compiler.cel.protobuf_types import Messages

Expected: TypeAlias = Literal["bool", "string", "any"]

_LONGEST = 10_000
_RESULTS: Mapping[Expected, tuple[str, str, str]] = {
    "bool": ("(", "\n) ? true : false", "true or false"),
    "string": ("(", '\n) == ""', "text"),
    "any": ("(", "\n)", "any value"),
}
"""What stands around an expression while its types are checked, so that only the expected type fits."""


class Expressions:
    """The variables that expressions may name, each with the JSON Schema of what it holds."""

    def __init__(self, variables: Mapping[str, Object]) -> None:
        self._schemas = variables
        self._shapes = Shapes(variables)

    def also(self, variables: Mapping[str, Object]) -> "Expressions":
        """These variables, and more; what is known of the shape of these is kept for both."""
        found = Expressions({**self._schemas, **variables})
        found._shapes = Shapes(variables, self._shapes)
        return found

    @property
    def names(self) -> frozenset[str]:
        """The variables that there are."""
        return frozenset(self._schemas)

    def compile(self, text: str, *, expect: Expected = "bool", checked: bool = True) -> Expression | Mistake:
        """The expression ready for data, or the first thing that is wrong with it.

        Without `checked` only its syntax is looked at: that is for an expression whose types were checked when it was
        shipped, or is made of such, and spares the import of protobuf.
        """
        if checked and len(text) > _LONGEST:
            return Mistake(f"the expression has more than {_LONGEST:,} characters")
        try:
            compiled = self._untyped.compile(with_presence(text), disable_check=True)
        except RuntimeError as error:
            said = self._refusal(text) or str(error)
            return mistake(said, text, Known(self._schemas, {})) or Mistake(said)
        if checked and grows(compiled.serialize()):
            return Mistake("what it puts together grows with each step", help="name a value fewer times in `+`")
        wrong = self._wrong(text, expect) if checked else None
        return wrong or Expression(text, compiled, self._schemas.keys(), self.values, self._part)

    def values(self, data: Mapping[str, Json]) -> Values:
        """Data made ready for any number of expressions: without nulls in maps, numbers as the schemas mean them."""
        plain = {name: prepared(value, self._shapes[name]) for name, value in data.items() if name in self._shapes}
        return Values(plain, self._untyped.Activation(plain))

    def branches(self, text: str, values: Values) -> tuple[tuple[int, bool], ...]:
        """The parts that a sound condition is joined of: the 0-based offset of each, and whether it holds for the data."""
        packed = Node(self._untyped.compile(text, disable_check=True).serialize())
        return tuple(branches(text, packed.node(2), lambda part: self._part(serialized(part), values.data)))

    @cached_property
    def _untyped(self) -> "cel.Env":
        """What runs: it takes plain dicts, which typed expressions refuse."""
        from cel_expr_python import cel  # noqa: PLC0415 - imported only where a condition is used

        return cel.NewEnv(variables=dict.fromkeys(self._schemas, cel.Type.DYN))

    @cached_property
    def _messages(self) -> "Messages":
        from compiler.cel.protobuf_types import Messages  # noqa: PLC0415 - imported only where types are checked

        return Messages(self._shapes)

    def _refusal(self, text: str) -> str | None:
        """What is wrong with the syntax of a text as it was written."""
        try:
            self._untyped.compile(text, disable_check=True)
        except RuntimeError as error:
            return str(error)
        return None

    def _part(self, compiled: bytes, data: Mapping[str, Json]) -> Json:
        """What a part of a compiled expression comes to; null where it comes to nothing."""
        try:
            result = self._untyped.deserialize(compiled).eval(self._untyped.Activation(data))
        except RuntimeError:
            return None
        plain = result.plain_value()
        known = isinstance(plain, bool | int | float | str | list | dict) and result.type().name() != "ERROR"
        return plain if known else None

    def _wrong(self, text: str, expect: Expected) -> Mistake | None:
        """What is wrong with the types; the names of fields included, in `has` and macros too."""
        before, after, wanted = _RESULTS[expect]
        messages = self._messages
        try:
            messages.env.compile(before + with_stand_ins(text) + after)
        except RuntimeError as error:
            fields = {name: _names(struct) for name, struct in messages.fields.items()}
            found = mistake(str(error), before + text + after, Known(self._schemas, fields))
            return found and _unwrapped(found, text, len(before), wanted)
        return None


def _names(struct: Struct) -> tuple[str, ...]:
    return tuple(struct.fields)


def _unwrapped(found: Mistake, text: str, before: int, wanted: str) -> Mistake:
    """The mistake at its place in the text as it was written."""
    lines = text.split("\n")
    if found.line > len(lines):
        kept = next((row for row in lines if row.strip()), "")
        column = len(kept) - len(kept.lstrip()) + 1
        return Mistake(f"the expression has to come to {wanted}", lines.index(kept) + 1, column, len(kept.strip()) or 1)
    column = found.column - before if found.line == 1 else found.column
    return Mistake(found.message, found.line, max(column, 1), found.length, found.help)

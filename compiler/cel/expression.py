"""A condition that is ready to be asked."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from compiler.cel.cel_ast import Node, serialized, tree
from compiler.cel.failure_reasons import Reason, why
from compiler.cel.field_access import Read, read
from compiler.foundation.json_data import Json, Object, Pointer, at, dotted

if TYPE_CHECKING:
    from cel_expr_python import cel  # type: ignore[import-untyped]  # as in descriptor.py

TOO_MANY = "it goes through too many elements"
_ERROR = r"(?s)^(?:[A-Z_]+: )?(.*?)(?: \[[A-Z_]+\])?$"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an expression has no result for the data."""

    message: str


class Values(NamedTuple):
    """Data made ready once for many expressions of the same variables."""

    data: Object
    activation: "cel.Activation"


class Expression:
    """A compiled expression: evaluation reads plain data, ends soon, and never raises for what the data holds."""

    def __init__(
        self,
        text: str,
        compiled: "cel.Expression",
        variables: Collection[str],
        values: Callable[[Mapping[str, Json]], Values],
        part: "Callable[[bytes, Mapping[str, Json]], Json]",
    ) -> None:
        self.text = text
        self._compiled = compiled
        self._variables = variables
        self._values = values
        self._part = part

    @cached_property
    def reads(self) -> frozenset[Pointer]:
        """The longest paths that it reads, the variable's name first; of elements gone through, their list."""
        return frozenset(path for path in self._read.paths if path[0] in self._variables)

    def reads_of(self, variable: str) -> frozenset[Pointer]:
        """How far it reads into elements of a variable that is a list; the empty path where it reads them whole."""
        paths = ((path, within) for path, within in self._read.within if path[0] == variable)
        return frozenset(within if path == (variable,) else () for path, within in paths)

    @cached_property
    def _read(self) -> Read:
        return read(self._compiled.serialize())

    def evaluate(self, data: Mapping[str, Json] | Values) -> bool | Failure:
        """Whether it holds for the data."""
        result = self.value(data)
        if isinstance(result, bool | Failure):
            return result
        return Failure("the result is neither true nor false")

    def why(self, data: Values) -> tuple[Reason, ...]:
        """The values at which the condition, which does not hold for the data, fails; elements of lists by their index."""

        def ask(part: Node, bound: Mapping[str, Json]) -> Json:
            return self._part(serialized(part), {**data.data, **bound})

        return why(tree(self._compiled.serialize()), data.data, ask)

    def value(self, data: Mapping[str, Json] | Values) -> "Json | Failure":
        """What it comes to for the data."""
        values = data if isinstance(data, Values) else self._values(data)
        keyed = next((path for path, within in self._read.listed if _is_keyed(values.data, path, within)), None)
        if keyed is not None:
            return Failure(
                f"the keys of `{dotted(keyed)}` have no order: ask `all`, `exists` or `in` of them, and no list"
            )
        try:
            result = self._compiled.eval(values.activation)
        except RuntimeError as error:
            return self._failure(str(error), values.data)
        plain = result.plain_value()
        if isinstance(plain, bool | list):
            return plain
        if result.type().name() == "ERROR":
            return self._failure(str(plain), values.data)
        if plain is None or isinstance(plain, int | float | str | dict):
            return plain
        return Failure(f"the result is no value of JSON: {plain}")

    def _failure(self, error: str, data: Object) -> Failure:
        found = re.match(_ERROR, error)
        words = found[1] if found else error
        for pattern, sentence in _SENTENCES:
            told = re.search(pattern, words)
            if told:
                return Failure(sentence.format(*(self._named(part, data) for part in told.groups())))
        return Failure(words)

    def _named(self, key: str, data: Object) -> str:
        """The whole path to a key that is not there, where only one of those that are read can be meant."""
        prefixes = {path[:end] for path in self.reads for end in range(2, len(path) + 1) if path[end - 1] == key}
        absent = [path for path in prefixes if _is_absent(path, data)]
        return dotted(absent[0]) if len(absent) == 1 else key


def _is_keyed(data: Json, path: Pointer, within: Pointer) -> bool:
    """Whether a map stands at a path, or at one in an element of what stands there: the order of its keys is another on each run."""
    found = data
    for part in path:
        is_in_list = isinstance(found, list) and isinstance(part, int) and part < len(found)
        if not is_in_list and not (isinstance(found, dict) and part in found):
            return False
        found = at(found, (part,))
    if not within:
        return isinstance(found, Mapping)
    elements = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    return any(_is_keyed(element, within, ()) for element in elements)


def _is_absent(path: Pointer, data: Json) -> bool:
    try:
        found = at(data, path[:-1])
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(found, Mapping) and path[-1] not in found


_SENTENCES = (
    (r'Key not found in map : "(.*)"', "`{0}` is not there: ask has( ) first"),
    (r"divide by zero|modulus by zero", "a division by zero"),
    (r"Index error: index=(-?\d+) size=(\d+)", "there is no element {0} in a list of {1}"),
    (r"budget exceeded", TOO_MANY),
    (r"No value with name \"(.*)\" found", "there is no variable `{0}`"),
    (r"No matching overloads found : (\S+)\((.*)\)", "`{0}` does not take {1}"),
    (r"basic_string", "it holds text that is not Unicode"),
    (r"Applying SELECT to non-message type", "a value that is no map has no fields"),
)

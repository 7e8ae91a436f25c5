"""Expressions of policies as a cluster evaluates them: the same CEL, with other variables.

A cluster knows the object. Values of the Environment become constants; those of a model become parameters, texts by path.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.cel import CelEnvironment, Expression
from compiler.cel.identifiers import expand_has_calls, substitute_variables
from compiler.cel.portability import (
    called_functions,
    estimate_cost,
    loop_variables,
    mixed_literals,
    selected_fields,
)
from compiler.foundation.json_data import Json, Object
from compiler.policy.admission.cluster_facts import ClusterFacts
from compiler.policy.message_templates import split_message
from compiler.policy.status_variables import DAY_VARIABLES

OBJECT = "object"
ENVIRONMENT = "environment"
_ANY: Object = {}
_SERVER_VARIABLES: Mapping[str, Object] = dict.fromkeys((OBJECT, "oldObject", "request", "params", "variables"), _ANY)
_PARAMETERS = "params.data"
_PRESENCE_PREFIX = "has."
OBJECTS_PARAMETER = "objects"
"""The parameter that lists the objects of a model."""
ParameterTypes = Mapping[str, str]
"""The CEL type of each parameter, by path."""


class RefusedError(Exception):
    """An expression that a cluster cannot evaluate; `help` says what to change."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help_


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the expressions of one policy for one environment."""

    facts: ClusterFacts
    version: str
    """The release of the cluster."""
    environment: Object
    variable_names: frozenset[str]
    """The variables that expressions of policies can read."""
    parameter_types: ParameterTypes

    def translate(self, text: str) -> str:
        """The expression for the cluster."""
        names = self.variable_names - {OBJECT}
        self._check_loop_variables(text, names)
        translation = substitute_variables(expand_has_calls(text), names, self._replacement)
        self._check(translation)
        return translation

    def message_expression(self, message: str) -> str | None:
        """The expression of a message with values; `None` for a constant message."""
        parts = split_message(message)
        if not any(is_expression for _, is_expression in parts):
            return None
        return " + ".join(
            f"string({self.translate(text)})" if is_expression else quoted(text)
            for text, is_expression in parts
            if text
        )

    def _replacement(self, path: tuple[str, ...], is_tested: bool) -> str:
        root, name = path[0], ".".join(path)
        if root in DAY_VARIABLES:
            raise RefusedError(f"it reads `{root}`, which differs from day to day")
        if len(path) == 1:
            raise RefusedError(f"it reads all of `{root}`, not single values of it")
        if root == ENVIRONMENT:
            return _constant(self.environment, path[1:], is_tested=is_tested)
        if is_tested:
            return f"({quoted(_PRESENCE_PREFIX + name)} in {_PARAMETERS})"
        value, type_name = f"{_PARAMETERS}[{quoted(name)}]", self.parameter_types.get(name, "string")
        if type_name == "bool":
            return f'({value} == "true")'
        return value if type_name == "string" else f"{type_name}({value})"

    def _check_loop_variables(self, text: str, names: frozenset[str]) -> None:
        """Raises if a macro hides a variable: a name would then mean two things."""
        shadowed = sorted(
            loop_variables(_ast(text, {**dict.fromkeys(names, _ANY), **_SERVER_VARIABLES}))
            & (names | _SERVER_VARIABLES.keys())
        )
        if shadowed:
            message = f"a macro names its variable `{shadowed[0]}`"
            raise RefusedError(message, "use another name for the variable of the macro")

    def _check(self, text: str) -> None:
        """Raises if the cluster cannot evaluate a translated expression."""
        ast = _ast(text, _SERVER_VARIABLES)
        unknown = self.facts.unknown_functions(called_functions(ast), self.version)
        if unknown:
            raise RefusedError(f"Kubernetes {self.version} has no function `{unknown[0]}`")
        reserved = sorted(selected_fields(ast) & self.facts.reserved_words)
        if reserved:
            raise RefusedError(
                f"`{reserved[0]}` is a reserved word there", f"write `['{reserved[0]}']` instead of `.{reserved[0]}`"
            )
        if "`" in text:
            raise RefusedError("it quotes a name with backticks", "write `['name']` instead")
        types = mixed_literals(ast)
        if types:
            raise RefusedError(f"a list or map in it mixes {' and '.join(types)}", "use values of one type")
        cost = estimate_cost(ast, self.facts.assumed_list_length)
        if cost > self.facts.max_cost:
            raise RefusedError(
                f"with lists of {self.facts.assumed_list_length} elements it takes about {cost:,} steps, more than {self.facts.max_cost:,}",
                "nest fewer macros",
            )


def _ast(text: str, variables: Mapping[str, Object]) -> bytes:
    compiled = CelEnvironment(variables).compile(text, expect="any", check_types=False)
    if not isinstance(compiled, Expression):
        raise RefusedError(f"its translation is invalid: {compiled.message}")
    return compiled.ast_bytes


def parameter_paths(texts: Sequence[str], variable_names: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The values of models that expressions read, and those of which they test the presence, by path."""
    read: set[str] = set()
    tested: set[str] = set()

    def collect(path: tuple[str, ...], is_tested: bool) -> str:
        if path[0] != ENVIRONMENT and len(path) > 1:
            (tested if is_tested else read).add(".".join(path))
        return ".".join(path)

    for text in texts:
        substitute_variables(expand_has_calls(text), variable_names - {OBJECT}, collect)
    return frozenset(read), frozenset(tested)


def parameter_texts(
    values: Mapping[str, str | int | float | bool | None], tested_paths: frozenset[str]
) -> dict[str, str]:
    """The parameters of a model as texts: values, and marks of paths that are present."""
    texts = {path: _text(value) for path, value in values.items() if value is not None}
    return texts | {f"{_PRESENCE_PREFIX}{path}": "true" for path in values if path in tested_paths}


def parameter_type(values: Sequence[str | int | float | bool]) -> str:
    """The CEL type of a parameter with these values in different models."""
    types = {_type_name(value) for value in values}
    if types == {"int", "double"}:
        return "double"
    if len(types) > 1:
        raise RefusedError(f"it is {' in one model and '.join(sorted(types))} in another")
    return next(iter(types), "string")


def guarded(expression: str) -> str:
    """An expression that applies only to the objects of the model whose parameters are evaluated."""
    key = '"\\n" + object.kind + "/" + object.metadata.name + "\\n"'
    return f"!{_PARAMETERS}.{OBJECTS_PARAMETER}.contains({key}) || ({expression})"


def object_lines(names: Sequence[tuple[str, str]]) -> str:
    """Kinds and names of objects as the parameter lists them."""
    return "".join(f"\n{kind}/{name}" for kind, name in names) + "\n"


def quoted(text: str) -> str:
    """A text as a literal of CEL."""
    return json.dumps(text, ensure_ascii=False)


def _constant(data: Object, path: Sequence[str], *, is_tested: bool) -> str:
    value: Json = data
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    if is_tested:
        return "false" if value is None else "true"
    if isinstance(value, Mapping | list):
        raise RefusedError(f"it reads `environment.{'.'.join(path)}`, which is not a single value")
    return "dyn(null)" if value is None else quoted(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str | int | float | bool) -> str:  # noqa: PYI041 - bool, int and float are distinct on purpose
    return value if isinstance(value, str) else json.dumps(value)


def _type_name(value: str | int | float | bool) -> str:  # noqa: PYI041 - as above
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "double"
    return "string"

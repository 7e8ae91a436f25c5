"""The nodes of a skeleton: a parsed template with slots, which is filled with values many times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from compiler.foundation.json_data import Json
from compiler.foundation.provenance import Origins
from compiler.render.embedded_languages import LanguageRules, check_languages
from compiler.templating.interpolation import InterpolatedText, interpolate_value, kind_of, placeholder, scalar_text
from compiler.templating.plain_values import ValueBudget, to_plain, to_plain_str
from compiler.templating.template_errors import OutputProblem, RenderLimits, ValueRejectedError
from compiler.templating.traced_values import OMIT, Omit, TracedStr, origins_of


class TooManyProblemsError(Exception):
    """A file has more problems than anybody reads."""


@dataclass(slots=True)
class FillState:
    """The state of one filling: the values by placeholder, and the problems."""

    values: Sequence[object]
    limits: RenderLimits
    problems: list[OutputProblem] = field(default_factory=list)
    budget: ValueBudget = field(init=False)

    def __post_init__(self) -> None:
        self.budget = ValueBudget(self.limits)

    def add_rejection(self, rejection: ValueRejectedError, scalar: "Slot | InterpolatedScalar") -> None:
        """Record the rejection of a value, which becomes null. Raises `TooManyProblemsError` beyond the limit."""
        origins = rejection.origins or scalar.origins(self.values)
        self.problems.append(OutputProblem(scalar.line, rejection.message, origins, rejection.help))
        if len(self.problems) >= self.limits.max_problems:
            raise TooManyProblemsError


FillResult: TypeAlias = "Json | Omit"


@dataclass(frozen=True, slots=True)
class Slot:
    """A scalar that is one placeholder: if plain, it takes any value; if quoted, text."""

    index: int
    line: int
    is_quoted: bool = False
    rules: LanguageRules = ()

    def fill(self, state: FillState) -> FillResult:
        """The value as JSON data, or `omit`."""
        value = state.values[self.index]
        if type(value) is TracedStr and not self.rules and value.isascii():  # most values, which need no check
            return state.budget.spend_characters(str(value))
        try:
            if self.rules:
                check_languages(self.rules, value)
            if self.is_quoted and value is not OMIT:
                return state.budget.spend_characters(to_plain_str(scalar_text(value)))
            return to_plain(value, state.budget)
        except ValueRejectedError as rejection:
            state.add_rejection(rejection, self)
            return None

    def origins(self, values: Sequence[object]) -> Origins:
        """The origins of the value."""
        return origins_of(values[self.index])


@dataclass(frozen=True, slots=True)
class InterpolatedScalar:
    """A scalar with literal text and placeholders: always text."""

    parts: tuple[str | int, ...]
    line: int
    rules: LanguageRules = ()

    def fill(self, state: FillState) -> FillResult:
        """The text."""
        values = state.values
        try:
            if self.rules:
                check_languages(self.rules, self._interpolated_text(values))
            parts = [part if isinstance(part, str) else interpolate_value(values[part]) for part in self.parts]
            return state.budget.spend_characters(to_plain_str("".join(parts)))
        except ValueRejectedError as rejection:
            state.add_rejection(rejection, self)
            return None

    def origins(self, values: Sequence[object]) -> Origins:
        """The origins of its values."""
        return self._interpolated_text(values).origins

    def _interpolated_text(self, values: Sequence[object]) -> InterpolatedText:
        return InterpolatedText([part if isinstance(part, str) else placeholder(values[part]) for part in self.parts])


@dataclass(frozen=True, slots=True)
class MapNode:
    """A map with literal keys: its constant and its dynamic members."""

    constants: dict[str, Json]
    members: tuple[tuple[str, "DynamicNode"], ...]

    def fill(self, state: FillState) -> FillResult:
        """The map, without keys whose value is `omit`."""
        result = self.constants.copy()
        for key, node in self.members:
            value = node.fill(state)
            if isinstance(value, Omit):
                del result[key]
            else:
                result[key] = value
        return result


@dataclass(frozen=True, slots=True)
class DynamicMapNode:
    """A map with a placeholder in at least one key."""

    pairs: tuple[tuple["str | Slot | InterpolatedScalar", "DynamicNode | ConstantNode"], ...]
    line: int

    def fill(self, state: FillState) -> FillResult:
        """The map; keys that become equal are rejected."""
        result: dict[str, Json] = {}
        for key, member in self.pairs:
            name = key if isinstance(key, str) else self._fill_key(key, state)
            value = member.fill(state)
            if name is None or isinstance(value, Omit):
                continue
            if name in result:
                self._reject_duplicate(name, state)
            result[name] = value
        return result

    def _fill_key(self, key: "Slot | InterpolatedScalar", state: FillState) -> str | None:
        problem_count = len(state.problems)
        name = key.fill(state)
        if isinstance(name, str):
            return name
        if len(state.problems) == problem_count:
            message = f"the key is {kind_of(name)}; keys must be text"
            state.add_rejection(ValueRejectedError(message, help="write the key between quotes"), key)
        return None

    def _reject_duplicate(self, name: str, state: FillState) -> None:
        duplicate_keys = [key for key, _ in self.pairs if not isinstance(key, str) and key.fill(state) == name]
        origins = tuple(origin for key in duplicate_keys for origin in key.origins(state.values))
        state.add_rejection(
            ValueRejectedError(f"two keys of one map have the value {name!r}", origins), duplicate_keys[-1]
        )


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list: its constant and its dynamic elements."""

    constants: list[Json]
    members: tuple[tuple[int, "DynamicNode"], ...]

    def fill(self, state: FillState) -> FillResult:
        """The list, without elements that are `omit`."""
        result = self.constants.copy()
        omitted_indexes: list[int] = []
        for index, node in self.members:
            value = node.fill(state)
            if isinstance(value, Omit):
                omitted_indexes.append(index)
            else:
                result[index] = value
        for index in reversed(omitted_indexes):
            del result[index]
        return result


@dataclass(frozen=True, slots=True)
class ConstantNode:
    """Data without placeholders, shared by all fillings."""

    data: Json

    def fill(self, _: FillState) -> FillResult:
        """The data."""
        return self.data


DynamicNode: TypeAlias = Slot | InterpolatedScalar | MapNode | DynamicMapNode | ListNode
"""A node with at least one placeholder."""

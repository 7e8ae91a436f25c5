"""What is left of a template once its text is parsed: a tree with holes, filled with values again and again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from compiler.foundation.json_data import Json
from compiler.foundation.provenance import Origins
from compiler.render.embedded_languages import Rules, check
from compiler.render.interpolation import Glued, kind_of, scalar_text, token, word
from compiler.render.plain_values import Budget, place, whole_text
from compiler.render.template_errors import Flaw, RefusedError
from compiler.render.traced_values import OMIT, Omit, origins_of


@dataclass(slots=True)
class Filling:
    """One filling of a skeleton: the values by token, and what was found wrong."""

    values: Sequence[object]
    budget: Budget
    flaws: list[Flaw] = field(default_factory=list)

    def refuse(self, refused: RefusedError, scalar: "Hole | Mixed") -> None:
        """Note the refusal of a value in the scalar, for which null stands in its stead."""
        origins = refused.origins or scalar.origins(self.values)
        self.flaws.append(Flaw(scalar.line, refused.message, origins, refused.help))


Filled: TypeAlias = "Json | Omit"


@dataclass(frozen=True, slots=True)
class Hole:
    """A scalar that is one token: a plain one takes any value, a quoted one text."""

    index: int
    line: int
    quoted: bool = False
    rules: Rules = ()

    def fill(self, filling: Filling) -> Filled:
        """The value as plain data, or `omit`."""
        value = filling.values[self.index]
        try:
            if self.rules:
                check(self.rules, value)
            if self.quoted and value is not OMIT:
                return whole_text(scalar_text(value))
            return place(value, filling.budget)
        except RefusedError as refused:
            filling.refuse(refused, self)
            return None

    def origins(self, values: Sequence[object]) -> Origins:
        """Where the value came from."""
        return origins_of(values[self.index])


@dataclass(frozen=True, slots=True)
class Mixed:
    """A scalar with literal text and tokens: always text."""

    parts: tuple[str | int, ...]
    line: int
    rules: Rules = ()

    def fill(self, filling: Filling) -> Filled:
        """The text."""
        values = filling.values
        try:
            if self.rules:
                check(self.rules, self._glued(values))
            return whole_text("".join([part if isinstance(part, str) else word(values[part]) for part in self.parts]))
        except RefusedError as refused:
            filling.refuse(refused, self)
            return None

    def origins(self, values: Sequence[object]) -> Origins:
        """Where its values came from."""
        return self._glued(values).origins

    def _glued(self, values: Sequence[object]) -> Glued:
        return Glued([part if isinstance(part, str) else token(values[part]) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Branch:
    """A map whose keys are all literal: what is constant in it, and what is not."""

    base: dict[str, Json]
    members: tuple[tuple[str, "Node"], ...]

    def fill(self, filling: Filling) -> Filled:
        """The map, without the keys whose value is `omit`."""
        made = self.base.copy()
        for key, node in self.members:
            value = node.fill(filling)
            if value is OMIT:
                del made[key]
            else:
                made[key] = value  # type: ignore[assignment]  # the branch above took omit away
        return made


@dataclass(frozen=True, slots=True)
class Keyed:
    """A map with at least one key that holds a token."""

    pairs: tuple[tuple["str | Hole | Mixed", "Node | Constant"], ...]
    line: int

    def fill(self, filling: Filling) -> Filled:
        """The map; keys that become equal are refused."""
        made: dict[str, Json] = {}
        for key, member in self.pairs:
            name = key if isinstance(key, str) else self._name(key, filling)
            value = member.fill(filling)
            if name is None or isinstance(value, Omit):
                continue
            if name in made:
                self._collide(name, filling)
            made[name] = value
        return made

    def _name(self, key: "Hole | Mixed", filling: Filling) -> str | None:
        flaws = len(filling.flaws)
        name = key.fill(filling)
        if isinstance(name, str):
            return name
        if len(filling.flaws) == flaws:
            message = f"a key is {kind_of(name)}; keys are text"
            filling.refuse(RefusedError(message, help="write the key between quotes"), key)
        return None

    def _collide(self, name: str, filling: Filling) -> None:
        same = [key for key, _ in self.pairs if not isinstance(key, str) and key.fill(filling) == name]
        origins = tuple(origin for key in same for origin in key.origins(filling.values))
        filling.refuse(RefusedError(f"two keys of one map become {name!r}", origins), same[-1])


@dataclass(frozen=True, slots=True)
class Series:
    """A list: what is constant in it, and what is not."""

    base: list[Json]
    members: tuple[tuple[int, "Node"], ...]

    def fill(self, filling: Filling) -> Filled:
        """The list, without the elements that are `omit`."""
        made: list[Json | Omit] = list(self.base)
        omitted = False
        for index, node in self.members:
            made[index] = value = node.fill(filling)
            omitted = omitted or value is OMIT
        return [element for element in made if not isinstance(element, Omit)] if omitted else made  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Constant:
    """Data without a token in it, shared by all fillings."""

    data: Json

    def fill(self, _: Filling) -> Filled:
        """The data."""
        return self.data


Node: TypeAlias = Hole | Mixed | Branch | Keyed | Series
"""A part of a skeleton with at least one token in it."""

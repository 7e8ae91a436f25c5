"""From what a template got hold of to plain data of exact types."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from compiler.foundation.json_data import Json
from compiler.render.interpolation import Glued, glue, kind_of, number, shown
from compiler.render.template_errors import RefusedError
from compiler.render.template_values import Elements, View
from compiler.render.traced_values import OMIT, Encoded, Flag, Noted, Null, Omit, Real, Text, Whole, origins_of


class Budget:
    """How many values may still be placed; few, where a template tries to multiply them."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        """Less by the amount; `RefusedError` when there is nothing left."""
        self.left -= amount
        if self.left < 0:
            raise RefusedError("the template places more values than one file may hold")


def place(value: object, budget: Budget) -> "Json | Omit":
    """The value as plain data: scalars keep their type, maps and lists are copied whole, `omit` stays itself."""
    kind = type(value)
    if kind is Text or kind is str or kind is Encoded or kind is Noted:
        return whole_text(value)  # type: ignore[arg-type]
    scalar = _SCALARS.get(kind)
    if scalar is not None:
        return scalar(value)
    if isinstance(value, Glued):
        return whole_text(glue(value.parts))
    if value is OMIT:
        return OMIT
    return _container(value, budget)


def _container(value: object, budget: Budget) -> Json:
    if isinstance(value, (View, Mapping)):
        budget.spend(len(value) + 1)
        pairs = value.pairs() if isinstance(value, View) else value.items()
        return {_key(key): member for key, member in _members(pairs, budget)}
    if isinstance(value, (Elements, list, tuple)):
        budget.spend(len(value) + 1)
        return [member for _, member in _members(enumerate(value), budget)]
    raise RefusedError(
        f"{kind_of(value)} cannot be placed",
        origins_of(value),
        help="leave the key out with `| default(omit)`, or ask `is defined` first",
    )


def _members(pairs: Iterable[tuple[object, object]], budget: Budget) -> Iterable[tuple[object, Json]]:
    for key, member in pairs:
        placed = None if member is None or isinstance(member, Null) else place(member, budget)
        if not isinstance(placed, Omit):
            yield key, placed


def _key(key: object) -> str:
    if isinstance(key, (str, Glued)):
        return whole_text(str(key))
    raise RefusedError(f"a key is {kind_of(key)}; keys are text", origins_of(key))


def whole_text(value: str) -> str:
    """The text as an exact `str` that UTF-8 can write."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise RefusedError(f"{shown(value)} holds half a character (a lone surrogate)", origins_of(value)) from None
    return str(value)


def _whole(value: int) -> int:
    number(value)
    return int(value)


def _real(value: float) -> float:
    number(value)
    return float(value)


_SCALARS: Final[dict[type, Callable[..., Json]]] = {
    Whole: _whole, int: _whole, Real: _real, float: _real, bool: bool, Flag: bool,
}  # fmt: skip

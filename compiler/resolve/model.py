"""One model in one environment, as it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from compiler.diagnostics import Code, Finding, Place, Subject
from compiler.resolve.blame import Contribution, blame
from compiler.resolve.layers import Layer
from compiler.spec.language import ANY, Mark, Rules
from compiler.spec.portfolio import Spec
from compiler.spec.quantities import QUANTITIES
from compiler.values import Json, Object, Pointer, as_object


@dataclass(frozen=True, slots=True)
class CompanionFile:
    """A file beside a spec that belongs to a release: its path in the tree, as the spec writes it, and its bytes."""

    path: str
    relative: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Release:
    """A published release: its content stands at `pointer` of the model's document."""

    version: str
    content: Object
    pointer: Pointer
    files: tuple[CompanionFile, ...]
    digest: str

    @property
    def source(self) -> Object:
        """What the release is made of."""
        return as_object(self.content.get("source"))


@dataclass(frozen=True)
class ResolvedModel:
    """A model with every layer merged and its quantities in canonical form; `environment` is `None` where it runs nowhere."""

    spec: Spec
    environment: Spec | None
    data: Object
    layers: tuple[Layer, ...]
    general: int
    rules: Rules
    release: Release | None
    canary: Release | None
    runtime_digest: str
    governance_digest: str

    @property
    def name(self) -> str:
        """The model's name."""
        return self.spec.name

    def blame(self, pointer: Pointer) -> tuple[Contribution, ...]:
        """Every layer that says something of a value, strongest first."""
        return blame(self.layers, self.rules, self.data, pointer)

    def finding(self, code: Code, message: str, pointer: Pointer, help: str | None = None) -> Finding:  # noqa: A002 - the field's name
        """A finding at the line that set the value; it names the environment only where a specific layer set it."""
        winner = next((said for said in self.blame(pointer) if not said.deletes), None)
        place = winner.layer.place(winner.pointer) if winner else None
        is_specific = winner is not None and self.layers.index(winner.layer) >= self.general
        environment = self.environment.name if self.environment and is_specific else None
        return Finding(code, message, place or self.place(pointer), Subject("Model", self.name, environment, pointer), help)

    def place(self, pointer: Pointer) -> Place:
        """The line that set a value, or where the model's document would say it."""
        for said in self.blame(pointer):
            place = None if said.deletes else said.layer.place(said.pointer)
            if place is not None:
                return place
        return self.spec.document.place(pointer)



def normalised(data: Object, quantities: Sequence[Mark]) -> tuple[Object, list[tuple[Pointer, str]]]:
    """The data with canonical quantities, and what is wrong with those that have no canonical form."""
    mistakes: list[tuple[Pointer, str]] = []
    for mark in quantities:
        data = cast("Object", _normalised(data, mark.pointer, mark.value, (), mistakes))
    return data, mistakes


def _normalised(value: Json, pattern: Pointer, name: str, pointer: Pointer, mistakes: list[tuple[Pointer, str]]) -> Json:
    if not pattern:
        return _canonical(value, name, pointer, mistakes)
    head, rest = pattern[0], pattern[1:]
    if isinstance(value, list):
        return [_normalised(item, rest, name, (*pointer, i), mistakes) for i, item in enumerate(value)] if head == ANY else value
    if not isinstance(value, dict):
        return value
    keys: list[str] = list(value) if head == ANY else [str(head)] if head in value else []
    changed: dict[str, Json] = {key: _normalised(value[key], rest, name, (*pointer, key), mistakes) for key in keys}
    return {**value, **changed} if changed else value


def _canonical(value: Json, name: str, pointer: Pointer, mistakes: list[tuple[Pointer, str]]) -> Json:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    try:
        return str(QUANTITIES[name](str(value)))
    except ValueError as mistake:
        mistakes.append((pointer, str(mistake)))
        return value

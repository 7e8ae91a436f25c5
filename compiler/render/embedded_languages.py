"""Fields that are a language of their own: `spec.groups[].rules[].expr: promql` in an `emitter.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from compiler.foundation.errors import UsageError
from compiler.render.encoders import ENCODERS, Encoder
from compiler.render.interpolation import Glued, Token, kind_of, shown
from compiler.render.template_errors import RefusedError
from compiler.render.template_values import Elements, View
from compiler.render.traced_values import Encoded, Text, origins_of

_PART = re.compile(r"(?:\A|\.)(\*\*|[^.\[\]\"]+)|(\[\])|\[\"([^\"]+)\"\]")
ANYWHERE: Final = "**"
Step: TypeAlias = "str | None"
"""A key, `*`, `**`, or None for each element of a list."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is left of a declared pointer below the place that is looked at, and the language it leads to."""

    steps: tuple[Step, ...]
    encoder: Encoder

    @property
    def here(self) -> bool:
        """Whether the place itself is in the language."""
        return not self.steps or self.steps == (ANYWHERE,)

    def below(self, key: str | int | None) -> "tuple[Rule, ...]":
        """The rules for a member; a key that is not known yet (None) may be any."""
        if not self.steps:
            return ()
        step, rest = self.steps[0], Rule(self.steps[1:], self.encoder)
        if step == ANYWHERE:
            return (self, *rest.below(key))
        fits = step is None if isinstance(key, int) else step is not None and (key is None or step in {"*", key})
        return (rest,) if fits else ()


Rules: TypeAlias = tuple[Rule, ...]


def rules_of(languages: Mapping[str, str]) -> Rules:
    """The rules of one file; `UsageError` for a pointer or a language that cannot be."""
    return tuple(Rule(_steps(pointer), _encoder(name)) for pointer, name in languages.items())


def _steps(pointer: str) -> tuple[Step, ...]:
    found = list(_PART.finditer(pointer))
    if not found or "".join(match[0] for match in found) != pointer:
        raise UsageError(f"`{pointer}` is not a field", help='as `spec.groups[].rules[].expr`, or `data["a.b"]`')
    return tuple(None if match[2] else match[1] or match[3] for match in found)


def _encoder(name: str) -> Encoder:
    if name not in ENCODERS:
        raise UsageError(f"`{name}` is not a language", help=f"there are {', '.join(ENCODERS)}")
    return ENCODERS[name]


def below(rules: Rules, key: str | int | None) -> Rules:
    """The rules for a member of what the rules are about."""
    return tuple(left for rule in rules for left in rule.below(key)) if rules else ()


def of_keys(rules: Rules) -> Rules:
    """The rules for the keys of a map that the rules are about: those that hold anywhere below it."""
    return tuple(rule for rule in rules if rule.steps == (ANYWHERE,)) if rules else ()


def check(rules: Rules, value: object) -> None:
    """`RefusedError` for a value, or the first one in it, that its field's language does not accept."""
    if isinstance(value, (View, dict)):
        for key, member in value.pairs() if isinstance(value, View) else value.items():
            check(of_keys(rules), key)
            check(below(rules, str(key)), member)
    elif isinstance(value, (Elements, list, tuple)):
        for index, member in enumerate(value):
            check(below(rules, index), member)
    elif isinstance(value, Glued):
        for part in value.parts:
            if isinstance(part, Token):
                check(rules, part.value)
    else:
        for rule in rules:
            if rule.here:
                _check(rule.encoder, value)


def _check(encoder: Encoder, value: object) -> None:
    if isinstance(value, Text):
        fine = encoder.accepts(str(value)) or (isinstance(value, Encoded) and value.encoding == encoder.name)
    else:
        fine = type(value) is str or encoder.name != "literal" or not origins_of(value)
    if not fine:
        raise RefusedError(
            f"{shown(value) if isinstance(value, str) else kind_of(value)} stands in a field of {encoder.name}",
            origins_of(value),
            help=_advice(encoder),
        )


def _advice(encoder: Encoder) -> str:
    if encoder.name == "literal":
        return "hand the value over by a variable, outside of the script"
    return f"pass it through `| {encoder.name}` ({encoder.place})"

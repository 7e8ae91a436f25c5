"""Fields that contain another language: `spec.groups[].rules[].expr: promql` in an `emitter.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from compiler.foundation.errors import UsageError
from compiler.render.field_paths import ANY_DEPTH, PathSteps, ends_here, parse_path, steps_below
from compiler.templating.encoders import ENCODERS, Encoder
from compiler.templating.interpolation import InterpolatedText, Placeholder, kind_of, quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.template_values import ListView, MapView
from compiler.templating.traced_values import EncodedStr, TracedStr, origins_of


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """The rest of a declared pointer below the current value, and its language."""

    steps: PathSteps
    encoder: Encoder

    @property
    def applies_here(self) -> bool:
        """Whether the current value is in the language."""
        return ends_here(self.steps)

    def member_rules(self, key: str | int | None) -> "tuple[LanguageRule, ...]":
        """The rules for a member; an unknown key (`None`) may match any."""
        return tuple(LanguageRule(steps, self.encoder) for steps in steps_below(self.steps, key))


LanguageRules: TypeAlias = tuple[LanguageRule, ...]


def parse_rules(languages: Mapping[str, str]) -> LanguageRules:
    """The rules of one file; raises `UsageError` for an invalid pointer or an unknown language."""
    return tuple(LanguageRule(parse_path(pointer), _find_encoder(name)) for pointer, name in languages.items())


def _find_encoder(name: str) -> Encoder:
    if name not in ENCODERS:
        raise UsageError(f"`{name}` is not a language", help=f"one of: {', '.join(ENCODERS)}")
    return ENCODERS[name]


def member_rules(rules: LanguageRules, key: str | int | None) -> LanguageRules:
    """The rules for a member of the current value."""
    return tuple(member_rule for rule in rules for member_rule in rule.member_rules(key)) if rules else ()


def key_rules(rules: LanguageRules) -> LanguageRules:
    """The rules for the keys of the current map: those that apply at any depth."""
    return tuple(rule for rule in rules if rule.steps == (ANY_DEPTH,)) if rules else ()


def check_languages(rules: LanguageRules, value: object) -> None:
    """Raise `ValueRejectedError` for the first value that the language of its field does not accept."""
    if isinstance(value, (MapView, dict)):
        for key, member in value.pairs() if isinstance(value, MapView) else value.items():
            check_languages(key_rules(rules), key)
            check_languages(member_rules(rules, str(key)), member)
    elif isinstance(value, (ListView, list, tuple)):
        for index, member in enumerate(value):
            check_languages(member_rules(rules, index), member)
    elif isinstance(value, InterpolatedText):
        for part in value.parts:
            if isinstance(part, Placeholder):
                check_languages(rules, part.value)
    else:
        for rule in rules:
            if rule.applies_here:
                _check_encoding(rule.encoder, value)


def _check_encoding(encoder: Encoder, value: object) -> None:
    if isinstance(value, TracedStr):
        is_accepted = encoder.accepts(str(value)) or (
            isinstance(value, EncodedStr) and value.encoder_name == encoder.name
        )
    else:
        is_accepted = type(value) is str or encoder.name != "literal" or not origins_of(value)
    if not is_accepted:
        raise ValueRejectedError(
            f"{quoted_excerpt(value) if isinstance(value, str) else kind_of(value)} is in a field whose language is {encoder.name}",
            origins_of(value),
            help=_help_text(encoder),
        )


def _help_text(encoder: Encoder) -> str:
    if encoder.name == "literal":
        return "pass the value to the script in a variable"
    return f"pass it through `| {encoder.name}` ({encoder.usage})"

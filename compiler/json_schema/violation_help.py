"""What to do about a violation: the corrections that the schema accepts, the known keys and values, or an example."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.foundation.json_data import Json, Pointer, format_path, value_at
from compiler.foundation.suggestions import closest_match, is_respelling, quote_list
from compiler.json_schema.corrections import HOW_TO_FIND, Correction, corrections, text_kind
from compiler.json_schema.descriptions import (
    abbreviate,
    author_description,
    describe_limit,
    first_sentence,
    format_value,
)
from compiler.json_schema.engine import KeywordFailure
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.trial_edits import TrialEdits
from compiler.json_schema.violation import SchemaViolation

_MAX_LISTED_CHOICES = 30
_MAX_LISTED_AFTER_SUGGESTION = 13
_MAX_LISTED_KEYS_AFTER_SUGGESTION = 8
_MAX_LISTED_PATHS = 3
_MAX_DEPTHS = 2
"""Levels of the document at which a better path of a key is searched."""
_MAX_EXAMPLE_KEYS = 4


class HelpBuilder:
    """Adds help to violations of one piece of data, and a replacement if there is one.

    `spelling` returns the text of a scalar as its file spells it; `None` if there is no file.
    """

    def __init__(
        self,
        schema_registry: SchemaRegistry,
        data: Json,
        spelling: Callable[[Pointer], str | None] | None,
        trial_edits: TrialEdits,
    ) -> None:
        self._schema_registry = schema_registry
        self._data = data
        self._spelling = spelling
        self._trial_edits = trial_edits

    def for_key(self, violation: SchemaViolation, schema: SchemaNode, rule: SchemaNode) -> SchemaViolation:
        """Add help to an unknown key of a map with that schema; `rule` is its `propertyNames`, without keywords if it has none."""
        *parents, name = violation.pointer
        parent = value_at(self._data, tuple(parents))
        present = parent if isinstance(parent, Mapping) else {}
        for correction in corrections(rule, str(name), str(name), self._schema_registry.resolve_reference):
            if isinstance(correction.value, str) and self._trial_edits.accepts_key(violation.pointer, correction.value):
                return replace(_corrected(violation, correction), suggestion=correction.value)
        known_keys = [*self._schema_registry.declared_properties(schema), *texts(rule.enum)]
        suggestion = closest_match(str(name), known_keys)
        if suggestion in present:
            return replace(violation, help=f"remove it, or merge it into `{suggestion}`, which is there too")
        if suggestion is not None:
            is_accepted = self._trial_edits.accepts_key(violation.pointer, suggestion)
            violation = replace(
                violation,
                suggestion=suggestion,
                replacement=suggestion if is_accepted else None,
                is_certain=is_respelling(str(name), suggestion),
            )
        elif paths := self._declared_paths(violation.pointer):
            return replace(violation, help=f"move it to {quote_list(paths)}")
        unused_keys = sorted({key for key in known_keys if key not in present and not key.startswith("$")})
        is_long = suggestion is not None and len(unused_keys) > _MAX_LISTED_KEYS_AFTER_SUGGESTION
        choices = _choices_help(suggestion, [] if is_long else unused_keys, "known keys")
        description = author_description(rule)
        return replace(violation, help=choices or (f"write {description}" if description else "remove it"))

    def for_missing_key(self, name: str, schema: SchemaNode) -> str:
        """How to add a key: an example of its value, its meaning, the known values, and how to find it out."""
        examples = schema.examples
        has_example = (
            examples and "x-modelyard-ref" not in schema
        )  # an existing document's name is not a useful example
        example = f": {abbreviate(examples[0])}" if has_example else ""
        meaning = first_sentence(schema)
        options = [f"`{value}`" for value in schema.enum if value is not None]
        parts = [
            f"add `{name}{example}`{f' ({meaning})' if meaning else ''}",
            f"known values: {', '.join(options)}" if options else "",
            HOW_TO_FIND.get(text_kind(schema), ""),
        ]
        return "; ".join(filter(None, parts))

    def for_value(
        self, violation: SchemaViolation, failure: KeywordFailure, expectation_text: str | None
    ) -> SchemaViolation:
        """Add help to a value: the first accepted correction; else the first advice, the known values, or what is expected."""
        advice = None
        for correction in self._corrections(failure):
            if correction.value is None:
                advice = advice or correction.help
            elif self._trial_edits.accepts_value(failure.pointer, correction.value):
                return _corrected(violation, correction)
        if advice:
            return replace(violation, help=advice)
        if failure.keyword in {"enum", "const"}:
            violation = self._known_values(violation, failure)
        if describe_limit(failure.keyword, failure.schema) and isinstance(
            value_at(self._data, failure.pointer), int | float
        ):
            expectation_text = f"a number that is {expectation_text}"
        help_ = violation.help or self._example(failure) or (f"write {expectation_text}" if expectation_text else None)
        return replace(violation, help=help_ or "write another value")

    def _corrections(self, failure: KeywordFailure) -> Iterator[Correction]:
        if describe_limit(failure.keyword, failure.schema):
            return iter(())  # a value beyond a limit has the right form, and no other is meant
        value = value_at(self._data, failure.pointer)
        is_container = isinstance(value, Mapping | list | tuple)
        spelling_text = None if is_container or self._spelling is None else self._spelling(failure.pointer)
        written = (value if isinstance(value, str) else format_value(value)) if spelling_text is None else spelling_text
        return corrections(failure.schema, value, written, self._schema_registry.resolve_reference)

    def _known_values(self, violation: SchemaViolation, failure: KeywordFailure) -> SchemaViolation:
        values = failure.schema.accepted_values
        options = [value if isinstance(value, str) else format_value(value) for value in values if value is not None]
        actual = value_at(self._data, failure.pointer)
        suggestion = closest_match(actual, texts(values)) if isinstance(actual, str) else None
        is_accepted = suggestion is not None and self._trial_edits.accepts_value(failure.pointer, suggestion)
        return replace(
            violation,
            help=_choices_help(suggestion, options, "known values"),
            suggestion=suggestion,
            replacement=suggestion if is_accepted else None,
        )

    def _example(self, failure: KeywordFailure) -> str | None:
        """The keys of the map that is expected; nothing where no map is expected."""
        if failure.keyword != "type" or "object" not in failure.schema.types:
            return None
        declared_keys = dict.fromkeys(
            [*failure.schema.required, *self._schema_registry.declared_properties(failure.schema)]
        )
        example_keys = list(declared_keys)[:_MAX_EXAMPLE_KEYS]
        if not example_keys:
            return None
        such_as = "the keys" if len(example_keys) == len(declared_keys) else "keys such as"
        return f"write a map with {such_as} {quote_list(example_keys, conjunction='and')}"

    def _declared_paths(self, pointer: Pointer) -> list[str]:
        """Where else the schema declares the key and accepts its value: as near to the root as possible.

        Parts that few documents have, such as `deploy.explainer.image`, are below those that most have, such as `runtime.image`.
        """
        parent, name = pointer[:-1], str(pointer[-1])
        paths = self._schema_registry.paths_by_key.get(name, ())
        for depth in sorted({len(path) for path in paths})[:_MAX_DEPTHS]:
            level = [path for path in paths if len(path) == depth]
            candidates = [path for path in level if path[: len(parent)] == parent] or level
            if len(candidates) > _MAX_LISTED_PATHS:
                return []
            if accepted_paths := [path for path in candidates if self._trial_edits.accepts_move(pointer, path)]:
                return [format_path(path) for path in accepted_paths]
        return []


def _corrected(violation: SchemaViolation, correction: Correction) -> SchemaViolation:
    return replace(violation, help=correction.help, replacement=correction.value, is_certain=correction.is_certain)


def _choices_help(suggestion: str | None, options: Sequence[str], label: str) -> str | None:
    """The nearest choice, and all choices where they are few."""
    if suggestion is None:
        return f"use {quote_list(options)}" if 0 < len(options) <= _MAX_LISTED_CHOICES else None
    question = f"did you mean `{suggestion}`?"
    is_short = 1 < len(options) <= _MAX_LISTED_AFTER_SUGGESTION
    return f"{question} {label}: {', '.join(f'`{option}`' for option in options)}" if is_short else question


def texts(values: Iterable[Json]) -> list[str]:
    """The values that are text."""
    return [value for value in values if isinstance(value, str)]

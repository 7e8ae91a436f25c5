"""Turns failures into messages: what was found, what was expected, and where to edit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from compiler.foundation.json_data import Json, Pointer, as_list, as_object, value_at
from compiler.foundation.suggestions import closest_match, quote_list
from compiler.json_schema.descriptions import (
    MAX_LISTED_OPTIONS,
    author_description,
    describe_expectation,
    describe_limit,
    describe_measure,
    format_value,
)
from compiler.json_schema.engine import KeywordFailure
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.violation import SchemaViolation

_MAX_LISTED_KEYS = 12
_UNEXPECTED_KEY_KEYWORDS = {"additionalProperties", "unevaluatedProperties", "propertyNames"}


class MessageBuilder:
    """Builds the messages for one schema and one document."""

    def __init__(
        self, schema_registry: SchemaRegistry, data: Json, spelling: Callable[[Pointer], str | None] | None
    ) -> None:
        self._schema_registry = schema_registry
        self._data = data
        self._spelling = spelling

    def violations(self, failures: Iterable[KeywordFailure]) -> list[SchemaViolation]:
        """One or more violations per failure; a required key that is misspelled is reported once, as the misspelling."""
        all_violations = [violation for failure in failures for violation in self._to_violations(failure)]
        unknown_keys = {item.pointer: item for item in all_violations if item.keyword == "unknown"}
        misspellings = {(item.pointer[:-1], item.suggestion) for item in unknown_keys.values()}
        unique_violations = [
            item for item in all_violations if item.keyword != "unknown" or unknown_keys[item.pointer] is item
        ]
        return [
            item
            for item in unique_violations
            if item.missing_key is None or (item.pointer, item.missing_key) not in misspellings
        ]

    def _to_violations(self, failure: KeywordFailure) -> Iterator[SchemaViolation]:
        if failure.keyword in _UNEXPECTED_KEY_KEYWORDS:
            yield from (self._unknown_key(failure, name) for name in failure.names)
        elif failure.keyword == "required":
            yield from (self._missing_key(failure, name) for name in failure.names)
        elif failure.keyword == "costly":
            message = (
                f"comparing the text with the pattern {format_value(failure.schema.get('pattern'))} takes too long"
            )
            yield SchemaViolation(
                failure.pointer, "costly", message, "write a pattern that does not repeat what it repeats"
            )
        elif failure.keyword == "false":
            yield self._forbidden_value(failure.pointer)
        elif failure.keyword == "not":
            yield from self._excluded_by_not(failure)
        elif failure.branches:
            yield self._alternatives_violation(failure)
        else:
            yield self._value_violation(failure)

    def _unknown_key(self, failure: KeywordFailure, name: str) -> SchemaViolation:
        pointer = (*failure.pointer, name)
        rule = as_object(failure.schema.get("propertyNames")) if failure.keyword == "propertyNames" else {}
        present = as_object(value_at(self._data, failure.pointer))
        candidates = [*self._schema_registry.declared_properties(failure.schema), *_str_items(rule.get("enum"))]
        unused_keys = sorted({key for key in candidates if key not in present})
        suggestion = closest_match(name, candidates)
        message = f"`{name}` is not known here"
        if description := author_description(rule):
            message += f": expected {description}"
        if suggestion in present:
            return SchemaViolation(pointer, "unknown", message, f"`{suggestion}` stands here already")
        return SchemaViolation(
            pointer,
            "unknown",
            message,
            _choices_help(suggestion, [f"`{key}`" for key in unused_keys]),
            suggestion=suggestion,
        )

    def _missing_key(self, failure: KeywordFailure, name: str) -> SchemaViolation:
        description = author_description(as_object(self._schema_registry.declared_properties(failure.schema).get(name)))
        hint = f"`{name}` is {description}" if description else None
        return SchemaViolation(failure.pointer, "required", f"`{name}` is missing", hint, missing_key=name)

    def _forbidden_value(self, pointer: Pointer) -> SchemaViolation:
        if not pointer:
            return SchemaViolation(pointer, "false", "nothing may stand here")
        if isinstance(pointer[-1], int):
            return SchemaViolation(pointer, "items", f"expected at most {pointer[-1]} elements, found more")
        return SchemaViolation(pointer, "unknown", f"`{pointer[-1]}` may not stand here")

    def _excluded_by_not(self, failure: KeywordFailure) -> Iterator[SchemaViolation]:
        """The keys that a `not` excludes; for any other `not`, the expectation that the schema's author wrote."""
        rule = as_object(failure.schema.get("not"))
        if set(rule) == {"required"}:
            keys = quote_list(_str_items(rule["required"]), conjunction="and")
            suffix = " together" * (len(as_list(rule["required"])) > 1)
            name = _str_items(rule["required"])[-1]
            yield SchemaViolation((*failure.pointer, name), "unknown", f"{keys} may not stand here{suffix}")
            return
        description = author_description(rule)
        message = (
            f"expected anything but {description}, found {self._describe_actual(failure.pointer)}"
            if description
            else None
        )
        yield SchemaViolation(
            failure.pointer, "not", message or f"{self._describe_actual(failure.pointer)} may not stand here"
        )

    def _alternatives_violation(self, failure: KeywordFailure) -> SchemaViolation:
        description = author_description(failure.schema)
        message = self._alternative_keys_message(failure) or self._alternative_values_message(failure, description)
        return SchemaViolation(failure.pointer, failure.keyword, message)

    def _alternative_keys_message(self, failure: KeywordFailure) -> str | None:
        """The message if the alternatives differ only in their required keys."""
        nodes = [as_object(alternative) for alternative in as_list(failure.schema.get(failure.keyword))]
        if not nodes or not all(set(node) == {"required"} for node in nodes):
            return None
        key_lists = [quote_list(_str_items(node["required"]), conjunction="with") for node in nodes]
        matching_keys = [key_lists[i] for i, branch in enumerate(failure.branches) if not branch]
        if not matching_keys:
            return f"expected {' or '.join(key_lists)}, found none of them"
        return f"expected only one of {', '.join(key_lists)}, found {' and '.join(matching_keys)}"

    def _alternative_values_message(self, failure: KeywordFailure, description: str | None) -> str:
        actual = self._describe_actual(failure.pointer)
        if description is None and not all(failure.branches):
            count = sum(not branch for branch in failure.branches)
            return f"expected exactly one of {len(failure.branches)} alternatives, found {actual}, which fits {count}"
        parts = [
            describe_expectation(branch_failure.keyword, branch_failure.schema)
            for branch in failure.branches
            for branch_failure in branch
        ]
        return f"expected {description or ' or '.join(dict.fromkeys(filter(None, parts)))}, found {actual}"

    def _value_violation(self, failure: KeywordFailure) -> SchemaViolation:
        expectation_text = describe_expectation(failure.keyword, failure.schema)
        message, suggestion, hint = self._special_message(failure), None, None
        if expectation_text:
            actual = self._describe_actual(failure.pointer)
            if describe_limit(failure.keyword, failure.schema) == expectation_text:
                actual = describe_measure(
                    failure.keyword,
                    value_at(self._data, failure.pointer),
                    lambda: self._describe_actual(failure.pointer),
                )
            message = f"expected {expectation_text}, found {actual}"
        if failure.keyword in {"enum", "const"}:
            suggestion, hint = self._option_suggestion(failure)
        return SchemaViolation(failure.pointer, failure.keyword, message, hint, suggestion=suggestion)

    def _option_suggestion(self, failure: KeywordFailure) -> tuple[str | None, str | None]:
        values = as_list(failure.schema.get("enum"))
        actual = value_at(self._data, failure.pointer)
        suggestion = closest_match(actual, _str_items(values)) if isinstance(actual, str) else None
        return suggestion, _choices_help(
            suggestion, [format_value(value) for value in values] if len(values) > MAX_LISTED_OPTIONS else []
        )

    def _special_message(self, failure: KeywordFailure) -> str:
        value = as_list(value_at(self._data, failure.pointer)) if failure.keyword == "uniqueItems" else ()
        for index, item in enumerate(value):
            if item in value[:index]:
                return f"expected every element once, found {format_value(item)} twice"
        if failure.keyword == "contains":
            description = (
                author_description(as_object(failure.schema.get("contains"))) or "an element of a certain form"
            )
            return f"expected the list to contain {description}, as often as is allowed"
        return {
            "unreadable": "the value is nested too deeply, or holds text that is not Unicode",
            "unevaluatedItems": "the list has elements that are not expected",
            "additionalItems": "the list has more elements than expected",
        }.get(failure.keyword, f"{self._describe_actual(failure.pointer)} does not satisfy `{failure.keyword}`")

    def _describe_actual(self, pointer: Pointer) -> str:
        value = value_at(self._data, pointer)
        spelling_text = (
            None if isinstance(value, Mapping | list | tuple) or self._spelling is None else self._spelling(pointer)
        )
        return format_value(value) if spelling_text is None else f"`{spelling_text}`" if spelling_text else "nothing"


def _choices_help(suggestion: str | None, options: Sequence[str]) -> str | None:
    if suggestion:
        return f"did you mean `{suggestion}`?"
    return f"one of: {', '.join(options)}" if 1 < len(options) <= _MAX_LISTED_KEYS else None


def _str_items(values: Json) -> list[str]:
    return [value for value in as_list(values) if isinstance(value, str)]

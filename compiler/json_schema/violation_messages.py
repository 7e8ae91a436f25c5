"""Violations in plain words: what the schema expected, and what it found. What to do about it is in `violation_help`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from compiler.foundation.json_data import Json, Pointer, value_at
from compiler.foundation.suggestions import quote_list
from compiler.json_schema.descriptions import (
    MAX_LISTED_OPTIONS,
    author_description,
    describe_expectation,
    describe_limit,
    describe_measure,
    format_value,
)
from compiler.json_schema.engine import UNEXPECTED_KEY_KEYWORDS, KeywordFailure
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.trial_edits import TrialEdits
from compiler.json_schema.violation import INCOMPLETE, SchemaViolation
from compiler.json_schema.violation_help import HelpBuilder

_MAX_LISTED_ALTERNATIVES = 10
_MAX_VIOLATIONS = 1000
"""The violations that are described for one piece of data; nobody reads more at once."""
_INCOMPLETE_VIOLATION = SchemaViolation(
    (), INCOMPLETE, "more values violate the schema than can be listed", "correct the listed values, and check again"
)


class MessageBuilder:
    """Turns the failures of one piece of data into violations."""

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
        self._help = HelpBuilder(schema_registry, data, spelling, trial_edits)

    def violations(self, failures: Iterable[KeywordFailure]) -> list[SchemaViolation]:
        """At least one violation for each failure; a key that is missing because it is misspelt is reported as misspelt."""
        violations = (violation for failure in failures for violation in self._to_violations(failure))
        all_violations = list(islice(violations, _MAX_VIOLATIONS))
        if next(violations, None) is not None:
            all_violations.append(_INCOMPLETE_VIOLATION)
        unknown_keys = {item.pointer: item for item in all_violations if item.keyword == "unknown"}
        explained_keys = {
            (item.pointer[:-1], key)
            for item in unknown_keys.values()
            for key in (item.suggestion, *self._nested_keys(item))
        }
        unique_violations = [
            item for item in all_violations if item.keyword != "unknown" or unknown_keys[item.pointer] is item
        ]
        return [
            item
            for item in unique_violations
            if item.missing_key is None or (item.pointer, item.missing_key) not in explained_keys
        ]

    def _nested_keys(self, violation: SchemaViolation) -> tuple[str, ...]:
        """Keys below an unknown key, such as `name` in `metadata: {name: x}`: they are in the wrong map, and not missing."""
        parent = value_at(self._data, violation.pointer[:-1])
        value = parent.get(str(violation.pointer[-1])) if isinstance(parent, Mapping) else None
        return tuple(value) if isinstance(value, Mapping) else ()

    def _to_violations(self, failure: KeywordFailure) -> Iterator[SchemaViolation]:
        if failure.keyword in UNEXPECTED_KEY_KEYWORDS:
            yield from (self._unknown_key(failure, name) for name in failure.names)
        elif failure.keyword == "required":
            yield from (self._missing_key(failure, name) for name in failure.names)
        elif failure.keyword == "costly":
            pattern = format_value(failure.schema.keywords.get("pattern"))
            message = f"comparing the text with the pattern {pattern} takes too long"
            help_ = "write a pattern without nested repetitions"
            yield SchemaViolation(failure.pointer, "costly", message, help_)
        elif failure.keyword == INCOMPLETE:
            yield _INCOMPLETE_VIOLATION
        elif failure.keyword == "false":
            yield _forbidden_value(failure.pointer)
        elif failure.keyword == "not":
            yield self._excluded_by_not(failure)
        elif failure.branches:
            yield self._alternatives_violation(failure)
        else:
            yield self._value_violation(failure)

    def _unknown_key(self, failure: KeywordFailure, name: str) -> SchemaViolation:
        pointer = (*failure.pointer, name)
        rule = failure.schema.subschema("propertyNames") if failure.keyword == "propertyNames" else SchemaNode()
        description = author_description(rule)
        message = (
            f"unknown key `{name}`" if description is None else f"expected a key that is {description}, found `{name}`"
        )
        return self._help.for_key(SchemaViolation(pointer, "unknown", message), failure.schema, rule)

    def _missing_key(self, failure: KeywordFailure, name: str) -> SchemaViolation:
        schema = self._schema_registry.declared_properties(failure.schema).get(name, SchemaNode())
        help_ = self._help.for_missing_key(name, schema)
        return SchemaViolation(failure.pointer, "required", f"`{name}` is missing", help_, missing_key=name)

    def _excluded_by_not(self, failure: KeywordFailure) -> SchemaViolation:
        """A `not` that only excludes keys names them; for any other, the message is the schema author's description."""
        rule = failure.schema.subschema("not")
        if set(rule.keywords) == {"required"}:
            names = rule.required
            keys = quote_list(names, conjunction="and")
            is_pair = len(names) > 1
            message = f"{keys} cannot be used together" if is_pair else f"{keys} is not allowed here"
            help_ = "remove one of them" if is_pair else "remove it"
            return SchemaViolation((*failure.pointer, names[-1]), "unknown", message, help_)
        description = author_description(rule)
        actual = self._describe_actual(failure.pointer)
        message = (
            f"expected a value other than {description}, found {actual}"
            if description
            else f"{actual} is not allowed here"
        )
        return SchemaViolation(failure.pointer, "not", message, "write another value")

    def _alternatives_violation(self, failure: KeywordFailure) -> SchemaViolation:
        keys = _alternative_keys(failure)
        if keys is not None:
            return SchemaViolation(failure.pointer, failure.keyword, *keys)
        description = author_description(failure.schema)
        message, expectation_text = self._alternative_values_message(failure, description)
        return self._help.for_value(
            SchemaViolation(failure.pointer, failure.keyword, message), failure, expectation_text
        )

    def _alternative_values_message(self, failure: KeywordFailure, description: str | None) -> tuple[str, str]:
        actual = self._describe_actual(failure.pointer)
        if description is None and not all(failure.branches):
            count = sum(not branch for branch in failure.branches)
            expected = f"exactly one of {len(failure.branches)} alternatives"
            return f"expected {expected}, found {actual}, which matches {count}", f"a value that matches {expected}"
        parts = [
            describe_expectation(branch_failure.keyword, branch_failure.schema)
            for branch in failure.branches
            for branch_failure in branch
        ]
        expectations = dict.fromkeys(filter(None, parts))
        is_long = len(expectations) > _MAX_LISTED_ALTERNATIVES
        listed = f"one of {len(failure.branches)} alternatives" if is_long else " or ".join(expectations)
        expected = description or listed or "a value that matches one of the alternatives"
        return f"expected {expected}, found {actual}", expected

    def _value_violation(self, failure: KeywordFailure) -> SchemaViolation:
        expectation_text = describe_expectation(failure.keyword, failure.schema)
        message = self._special_message(failure)
        if failure.keyword == "enum" and len(failure.schema.enum) > MAX_LISTED_OPTIONS:
            message = f"{self._describe_actual(failure.pointer)} is not a known value"
        elif expectation_text:
            actual = self._describe_actual(failure.pointer)
            if describe_limit(failure.keyword, failure.schema) == expectation_text:
                value = value_at(self._data, failure.pointer)
                actual = describe_measure(failure.keyword, value, lambda: self._describe_actual(failure.pointer))
            message = f"expected {expectation_text}, found {actual}"
        violation = SchemaViolation(failure.pointer, failure.keyword, message)
        return self._help.for_value(violation, failure, expectation_text)

    def _special_message(self, failure: KeywordFailure) -> str:
        value = value_at(self._data, failure.pointer)
        elements = value if failure.keyword == "uniqueItems" and isinstance(value, list | tuple) else ()
        for index, item in enumerate(elements):
            if item in elements[:index]:
                return f"expected unique elements, found {format_value(item)} twice"
        if failure.keyword == "contains":
            description = (
                author_description(failure.schema.subschema("contains")) or "an element that matches its schema"
            )
            return f"expected the list to contain {description}, within the allowed number"
        if failure.keyword in {"anyOf", "oneOf"} and not failure.branches:
            return f"{self._describe_actual(failure.pointer)} matches none of the alternatives, for too many reasons to list"
        return {
            "unreadable": "the value is nested too deeply, or contains text that is not Unicode",
            "unevaluatedItems": "the list has elements that are not allowed",
            "additionalItems": "the list has more elements than allowed",
        }.get(failure.keyword, f"{self._describe_actual(failure.pointer)} does not satisfy `{failure.keyword}`")

    def _describe_actual(self, pointer: Pointer) -> str:
        value = value_at(self._data, pointer)
        is_container = isinstance(value, Mapping | list | tuple)
        spelling_text = None if is_container or self._spelling is None else self._spelling(pointer)
        return format_value(value) if spelling_text is None else f"`{spelling_text}`" if spelling_text else "nothing"


def _forbidden_value(pointer: Pointer) -> SchemaViolation:
    if not pointer:
        return SchemaViolation(pointer, "false", "no value is allowed here", "remove it")
    if isinstance(pointer[-1], int):
        message = f"expected at most {pointer[-1]} elements, found more"
        return SchemaViolation(pointer, "items", message, "remove the other elements")
    return SchemaViolation(pointer, "unknown", f"`{pointer[-1]}` is not allowed here", "remove it")


def _alternative_keys(failure: KeywordFailure) -> tuple[str, str] | None:
    """The message and the help where each alternative only requires keys of its own."""
    nodes = failure.schema.alternatives(failure.keyword)
    if not nodes or not all(set(node.keywords) == {"required"} for node in nodes):
        return None
    key_lists = [quote_list(node.required, conjunction="with") for node in nodes]
    matching_keys = [key_lists[i] for i, branch in enumerate(failure.branches) if not branch]
    if not matching_keys:
        return f"expected {' or '.join(key_lists)}, found none of them", f"add {' or '.join(key_lists)}"
    message = f"expected only one of {', '.join(key_lists)}, found {' and '.join(matching_keys)}"
    return message, f"keep {' or '.join(matching_keys)}, and remove the others"

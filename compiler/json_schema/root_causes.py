"""Reduces the failures of an engine to those that must be fixed."""

from collections.abc import Hashable, Iterable, Sequence

from compiler.foundation.json_data import Json, Pointer
from compiler.json_schema.engine import KeywordFailure
from compiler.json_schema.registry import SchemaRegistry
from compiler.json_schema.schema_node import SchemaNode

_EXPECTS = "x-modelyard-expects"
_VALUE_KEYWORDS = (
    "false", "type", "const", "enum", "format", "pattern", "anyOf", "oneOf", "minLength", "maxLength", "minimum",
    "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "contentEncoding", "contentMediaType",
)  # fmt: skip
"""Keywords of which one location needs only the first message."""


def root_causes(failures: Iterable[KeywordFailure], schema_registry: SchemaRegistry) -> list[KeywordFailure]:
    """The failures that are causes: alternatives are replaced by the intended one, consequences are dropped."""
    candidates = [
        cause
        for failure in failures
        for cause in (_intended_branch(failure, schema_registry) if failure.branches else (failure,))
    ]
    return _drop_consequences(_drop_evaluated_keys(_unique_failures(candidates), schema_registry))


def _unique_failures(failures: Iterable[KeywordFailure]) -> list[KeywordFailure]:
    """The first of failures that look the same, in an order independent of evaluation."""
    by_identity: dict[Hashable, KeywordFailure] = {}
    for failure in failures:
        previous = by_identity.get(failure.identity)
        by_identity[failure.identity] = (
            failure if previous is None else min(failure, previous, key=lambda candidate: repr(candidate.schema))
        )
    return list(by_identity.values())


def _intended_branch(failure: KeywordFailure, schema_registry: SchemaRegistry) -> Sequence[KeywordFailure]:
    """The failures of the alternative that the author intended."""
    branches = [root_causes(branch, schema_registry) for branch in failure.branches]
    if not all(branches):
        return (failure,)  # several alternatives match
    type_matches = [branch for branch in branches if not _has_failure(branch, failure.pointer, ("type", "false"))]
    if not type_matches:
        return _merge_type_failures(failure, branches)
    discriminator_matches = [branch for branch in type_matches if not _discriminator_failures(failure.pointer, branch)]
    if not discriminator_matches:
        return _merge_discriminators(failure, type_matches) or min(type_matches, key=len)
    return (
        discriminator_matches[0] if len(discriminator_matches) == 1 else _closest_branch(failure, discriminator_matches)
    )


def _closest_branch(failure: KeywordFailure, branches: list[list[KeywordFailure]]) -> Sequence[KeywordFailure]:
    if all(
        branch_failure.pointer == failure.pointer and not branch_failure.names
        for branch in branches
        for branch_failure in branch
    ):
        return (failure,)  # alternative spellings of one value: only the author's expectation describes them
    common_identities = set.intersection(
        *({branch_failure.identity for branch_failure in branch} for branch in branches)
    )
    if common_identities:
        return [branch_failure for branch_failure in branches[0] if branch_failure.identity in common_identities]
    if all(len(branch) == 1 and _is_required_failure(branch[0], failure.pointer) for branch in branches):
        return (failure,)  # one of several keys is required
    return min(branches, key=len)


def _merge_type_failures(failure: KeywordFailure, branches: list[list[KeywordFailure]]) -> Sequence[KeywordFailure]:
    """One failure with the types of all alternatives; null is left out."""
    type_failures = [
        branch_failure
        for branch in branches
        for branch_failure in branch
        if branch_failure.keyword == "type" and branch_failure.schema.types != ("null",)
    ]
    if len(type_failures) == 1 and _EXPECTS not in failure.schema:
        return type_failures
    types = [name for branch_failure in type_failures for name in branch_failure.schema.types]
    if not types:
        return [KeywordFailure(failure.pointer, "false", SchemaNode())]
    annotations = {_EXPECTS: failure.schema.keywords[_EXPECTS]} if _EXPECTS in failure.schema else {}
    return [KeywordFailure(failure.pointer, "type", SchemaNode({"type": types, **annotations}))]


def _merge_discriminators(failure: KeywordFailure, branches: list[list[KeywordFailure]]) -> Sequence[KeywordFailure]:
    """One failure with the values that the alternatives accept for the key that distinguishes them."""
    pointers = set.intersection(
        *({item.pointer for item in _discriminator_failures(failure.pointer, branch)} for branch in branches)
    )
    enum_failures = []
    for pointer in sorted(pointers, key=str):
        failures_at_pointer = [item for branch in branches for item in branch if item.pointer == pointer]
        options: list[Json] = [option for item in failures_at_pointer for option in item.schema.accepted_values]
        unique_options = [item for i, item in enumerate(options) if item not in options[:i]]
        enum_failures.append(KeywordFailure(pointer, "enum", SchemaNode({"enum": unique_options})))
    return enum_failures


def _discriminator_failures(pointer: Pointer, branch: Sequence[KeywordFailure]) -> list[KeywordFailure]:
    depth = len(pointer) + 1
    return [failure for failure in branch if failure.keyword in {"const", "enum"} and len(failure.pointer) == depth]


def _is_required_failure(failure: KeywordFailure, pointer: Pointer) -> bool:
    return failure.keyword == "required" and failure.pointer == pointer


def _has_failure(failures: Iterable[KeywordFailure], pointer: Pointer, keywords: Sequence[str]) -> bool:
    return any(failure.pointer == pointer and failure.keyword in keywords for failure in failures)


def _drop_evaluated_keys(failures: list[KeywordFailure], schema_registry: SchemaRegistry) -> list[KeywordFailure]:
    """Drop keys that are unevaluated only because the schema that knows them failed for another reason."""
    kept_failures = []
    for failure in failures:
        names = failure.names
        if failure.keyword == "unevaluatedProperties" and _has_nested_failures(failure, failures):
            known_properties = schema_registry.declared_properties(failure.schema)
            names = tuple(name for name in names if name not in known_properties)
            if not names:
                continue
        kept_failures.append(KeywordFailure(failure.pointer, failure.keyword, failure.schema, names, failure.branches))
    return kept_failures


def _has_nested_failures(failure: KeywordFailure, failures: list[KeywordFailure]) -> bool:
    depth = len(failure.pointer)
    return any(candidate is not failure and candidate.pointer[:depth] == failure.pointer for candidate in failures)


def _drop_consequences(failures: list[KeywordFailure]) -> list[KeywordFailure]:
    """Drop failures below a value of the wrong type, and keep one failure if several are about the same value."""
    first_by_pointer: dict[Pointer, KeywordFailure] = {}
    for failure in failures:
        if _is_value_failure(failure):
            first_by_pointer[failure.pointer] = min(first_by_pointer.get(failure.pointer, failure), failure, key=_rank)
    type_error_pointers = {
        failure.pointer for failure in first_by_pointer.values() if failure.keyword in {"type", "false"}
    }
    return [failure for failure in failures if _is_cause(failure, first_by_pointer, type_error_pointers)]


def _is_cause(
    failure: KeywordFailure, first_by_pointer: dict[Pointer, KeywordFailure], type_error_pointers: set[Pointer]
) -> bool:
    if type_error_pointers and any(
        failure.pointer[:depth] in type_error_pointers for depth in range(len(failure.pointer))
    ):
        return False
    if failure.pointer in type_error_pointers:
        return failure is first_by_pointer[failure.pointer]
    return not _is_value_failure(failure) or failure is first_by_pointer[failure.pointer]


def _is_value_failure(failure: KeywordFailure) -> bool:
    return failure.keyword in _VALUE_KEYWORDS and not any(
        branch_failure.names for branch in failure.branches for branch_failure in branch
    )


def _rank(failure: KeywordFailure) -> tuple[int, str]:
    return (_VALUE_KEYWORDS.index(failure.keyword), repr(failure.schema))

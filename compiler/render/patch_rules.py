"""What consumers demand of patched values, and schemas of objects do not say: the `patchRules` of an emitter."""

from collections.abc import Iterable, Iterator, Mapping

from compiler.foundation.json_data import Json, Object, Pointer, value_at
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.validator import Validator
from compiler.json_schema.violation import SchemaViolation
from compiler.plan.emitters.emitter import Emitter
from compiler.render.field_paths import PathSteps, ends_at, parse_path, pointers_at
from compiler.spec.data_types import PatchRuleData

_NAME = "name"
"""The key by which most lists of objects merge."""


def patch_rule_violations(
    emitter: Emitter, document: Json, patched_pointers: Iterable[Pointer]
) -> Iterator[SchemaViolation]:
    """What is wrong with the values of an object that patches set."""
    pointers = sorted(patched_pointers, key=str)
    for rule in emitter.data.get("patchRules", ()) if pointers else ():
        if isinstance(document, Mapping) and document.get("kind") in rule.get("kinds", (document.get("kind"),)):
            yield from _rule_violations(rule, document, pointers)


def _rule_violations(rule: PatchRuleData, document: Object, pointers: Iterable[Pointer]) -> Iterator[SchemaViolation]:
    validator = Validator(rule.get("schema", {}), is_deferred=True)
    paths: list[PathSteps] = [parse_path(path) for path in rule["paths"]]
    references = [parse_path(path) for path in rule.get("references", ())]
    for pointer in pointers:
        if not any(ends_at(path, pointer) for path in paths):
            continue
        if not validator.is_valid(value_at(document, pointer)):
            yield _violation(rule, pointer, _similar_sibling(document, pointer))
        elif references:
            value, targets = value_at(document, pointer), set(_referenced_values(document, pointer, references))
            if isinstance(value, str) and value not in targets:
                yield _violation(rule, pointer, closest_match(value, targets))


def _violation(rule: PatchRuleData, pointer: Pointer, suggestion: str | None) -> SchemaViolation:
    question = f"did you mean `{suggestion}`? If not, " if suggestion else ""
    return SchemaViolation(pointer, "patchRules", rule["message"], f"{question}{rule['remedy']}", suggestion=suggestion)


def _referenced_values(document: Object, pointer: Pointer, references: Iterable[PathSteps]) -> Iterator[str]:
    """The texts at paths below any value above a value."""
    for length in range(len(pointer)):
        parent = value_at(document, pointer[:length])
        for path in references:
            for target in pointers_at(parent, path):
                value = value_at(parent, target)
                if isinstance(value, str):
                    yield value


def _similar_sibling(document: Object, pointer: Pointer) -> str | None:
    """The name of another element of the same list, which the name of an element resembles."""
    element, elements = value_at(document, pointer), value_at(document, pointer[:-1])
    if not isinstance(elements, list) or not isinstance(element, Mapping):
        return None
    names = [str(other[_NAME]) for other in elements if isinstance(other, Mapping) and _NAME in other]
    return closest_match(str(element.get(_NAME, "")), names)

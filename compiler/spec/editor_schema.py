"""What editors read of the published schemas."""

from pydantic.json_schema import JsonSchemaValue

_COMPILER_ANNOTATIONS = frozenset({"x-modelyard-control", "x-modelyard-used-by"})


def editor_schema(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The schema without annotations for the compiler next to a reference.

    Where a reference has siblings other than a description, editors show the description of the definition, not that of the field.
    """
    return {key: _without_annotations(value) for key, value in schema.items()}


def _without_annotations(node: object) -> object:
    if isinstance(node, list):
        return [_without_annotations(element) for element in node]
    if not isinstance(node, dict):
        return node
    removed_keys = _COMPILER_ANNOTATIONS if "$ref" in node else frozenset[str]()
    return {key: _without_annotations(value) for key, value in node.items() if key not in removed_keys}

"""The CEL variables about models: their schemas, and quantities converted to numbers."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, Pointer
from compiler.json_schema.schema_node import SchemaNode
from compiler.spec.language import AnnotationTree, Language, map_values
from compiler.spec.quantities import Cpu, Duration, Memory, Percentage

_UNRESOLVED_FIELDS = frozenset({"releases", "source", "version", "environments"})
DATASET_ROLES = ("training", "evaluation", "used")
"""The roles of a dataset in a model."""
_UNITS: Mapping[str, str] = MappingProxyType(
    {"duration": "seconds", "percentage": "one", "cpu": "cores", "memory": "bytes"}
)
"""The unit of each kind of quantity as a number."""
_QUANTITY = "x-modelyard-quantity"


def model_variable_schema(language: Language) -> Object:
    """The schema of a resolved model of any type, without its release, which is a variable of its own."""
    schema = SchemaNode(language.model_schema())
    properties = {key: node for key, node in schema.properties.items() if key not in _UNRESOLVED_FIELDS}
    entry = schema.definition("Entry").properties
    properties |= {key: entry[key] for key in ("release", "canary")}
    return {"type": "object", "properties": properties, "$defs": schema.definitions}


def release_variable_schema(language: Language, additional_fields: Object = MappingProxyType({})) -> Object:
    """The schema of a release of any type, with additional fields."""
    schema = SchemaNode(language.model_schema())
    properties = {
        **schema.definition(f"{language.types[0]}.Release").properties,
        "version": {"type": "string"},
        "digest": {"type": "string"},
        "source": {"allOf": [{"$ref": f"#/$defs/{name}.Source"} for name in language.types]},
        **additional_fields,
    }
    return {"type": "object", "properties": properties, "$defs": schema.definitions}


def dataset_variable_schema(language: Language) -> Object:
    """The schema of a dataset that a model refers to."""
    schema = language.kind_schema("Dataset")
    return {**schema, "properties": {**SchemaNode(schema).properties, "role": {"enum": list(DATASET_ROLES)}}}


def quantities_schema(schema: Object) -> Object:
    """The schema with each quantity replaced by a number."""
    return {keyword: _numeric_schema(value) for keyword, value in schema.items()}


def quantities_to_numbers(data: Object, quantity_tree: Mapping[str, AnnotationTree]) -> Object:
    """The data with each quantity replaced by a number: seconds, cores, bytes; a percentage is a fraction of one."""
    return map_values(data, quantity_tree, _to_number)


def _to_number(quantity: str, text: Json, _: Pointer) -> Json:
    return quantity_number(quantity, text) if quantity in _UNITS and isinstance(text, str) else text


@lru_cache(maxsize=4096)
def quantity_number(quantity: str, text: str) -> float:
    """The number of a quantity."""
    match quantity:
        case "duration":
            return float(Duration(text).seconds)
        case "percentage":
            return float(Percentage(text).ratio)
        case "cpu":
            return Cpu(text).millicores / 1000
        case "memory":
            return float(Memory(text).bytes)
    message = f"{quantity} is not a number"
    raise ValueError(message)


def _numeric_schema(node: Json) -> Json:
    if isinstance(node, Mapping):
        if node.get(_QUANTITY) in _UNITS:
            return {"type": "number"}
        return {key: _numeric_schema(child) for key, child in node.items()}
    return [_numeric_schema(child) for child in node] if isinstance(node, list) else node

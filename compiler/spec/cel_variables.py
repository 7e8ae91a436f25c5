"""What conditions see of models: the schemas that they are checked against, and quantities as numbers."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, Pointer, as_object, as_str
from compiler.spec.language import AnnotationTree, Language, map_values
from compiler.spec.quantities import Cpu, Duration, Memory, Percentage

_UNRESOLVED_FIELDS = frozenset({"releases", "source", "version", "environments"})
DATASET_ROLES = ("training", "evaluation", "used")
"""What a dataset is to a model that names it."""
_UNITS: Mapping[str, str] = MappingProxyType(
    {"duration": "seconds", "percentage": "one", "cpu": "cores", "memory": "bytes"}
)
"""What a quantity is counted in as a number."""
_QUANTITY = "x-modelyard-quantity"


def model_variable_schema(language: Language) -> Object:
    """The schema of a resolved model of any type; its release is told apart."""
    language_schema = language.model_schema()
    definitions = as_object(language_schema["$defs"])
    properties = {
        key: node for key, node in as_object(language_schema["properties"]).items() if key not in _UNRESOLVED_FIELDS
    }
    entry = as_object(as_object(definitions["Entry"])["properties"])
    properties |= {key: entry[key] for key in ("release", "canary")}
    return {"type": "object", "properties": properties, "$defs": definitions}


def release_variable_schema(language: Language) -> Object:
    """The schema of a release of any type."""
    definitions = as_object(language.model_schema()["$defs"])
    properties = {
        **as_object(as_object(definitions[f"{language.types[0]}.Release"])["properties"]),
        "version": {"type": "string"},
        "digest": {"type": "string"},
        "source": {"allOf": [{"$ref": f"#/$defs/{name}.Source"} for name in language.types]},
    }
    return {"type": "object", "properties": properties, "$defs": definitions}


def dataset_variable_schema(language: Language) -> Object:
    """The schema of a dataset that a model names."""
    schema = language.kind_schema("Dataset")
    return {**schema, "properties": {**as_object(schema["properties"]), "role": {"enum": list(DATASET_ROLES)}}}


def quantities_schema(schema: Object) -> Object:
    """The schema of the same with each quantity as a number."""
    return as_object(_numeric_schema(schema))


def quantities_to_numbers(data: Object, quantity_tree: Mapping[str, AnnotationTree]) -> Object:
    """The data with each quantity as a number: seconds, cores, bytes; a percentage as a share of one."""
    return map_values(data, quantity_tree, _to_number)


def _to_number(quantity: str, text: Json, _: Pointer) -> Json:
    return quantity_number(quantity, as_str(text)) if quantity in _UNITS else text


@lru_cache(maxsize=4096)
def quantity_number(quantity: str, text: str) -> float:
    """A quantity of the language as a number."""
    match quantity:
        case "duration":
            return float(Duration(text).seconds)
        case "percentage":
            return float(Percentage(text).ratio)
        case "cpu":
            return Cpu(text).millicores / 1000
        case "memory":
            return float(Memory(text).bytes)
    message = f"{quantity} is no number"
    raise ValueError(message)


def _numeric_schema(node: Json) -> Json:
    if isinstance(node, Mapping):
        if node.get(_QUANTITY) in _UNITS:
            return {"type": "number"}
        return {key: _numeric_schema(child) for key, child in node.items()}
    return [_numeric_schema(child) for child in node] if isinstance(node, list) else node

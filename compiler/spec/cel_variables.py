"""What conditions see of models: the schemas that they are checked against, and quantities as numbers."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, Pointer, as_object, as_str
from compiler.spec.language import Language, Places, replaced
from compiler.spec.quantities import Cpu, Duration, Memory, Percentage

_NOT_RESOLVED = frozenset({"releases", "source", "version", "environments"})
ROLES = ("training", "evaluation", "used")
"""What a dataset is to a model that names it."""
_UNITS: Mapping[str, str] = MappingProxyType(
    {"duration": "seconds", "percentage": "one", "cpu": "cores", "memory": "bytes"}
)
"""What a quantity is counted in as a number."""
_QUANTITY = "x-modelyard-quantity"


def model_view(language: Language) -> Object:
    """The schema of a resolved model of any type; its release is told apart."""
    whole = language.model_schema()
    definitions = as_object(whole["$defs"])
    properties = {key: node for key, node in as_object(whole["properties"]).items() if key not in _NOT_RESOLVED}
    entry = as_object(as_object(definitions["Entry"])["properties"])
    properties |= {key: entry[key] for key in ("release", "canary")}
    return {"type": "object", "properties": properties, "$defs": definitions}


def release_view(language: Language) -> Object:
    """The schema of a release of any type."""
    definitions = as_object(language.model_schema()["$defs"])
    properties = {
        **as_object(as_object(definitions[f"{language.types[0]}.Release"])["properties"]),
        "version": {"type": "string"},
        "digest": {"type": "string"},
        "source": {"allOf": [{"$ref": f"#/$defs/{name}.Source"} for name in language.types]},
    }
    return {"type": "object", "properties": properties, "$defs": definitions}


def dataset_view(language: Language) -> Object:
    """The schema of a dataset that a model names."""
    schema = language.kind_schema("Dataset")
    return {**schema, "properties": {**as_object(schema["properties"]), "role": {"enum": list(ROLES)}}}


def amounts_view(view: Object) -> Object:
    """The schema of the same with each quantity as a number."""
    return as_object(_numbered(view))


def amounts(data: Object, quantities: Mapping[str, Places]) -> Object:
    """The data with each quantity as a number: seconds, cores, bytes; a percentage as a share of one."""
    return replaced(data, quantities, _amount)


def _amount(quantity: str, text: Json, _: Pointer) -> Json:
    return number(quantity, as_str(text)) if quantity in _UNITS else text


@lru_cache(maxsize=4096)
def number(quantity: str, text: str) -> float:
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


def _numbered(node: Json) -> Json:
    if isinstance(node, Mapping):
        if node.get(_QUANTITY) in _UNITS:
            return {"type": "number"}
        return {key: _numbered(child) for key, child in node.items()}
    return [_numbered(child) for child in node] if isinstance(node, list) else node

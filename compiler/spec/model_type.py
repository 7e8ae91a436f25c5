"""What a type of model says of itself."""

from dataclasses import dataclass

from compiler.spec.base import Closed
from compiler.values import Object


@dataclass(frozen=True, slots=True)
class ModelType:
    """A type of model: its `source`, and its defaults as the weakest layer of every model of the type."""

    name: str
    title: str
    source: type[Closed]
    defaults: Object

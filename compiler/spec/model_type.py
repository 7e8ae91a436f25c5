"""The description of a model type."""

from dataclasses import dataclass

from compiler.foundation.json_data import Object
from compiler.spec.strict_model import StrictModel


@dataclass(frozen=True, slots=True)
class ModelType:
    """A model type: its `source`, and its defaults, which are the weakest layer of every model of the type.

    `must_select_pods`: a model of the type may not call every pod of a namespace.
    """

    name: str
    title: str
    source: type[StrictModel]
    defaults: Object
    must_select_pods: bool = False

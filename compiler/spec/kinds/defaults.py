"""Defaults: default values for every model below a folder."""

from typing import Literal

from compiler.spec.field_types import AnyMap, NameText
from compiler.spec.strict_model import Document


class Defaults(Document):
    """Default values for every model below the folder of the file, `_defaults.yaml`. Every other key is a field of Model."""

    kind: Literal["Defaults"]
    """Always `Defaults`."""
    types: dict[str, AnyMap] | None = None
    """Values by model type. They override the values for all types."""
    environments: dict[NameText, AnyMap] | None = None
    """Values by Environment or stage."""


KIND = Defaults

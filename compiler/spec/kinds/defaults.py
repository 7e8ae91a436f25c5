"""Defaults: values for every model below a folder."""

from typing import Any, Literal

from compiler.spec.field_types import NameText
from compiler.spec.strict_model import Document


class Defaults(Document):
    """Values for every model below its folder: the file is `_defaults.yaml`, and any other key is a field of Model."""

    kind: Literal["Defaults"]
    """Always `Defaults`."""
    types: dict[str, dict[str, Any]] | None = None
    """Values for the models below it of one type: they win over those for all."""
    environments: dict[NameText, dict[str, Any]] | None = None
    """Values for the models below it in one Environment or stage."""


KIND = Defaults

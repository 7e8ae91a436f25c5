"""Waiver: an exception from policies that expires."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.base import Document
from compiler.spec.fields import NameText


class Waiver(Document):
    """An exception from one or more policies."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    kind: Literal["Waiver"]
    """Always `Waiver`."""
    name: NameText
    """The waiver's own name."""


KIND = Waiver

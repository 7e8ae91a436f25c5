"""Policy: recognised by its head; what it says is read by the policy stage alone."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.base import Document
from compiler.spec.fields import NameText


class Policy(Document):
    """A rule with its own examples."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    kind: Literal["Policy"]
    """Always `Policy`."""
    name: NameText
    """The name that `policies` and waivers refer to."""


KIND = Policy

"""What templates access of their context."""

from dataclasses import dataclass, field
from typing import NamedTuple

from compiler.foundation.json_data import Pointer

ANY_ELEMENT = "*"
"""In paths: an element of a list, or a key that is computed."""


class TemplateLine(NamedTuple):
    """A template and the line in it."""

    template: str
    line: int


@dataclass(slots=True)
class TemplateAccess:
    """The paths that templates access, each starting with a name of the context.

    `values`: those whose value is used, with the line that does first. `presences`: those of which it only matters whether they are there.
    """

    values: dict[Pointer, TemplateLine] = field(default_factory=dict)
    presences: set[Pointer] = field(default_factory=set)

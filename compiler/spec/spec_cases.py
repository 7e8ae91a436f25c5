"""Files of test cases next to a spec: inputs and expected outputs of a model."""

from compiler.spec.field_types import AnyMap
from compiler.spec.strict_model import StrictModel, field


class Case(StrictModel):
    """One test case. A file of cases is a list of them, in YAML or JSON."""

    name: str = field(..., min_length=1)
    """What the case shows, in a few words."""
    input: object = field(...)
    """The input."""
    output: object = field(...)
    """The expected output. Of a map, only the keys given here are compared."""
    tolerance: float | None = field(ge=0)
    """The absolute tolerance of numbers. Default: one millionth."""
    responses: AnyMap | None = None
    """The responses of an ensemble's steps, by step name. `null` is a step that fails."""

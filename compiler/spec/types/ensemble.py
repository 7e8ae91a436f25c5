"""ensemble: several models that answer as one; a pipeline counts here."""

from typing import Literal

from compiler.spec.field_types import NameText, PathText, PercentageText, VersionRangeText
from compiler.spec.model_type import ModelType
from compiler.spec.strict_model import StrictModel, field


class Condition(StrictModel):
    """What must hold of a request (of the answer before it, in a sequence) for a step to be taken."""

    field: str = field(..., pattern=r"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*$")
    """The field that is looked at, with dots between its parts."""
    op: Literal["==", "!=", "<", "<=", ">", ">="]
    """How it is compared."""
    value: float | str | bool
    """What it is compared with."""


class Step(StrictModel):
    """One of the models."""

    name: NameText
    """What the step is called."""
    model: NameText = field(..., ref="Model", dependency="itself")
    """The Model that is asked."""
    release: VersionRangeText | None = None
    """The releases of that model that will do."""
    when: Condition | None = None
    """When the step is taken; absent: always."""
    weight: PercentageText | None = None
    """Its share of the requests, in a splitter."""
    data: Literal["request", "response"] | None = None
    """What it is given in a sequence: the request, or the answer of the step before."""
    required: bool | None = None
    """Whether the whole fails where the step fails."""


class Source(StrictModel):
    """Models and the way through them."""

    router: Literal["sequence", "splitter", "ensemble", "switch"]
    """`sequence` asks one after the other, `splitter` one by weight, `ensemble` all at once, `switch` the first whose condition holds."""
    steps: list[Step] = field(..., min_length=1, merge="name")
    """The models, in order."""
    tests: list[PathText] | None = field(min_length=1)
    """Files of cases beside the spec: a request, and the steps that it takes."""


TYPE = ModelType(name="ensemble", title="Ensemble", source=Source, defaults={"interface": {"protocol": "v2"}})

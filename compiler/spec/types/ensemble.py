"""ensemble: several models that answer as one. Pipelines are ensembles."""

from typing import Literal

from compiler.spec.field_types import NameText, PathText, PercentageText, VersionRangeText
from compiler.spec.model_type import ModelType
from compiler.spec.strict_model import StrictModel, field


class Condition(StrictModel):
    """A condition on the request, or in a sequence on the previous response, under which a step runs."""

    field: str = field(..., pattern=r"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*$")
    """The path of the field, with dots between its parts."""
    op: Literal["==", "!=", "<", "<=", ">", ">="]
    """The comparison of the field with the value."""
    value: float | str | bool
    """The value that the field is compared with."""


class Step(StrictModel):
    """One step, which calls one model."""

    name: NameText
    """The name of the step."""
    model: NameText = field(..., ref="Model", dependency="model")
    """The Model that the step calls."""
    release: VersionRangeText | None = field(used_by="checks")
    """The releases of the Model that are accepted."""
    when: Condition | None = None
    """The condition under which the step runs. Default: always."""
    weight: PercentageText | None = None
    """The share of the requests that the step receives, in a splitter."""
    data: Literal["request", "response"] | None = None
    """The input of the step in a sequence: the original request, or the response of the previous step."""
    required: bool | None = None
    """Whether the request fails if the step fails."""


class Source(StrictModel):
    """The models, and how requests are routed through them."""

    router: Literal["sequence", "splitter", "ensemble", "switch"]
    """How requests are routed: `sequence` calls the steps in order, `splitter` one step by weight, `ensemble` all steps at once, `switch`
    the first step whose condition is true.
    """
    steps: list[Step] = field(..., min_length=1, merge="name")
    """The steps, in order."""
    tests: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of test cases: a request, and the steps that it takes."""


TYPE = ModelType(name="ensemble", title="Ensemble", source=Source, defaults={"interface": {"protocol": "v2"}})

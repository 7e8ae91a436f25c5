"""rules: decisions that people wrote, run by an engine."""

from typing import Literal

from compiler.spec.field_types import PathText
from compiler.spec.model_type import ModelType
from compiler.spec.strict_model import StrictModel, field


class Source(StrictModel):
    """Decision files beside the spec, and the engine that runs them."""

    engine: Literal["opa", "gorules"]
    """What runs the files: `opa` runs Rego, `gorules` runs JSON decision models."""
    files: list[PathText] = field(..., min_length=1)
    """The decisions: files beside the spec, part of the release."""
    entrypoint: str | None = field(pattern=r"^[A-Za-z0-9_]+(?:[./][A-Za-z0-9_]+)*$")
    """The decision that is asked, such as `credit/policy/decision`."""
    hitPolicy: Literal["first", "collect"] | None = None
    """How the decision tables in the files choose among rows that match, where the engine has tables."""
    tests: list[PathText] | None = field(min_length=1)
    """Decision tests: files beside the spec."""


TYPE = ModelType(
    name="rules",
    title="Rules",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)

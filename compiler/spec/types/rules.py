"""rules: decisions that people wrote, run by an engine."""

from typing import Literal

from compiler.spec.field_types import PathText
from compiler.spec.model_type import ModelType
from compiler.spec.strict_model import StrictModel, field


class Source(StrictModel):
    """Decision files next to the spec, and the engine that runs them."""

    engine: Literal["opa", "gorules"]
    """The engine that runs the files: `opa` runs Rego, `gorules` runs JSON decision models."""
    files: list[PathText] = field(..., min_length=1)
    """Companion files of the decisions. They are part of the release."""
    entrypoint: str | None = field(pattern=r"^[A-Za-z0-9_]+(?:[./][A-Za-z0-9_]+)*$", used_by="callers")
    """The decision that requests evaluate, such as `credit/policy/decision`."""
    hitPolicy: Literal["first", "collect"] | None = field(used_by="checks")
    """The hit policy of the decision tables, if the engine has tables."""
    tests: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of decision tests."""


TYPE = ModelType(
    name="rules",
    title="Rules",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)

"""heuristic: rules of thumb that experts defined. Spreadsheets are heuristics."""

from typing import Literal

from compiler.spec.field_types import DurationText, PathText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Fallback, Parameter, Program, Settings, one_of_config
from compiler.spec.strict_model import field


class Source(Program, Settings):
    """A program, or decision models that an engine runs, and the reason for each parameter."""

    model_config = one_of_config("image", "engine", image=["digest"], engine=["files"])

    engine: Literal["gorules"] | None = None
    """The engine that runs the files. `gorules` runs JSON decision models."""
    files: list[PathText] | None = field(min_length=1)
    """Companion files: decision models of the engine, or data that the program reads."""
    entrypoint: str | None = field(pattern=r"^[A-Za-z0-9_]+(?:[./][A-Za-z0-9_]+)*$", used_by="callers")
    """The decision that requests evaluate."""
    parameters: list[Parameter] | None = field(merge="name")
    """The parameters that experts chose, each with its reason."""
    timeLimit: DurationText | None = field(control="enforced")
    """The maximum response time."""
    fallback: Fallback | None = field(used_by="callers", control="enforced")
    """What callers do while the model does not answer."""
    tests: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of test cases: an input, and the expected output."""


TYPE = ModelType(
    name="heuristic",
    title="Heuristic",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)

"""heuristic: a rule of thumb that somebody thought out; a spreadsheet counts here."""

from typing import Literal

from compiler.spec.field_types import DurationText, PathText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Fallback, Parameter, Program, Settings, one_of_config
from compiler.spec.strict_model import field


class Source(Program, Settings):
    """A program, or a decision model that an engine runs; the numbers in it with the reason for each."""

    model_config = one_of_config("image", "engine", image=["digest"], engine=["files"])

    engine: Literal["gorules"] | None = None
    """What runs the files: `gorules` runs JSON decision models."""
    files: list[PathText] | None = field(min_length=1)
    """Files beside the spec: decision models of the engine, or what the program reads."""
    entrypoint: str | None = field(pattern=r"^[A-Za-z0-9_]+(?:[./][A-Za-z0-9_]+)*$")
    """The decision that is asked of the engine."""
    parameters: list[Parameter] | None = field(merge="name")
    """The numbers that somebody chose, and why."""
    timeLimit: DurationText | None = None
    """The longest that an answer may take."""
    fallback: Fallback | None = None
    """What happens while it does not answer."""
    tests: list[PathText] | None = field(min_length=1)
    """Files of cases beside the spec: what is asked, and what it must answer."""


TYPE = ModelType(
    name="heuristic",
    title="Heuristic",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)

"""optimization: the best of what is allowed, found by a solver; a simulation counts here."""

from typing import Literal

from compiler.spec.field_types import DurationText, NameText, PathText, PercentageText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Fallback, Parameter, Program, Settings, one_of_config
from compiler.spec.strict_model import StrictModel, field


class Constraint(StrictModel):
    """Something that a solution must keep."""

    name: str = field(..., pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")
    """What the formulation calls it."""
    summary: str
    """What it says, in a sentence."""


class Objective(StrictModel):
    """What is made as small or as large as can be."""

    sense: Literal["minimize", "maximize"]
    """Which of the two."""
    summary: str
    """What is counted, in a sentence."""


class Limits(StrictModel):
    """When the solver stops."""

    time: DurationText
    """The longest that it may take."""
    gap: PercentageText | None = None
    """The gap between what was found and the best there can be, at which it stops earlier."""


class Source(Program, Settings):
    """A formulation, and the program that solves it."""

    model_config = one_of_config(image=["digest"])

    solver: NameText
    """The solver, such as `highs`, `cbc` or `simpy`."""
    objective: Objective | None = None
    """What is made as small or as large as can be."""
    constraints: list[Constraint] | None = field(merge="name")
    """What a solution must keep."""
    files: list[PathText] | None = field(min_length=1)
    """The formulation, beside the spec: files in LP or MPS format."""
    parameters: list[Parameter] | None = field(merge="name")
    """The numbers that somebody chose, and why."""
    limits: Limits
    """How long the search may take, and how good is good enough."""
    fallback: Fallback | None = None
    """What happens where nothing is found in time."""
    tests: list[PathText] | None = field(min_length=1)
    """Files of cases beside the spec: bounds that are changed, and what the solver must find."""


TYPE = ModelType(
    name="optimization",
    title="Optimization",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)

"""optimization: a solver that finds the best feasible solution. Simulations belong to this type."""

from typing import Literal

from compiler.spec.field_types import DurationText, NameText, PathText, PercentageText
from compiler.spec.model_type import ModelType
from compiler.spec.source_fields import Fallback, Parameter, Program, Settings, one_of_config
from compiler.spec.strict_model import StrictModel, field


class Constraint(StrictModel):
    """A constraint on solutions."""

    name: str = field(..., pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")
    """The name of the constraint in the formulation."""
    summary: str
    """The constraint, in one sentence."""


class Objective(StrictModel):
    """The objective function."""

    sense: Literal["minimize", "maximize"]
    """Whether the objective is minimised or maximised."""
    summary: str
    """The quantity, in one sentence."""


class Limits(StrictModel):
    """When the solver stops."""

    time: DurationText
    """The maximum solving time."""
    gap: PercentageText | None = None
    """The relative gap between the best solution found and the best bound, below which the solver stops."""


class Source(Program, Settings):
    """A formulation, and the solver that solves it."""

    model_config = one_of_config(image=["digest"])

    solver: NameText = field(..., used_by="records")
    """The solver, such as `highs`, `cbc` or `simpy`."""
    objective: Objective | None = field(used_by="checks")
    """The objective function."""
    constraints: list[Constraint] | None = field(merge="name", used_by="checks")
    """The constraints on solutions."""
    files: list[PathText] | None = field(min_length=1)
    """Companion files of the formulation, in LP or MPS format."""
    parameters: list[Parameter] | None = field(merge="name")
    """The parameters that experts chose, each with its reason."""
    limits: Limits = field(..., control="enforced")
    """The stopping criteria of the solver."""
    fallback: Fallback | None = field(used_by="callers", control="enforced")
    """What callers do if no solution is found in time."""
    tests: list[PathText] | None = field(min_length=1, used_by="checks")
    """Companion files of test cases: changed bounds, and the expected solution."""


TYPE = ModelType(
    name="optimization",
    title="Optimization",
    source=Source,
    defaults={"interface": {"protocol": "rest"}, "deploy": {"scaling": {"min": 1, "max": 1}}},
)

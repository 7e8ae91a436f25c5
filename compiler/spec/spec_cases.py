"""A file of cases beside a spec: what a model is asked, and what it must answer."""

from typing import Any

from compiler.spec.strict_model import StrictModel, field


class Case(StrictModel):
    """One question with its answer. A file of cases is a list of them, in YAML or JSON."""

    name: str = field(..., min_length=1)
    """What the case shows, in a few words."""
    input: Any = field(...)
    """What the model is asked."""
    output: Any = field(...)
    """What it must answer; of a map only the keys that stand here are compared."""
    tolerance: float | None = field(ge=0)
    """How far a number may be off; a millionth where absent."""
    answers: dict[str, Any] | None = None
    """What the steps of an ensemble answer on the way, by the step's name; `null` stands for a step that fails."""

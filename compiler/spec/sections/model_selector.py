"""The selector of models in the settings of a project."""

from compiler.spec.field_types import NameText
from compiler.spec.kinds.model import Lifecycle
from compiler.spec.sections.governance_fields import Tier
from compiler.spec.strict_model import StrictModel, field


class ModelSelector(StrictModel):
    """Selects models. A model must match every field that is set."""

    types: list[NameText] | None = field(min_length=1)
    """Model types."""
    lifecycle: list[Lifecycle] | None = field(min_length=1)
    """Lifecycle states."""
    tiers: list[Tier] | None = field(min_length=1)
    """Risk tiers, from `governance.risk.tier`."""
    classification: dict[NameText, list[str]] | None = None
    """Classes of the model's UseCase, by regime. The model must have one class of each list."""

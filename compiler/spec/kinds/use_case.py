"""UseCase: the decision that models serve."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from compiler.spec.field_types import DateText, NameText
from compiler.spec.strict_model import Document, StrictModel, field

CLASSES_BY_REGIME: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "eu-ai-act": ("prohibited", "high-risk", "limited-risk", "minimal-risk", "gpai", "gpai-systemic"),
    "us-federal": ("high-impact", "presumed-high-impact-determined-not", "not-high-impact"),
    "nyc-ll144": ("aedt", "not-aedt"),
})  # fmt: skip
"""Classes by regime: Regulation (EU) 2024/1689 (`limited-risk` for Article 50), OMB M-25-21, NYC Local Law 144; other regimes have any."""


class Classification(StrictModel):
    """What a regime makes of the use case, and who said so."""

    value: str
    """The class in the regime's own words, such as `high-risk`."""
    reference: str | None = None
    """Where the regime says so, such as `Annex III point 5(b)`."""
    role: str | None = None
    """What the organisation is in the regime's words, such as `provider` or `deployer`."""
    rationale: str | None = None
    """Why this class and no other."""
    decidedBy: NameText | None = field(ref="Team")
    """The Team that decided."""
    date: DateText | None = None
    """When it was decided."""


class UseCase(Document):
    """A business process and the decision in it that models serve; several models may serve one."""

    kind: Literal["UseCase"]
    """Always `UseCase`."""
    name: NameText
    """The name that `useCase` refers to."""
    summary: str
    """The decision in a sentence."""
    owner: NameText = field(..., ref="Team")
    """The Team that answers for the process."""
    process: str | None = None
    """The business process and the step of it."""
    domain: NameText | None = None
    """The part of the business that it belongs to, such as `lending`."""
    affected: list[str] | None = field(merge="union")
    """Groups of people whom the decision affects."""
    classification: dict[NameText, Classification] | None = field(value_choices=CLASSES_BY_REGIME)
    """The class of risk by regime, such as `eu-ai-act`."""


KIND = UseCase

"""UseCase: the decision that models serve."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from compiler.spec.field_types import DateText, DocumentNameText, NameText
from compiler.spec.strict_model import Document, StrictModel, field

CLASSES_BY_REGIME: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "eu-ai-act": ("prohibited", "high-risk", "limited-risk", "minimal-risk", "gpai", "gpai-systemic"),
    "us-federal": ("high-impact", "presumed-high-impact-determined-not", "not-high-impact"),
    "nyc-ll144": ("aedt", "not-aedt"),
})  # fmt: skip
"""Classes by regime: Regulation (EU) 2024/1689 (`limited-risk` for Article 50), OMB M-25-21, NYC Local Law 144. Other regimes may have any
class.
"""


class Classification(StrictModel):
    """The class of the use case under one regime, and who classified it."""

    value: str
    """The class in the regime's own terms, such as `high-risk`."""
    reference: str | None = None
    """The provision that determines the class, such as `Annex III point 5(b)`."""
    role: str | None = None
    """The organisation's role in the regime's own terms, such as `provider` or `deployer`."""
    rationale: str | None = None
    """The reason for the class."""
    decidedBy: NameText | None = field(ref="Team")
    """The Team that decided the class."""
    date: DateText | None = None
    """The date of the decision."""


class UseCase(Document):
    """A business process and the decision in it that one or more models serve."""

    kind: Literal["UseCase"]
    """Always `UseCase`."""
    name: DocumentNameText
    """The name of the use case. `useCase` refers to it."""
    summary: str
    """The decision in one sentence."""
    owner: NameText = field(..., ref="Team")
    """The Team that owns the process."""
    process: str | None = None
    """The business process, and the step in it."""
    domain: NameText | None = None
    """The business domain, such as `lending`."""
    affected: list[str] | None = field(merge="union")
    """Groups of people that the decision affects."""
    classification: dict[NameText, Classification] | None = field(value_choices=CLASSES_BY_REGIME)
    """The class of the use case by regime, such as `eu-ai-act`."""


KIND = UseCase

"""UseCase: the decision that models serve."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from compiler.spec.field_types import DateText, DocumentNameText, NameText
from compiler.spec.sections.governance_fields import Evidence
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


Purpose = Literal[
    # Annex III of Regulation (EU) 2024/1689, in its order.
    "remote-biometric-identification", "biometric-categorisation", "emotion-recognition", "biometric-verification",
    "critical-infrastructure", "education-admission", "education-assessment", "education-level", "exam-monitoring",
    "recruitment", "employment-decisions", "public-benefits", "creditworthiness", "fraud-detection", "life-health-insurance",
    "emergency-calls", "law-enforcement", "migration", "justice", "elections",
    # Article 5, in its order.
    "subliminal-manipulation", "exploitation-of-vulnerabilities", "social-scoring", "crime-prediction-by-profiling", "face-scraping",
    "emotion-recognition-at-work-or-school", "biometric-categorisation-of-sensitive-traits", "real-time-biometrics-for-law-enforcement",
    "non-consensual-intimate-content", "child-sexual-abuse-material",
    # Article 50(4).
    "deep-fakes", "public-information",
    # None of these.
    "other",
]  # fmt: skip
Effect = Literal[
    "civil-rights", "education", "housing", "insurance", "credit", "employment", "government-services", "health-and-safety",
    "critical-infrastructure", "public-safety", "strategic-assets",
]  # fmt: skip


class Facts(StrictModel):
    """What the system does. Rules derive the class of the use case from these facts."""

    purposes: list[Purpose] | None = field(merge="union")
    """The intended purposes, in the terms of Article 5, Article 50(4) and Annex III of Regulation (EU) 2024/1689; otherwise `other`."""
    automation: Literal["full", "assisted", "none"] | None = None
    """How far the system decides: `full` without a person, `assisted` if a person decides with its result, `none` if it decides nothing."""
    significantEffect: bool | None = None
    """Whether the decision has legal effects on a person, or affects the person similarly significantly."""
    personalData: bool | None = None
    """Whether the system processes personal data."""
    profiling: bool | None = None
    """Whether the system evaluates personal aspects of people automatically."""
    art6Exemption: (
        Literal["narrow-procedural-task", "improves-completed-activity", "detects-patterns", "preparatory-task"] | None
    ) = None
    """The condition of Article 6(3) of Regulation (EU) 2024/1689 under which a system of Annex III is not high-risk."""
    interactsWithPeople: bool | None = None
    """Whether people interact with the system directly, such as in a chat."""
    generates: list[Literal["text", "image", "audio", "video"]] | None = field(merge="union")
    """The kinds of content that the system generates."""
    onMarketSince: DateText | None = None
    """The date on which the system was placed on the market or put into service."""
    publicService: bool | None = None
    """Whether the deployer is a public body, or a private body that provides public services."""
    consumerReport: bool | None = None
    """Whether the decision uses information of a consumer reporting agency, such as a credit bureau."""
    usPrincipalBasis: bool | None = None
    """For agencies of the United States: whether the result is a principal basis for a decision or action."""
    usEffects: list[Effect] | None = field(merge="union")
    """For agencies of the United States: what the decision or action affects legally, materially, bindingly or significantly."""


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
    facts: Facts | None = None
    """What the system does. Rules derive the class of the use case from these facts."""
    classification: dict[NameText, Classification] | None = field(value_choices=CLASSES_BY_REGIME)
    """The class of the use case by regime, such as `eu-ai-act`."""
    evidence: list[Evidence] | None = field(merge="control")
    """Evidence that holds for every model of the use case, such as an impact assessment."""


KIND = UseCase

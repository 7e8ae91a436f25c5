"""The fields of governance: risk, intended use, reviews, evidence and approvals."""

from typing import Literal

from compiler.spec.field_types import DateText, DigestText, DurationText, NameText, ReleaseText, UriText
from compiler.spec.strict_model import StrictModel, field

Degree = Literal["low", "medium", "high"]
Tier = Literal["low", "medium", "high", "critical"]


class NamedRisk(StrictModel):
    """A known risk of the model."""

    name: str
    """A description of the risk."""
    mitigation: str | None = None
    """The measures against the risk."""
    status: Literal["open", "mitigated", "accepted"] | None = None
    """The status of the risk."""


class Risk(StrictModel):
    """The risk rating of the model."""

    tier: Tier
    """The risk tier on the organisation's own scale."""
    rationale: str | None = None
    """The reason for the tier."""
    materiality: Degree | None = None
    """How much depends on the model."""
    complexity: Degree | None = None
    """How difficult the model is to understand."""
    risks: list[NamedRisk] | None = field(merge="name")
    """Known risks, and the measures against them."""


class Fairness(StrictModel):
    """The expected effects of the model on one group of people."""

    group: str
    """The group of people."""
    benefits: str | None = None
    """The benefits for the group."""
    harms: str | None = None
    """The possible harms to the group."""
    mitigation: str | None = None
    """The measures against the harms."""


class Review(StrictModel):
    """The periodic review of the model."""

    interval: DurationText
    """The interval between reviews."""
    last: DateText | None = None
    """The date of the last review."""


class ValidationFinding(StrictModel):
    """A weakness of the model that a validation found."""

    title: str
    """The weakness, in a few words."""
    severity: Literal["critical", "high", "medium", "low"]
    """How serious the weakness is."""
    status: Literal["open", "resolved", "accepted"]
    """Whether the weakness remains: `accepted` means that it remains by decision."""
    due: DateText | None = None
    """The last day on which the owner must have resolved it."""


class Validation(StrictModel):
    """The result of an independent validation."""

    validatedBy: NameText = field(..., ref="Team")
    """The Team that validated the model."""
    date: DateText = field(..., at_most="next")
    """The date on which the validation was completed."""
    conclusion: Literal["approved", "conditional", "rejected"]
    """The result of the validation."""
    scope: list[str] | None = field(merge="union")
    """The subjects of the validation, such as `conceptual soundness` or `outcomes analysis`."""
    report: UriText | None = None
    """The validation report."""
    next: DateText | None = None
    """The date on which the next validation is due."""
    findings: list[ValidationFinding] | None = field(merge="title")
    """The weaknesses that the validation found."""


class Evidence(StrictModel):
    """Evidence that a control is effective."""

    control: str
    """The control, such as `EU-AI-Act:Art.9`."""
    uri: UriText
    """The location of the evidence."""
    digest: DigestText | None = None
    """The digest of the evidence."""
    date: DateText | None = field(at_most="validUntil")
    """The date of the evidence."""
    validUntil: DateText | None = None
    """The last day on which the evidence is valid."""


class Documentation(StrictModel):
    """Texts for technical documentation. Only the author can write them."""

    development: str | None = None
    """How the model was developed, and the third-party tools and pre-trained components that were used."""
    design: str | None = None
    """The general logic, the design choices and the assumptions behind them."""
    architecture: str | None = None
    """The architecture, and the computing resources that were used to develop it."""
    userInterface: str | None = None
    """The user interface that deployers see."""
    instructionsForUse: UriText | None = None
    """The location of the instructions for use."""
    distributionForms: str | None = None
    """The forms in which the model is put into service: a package, an API, a component of a product."""
    unintendedOutcomes: str | None = None
    """Foreseeable unintended outcomes, and the sources of risk to health, safety and rights."""
    metricsRationale: str | None = None
    """Why the evaluation metrics are appropriate."""
    testing: str | None = None
    """How the model was validated and tested, and the location of the dated and signed reports."""
    security: str | None = None
    """The cybersecurity measures."""
    riskManagement: str | None = None
    """The risk management system."""
    plannedChanges: str | None = None
    """Changes to the model and its performance that were determined in advance."""
    lifecycleChanges: str | None = None
    """Relevant changes over the lifecycle."""
    standards: list[str] | None = field(merge="union")
    """Standards that were applied."""
    declarationOfConformity: UriText | None = None
    """The location of the declaration of conformity."""
    registration: UriText | None = None
    """Where the model is registered, such as the EU database."""
    postMarketMonitoring: str | None = None
    """The post-market monitoring."""


class Transparency(StrictModel):
    """Information for the people who interact with the model, and machine-readable marks."""

    notice: str | None = None
    """How people are informed that they interact with an AI system."""
    marking: str | None = None
    """How generated content is marked as generated, in a machine-readable form."""
    explanation: str | None = None
    """How the main reasons for a single result are determined, and given to the person whom it affects."""
    appeal: str | None = None
    """How the person whom a result affects contests it, and reaches a person who can change it."""


class Logging(StrictModel):
    """The logs of the model's runs."""

    retention: DurationText = field(..., control="enforced")
    """How long logs are kept."""


class Governance(StrictModel):
    """What the organisation records about the model."""

    developer: NameText | None = field(ref="Team")
    """The Team that developed the model, if it is not the owner."""
    risk: Risk | None = None
    """The risk rating."""
    intendedUse: str | None = None
    """The intended use."""
    outOfScope: list[str] | None = field(merge="union")
    """Uses that are out of scope."""
    users: list[str] | None = field(merge="union")
    """The intended users."""
    assumptions: list[str] | None = field(merge="union")
    """Assumptions that the model relies on."""
    limitations: list[str] | None = field(merge="union")
    """Known limitations."""
    tradeoffs: list[str] | None = field(merge="union")
    """Trade-offs that were made."""
    adjustments: list[str] | None = field(merge="union")
    """Manual adjustments to the model's results (overlays), and the reason for them."""
    fairness: list[Fairness] | None = field(merge="group")
    """The expected effects on groups of people."""
    humanOversight: str | None = None
    """Who can override the model, and how."""
    transparency: Transparency | None = None
    """Information for the people who interact with the model, and machine-readable marks."""
    incidentResponse: str | None = None
    """Who decides about incidents, whom they are reported to, and within which time."""
    logging: Logging | None = None
    """The logs of the model's runs."""
    validation: Validation | None = None
    """The results of independent validations."""
    review: Review | None = None
    """The periodic review."""
    evidence: list[Evidence] | None = field(merge="control")
    """Evidence that controls are effective."""
    documentation: Documentation | None = None
    """Texts for technical documentation."""


class Approval(StrictModel):
    """An approval of the content that runs. It is a claim, and is valid only for content with the digests that its role binds."""

    environment: NameText = field(..., ref="Environment")
    """The Environment that the approval is for."""
    release: ReleaseText | None = None
    """The version that was approved. While another release runs in the environment, the approval is pending."""
    role: str
    """The role in which the Team approved: one of its `approvalRoles`."""
    team: NameText = field(..., ref="Team")
    """The Team that approved."""
    approver: NameText | None = None
    """The person who approved: one of the team's `members`."""
    decision: Literal["approved", "rejected"]
    """The decision."""
    date: DateText = field(..., at_most="expires")
    """The date of the approval."""
    runtimeDigest: DigestText
    """The runtime digest of the approved content. `modelyard approve` computes it."""
    governanceDigest: DigestText
    """The governance digest of the approved content. `modelyard approve` computes it."""
    ticket: str | None = None
    """The address of the discussion."""
    expires: DateText | None = None
    """The last day on which the approval is valid."""


class Link(StrictModel):
    """A link to a document about the model."""

    title: str
    """The title of the document."""
    url: UriText
    """The address of the document."""
    kind: Literal["documentation", "model-card", "risk-assessment", "dashboard", "source", "other"] | None = None
    """The kind of document."""

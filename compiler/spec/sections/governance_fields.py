"""What an organisation has to know of a model."""

from typing import Literal

from compiler.spec.field_types import DateText, DigestText, DurationText, NameText, UriText
from compiler.spec.strict_model import StrictModel, field

Degree = Literal["low", "medium", "high"]
Tier = Literal["low", "medium", "high", "critical"]


class NamedRisk(StrictModel):
    """Something that can go wrong."""

    name: str
    """What it is."""
    mitigation: str | None = None
    """What is done about it."""
    status: Literal["open", "mitigated", "accepted"] | None = None
    """What became of it."""


class Risk(StrictModel):
    """How much harm the model can do."""

    tier: Tier
    """The organisation's own scale."""
    rationale: str | None = None
    """Why this tier."""
    materiality: Degree | None = None
    """How much depends on it."""
    complexity: Degree | None = None
    """How hard it is to understand."""
    risks: list[NamedRisk] | None = field(merge="name")
    """What can go wrong, and what is done about it."""


class Fairness(StrictModel):
    """What the model means for a group of people."""

    group: str
    """The group."""
    benefits: str | None = None
    """What it gains."""
    harms: str | None = None
    """What it may suffer."""
    mitigation: str | None = None
    """What is done about that."""


class Review(StrictModel):
    """When the model is looked at again."""

    every: DurationText
    """The time between reviews."""
    last: DateText | None = None
    """The day of the last one."""


class Validation(StrictModel):
    """What somebody who did not make the model found out about it."""

    by: NameText = field(..., ref="Team")
    """The Team that validated it."""
    date: DateText
    """When it was completed."""
    conclusion: Literal["approved", "conditional", "rejected"]
    """What it came to."""
    scope: list[str] | None = field(merge="union")
    """What was looked at, such as `conceptual soundness` or `outcomes analysis`."""
    report: UriText | None = None
    """Where it is written down."""
    next: DateText | None = None
    """When the next one is due."""


class Evidence(StrictModel):
    """Something that shows that a control works."""

    control: str
    """The control, such as `EU-AI-Act:Art.9`."""
    uri: UriText
    """Where it is."""
    digest: DigestText | None = None
    """The digest of it."""
    date: DateText | None = None
    """When it was made."""
    validUntil: DateText | None = None
    """The last day on which it counts."""


class Documentation(StrictModel):
    """What technical documentation has to say in words; each field is a text, and only its author can write it."""

    development: str | None = None
    """How the model was developed, and with which tools and pre-trained parts of others."""
    design: str | None = None
    """The general logic, the design choices and the assumptions behind them."""
    architecture: str | None = None
    """How its parts fit together, and what they were computed with."""
    interface: str | None = None
    """What the people who use it see of it."""
    instructions: UriText | None = None
    """Where its instructions for use are."""
    supply: str | None = None
    """In which forms it is put into service: a package, an API, a part of something else."""
    outcomes: str | None = None
    """What it may cause unintentionally, and where risks to health, safety and rights come from."""
    metrics: str | None = None
    """Why the metrics it is judged by are the right ones."""
    testing: str | None = None
    """How it was validated and tested, and where the dated and signed reports are."""
    security: str | None = None
    """What keeps it safe from attacks."""
    riskManagement: str | None = None
    """How its risks are managed."""
    plannedChanges: str | None = None
    """Changes of it, and of what it does, that were decided on beforehand."""
    changes: str | None = None
    """Relevant changes over its life."""
    standards: list[str] | None = field(merge="union")
    """Standards that were applied."""
    conformity: UriText | None = None
    """Where the declaration of conformity is."""
    registration: UriText | None = None
    """Where it is registered, such as in the EU database."""
    postMarket: str | None = None
    """How it is watched once it is in use."""


class Transparency(StrictModel):
    """What people are told of it, and machines."""

    notice: str | None = None
    """How people are told that they deal with an AI system."""
    marking: str | None = None
    """How what it generates is marked as generated, for machines to read."""


class Logging(StrictModel):
    """What is kept of its runs."""

    retention: DurationText
    """How long logs are kept."""


class Governance(StrictModel):
    """What the organisation has to know of the model."""

    developer: NameText | None = field(ref="Team")
    """The Team that developed it, where the owner did not."""
    risk: Risk | None = None
    """How much harm it can do."""
    intendedUse: str | None = None
    """What it is for."""
    outOfScope: list[str] | None = field(merge="union")
    """What it is not for."""
    users: list[str] | None = field(merge="union")
    """Who works with it."""
    assumptions: list[str] | None = field(merge="union")
    """What it takes for granted."""
    limitations: list[str] | None = field(merge="union")
    """What it is known not to do."""
    tradeoffs: list[str] | None = field(merge="union")
    """What was given up for what."""
    adjustments: list[str] | None = field(merge="union")
    """What people add to its results, or take from them, by their own judgement (overlays), and why."""
    fairness: list[Fairness] | None = field(merge="group")
    """What it means for groups of people."""
    humanOversight: str | None = None
    """Who can overrule it, and how."""
    transparency: Transparency | None = None
    """What people are told of it, and machines."""
    logging: Logging | None = None
    """What is kept of its runs."""
    validation: Validation | None = None
    """What somebody who did not make it found out about it."""
    review: Review | None = None
    """When it is looked at again."""
    evidence: list[Evidence] | None = field(merge="control")
    """What shows that controls work."""
    documentation: Documentation | None = None
    """What technical documentation has to say in words."""


class Approval(StrictModel):
    """That somebody agreed to what runs: a claim, which counts for the content that it names and for no other."""

    environment: NameText = field(..., ref="Environment")
    """The Environment in which it may run."""
    role: str
    """The role in which it was agreed to: one that the Team holds."""
    team: NameText = field(..., ref="Team")
    """The Team."""
    decision: Literal["approved", "rejected"]
    """What was decided."""
    date: DateText
    """When."""
    runtimeDigest: DigestText
    """The digest of what runs, as it was then (`modelyard inventory`)."""
    governanceDigest: DigestText
    """The digest of who answers for it and which rules it keeps, as it was then."""
    ticket: str | None = None
    """Where it was discussed."""
    expires: DateText | None = None
    """The last day on which it counts."""


class Link(StrictModel):
    """Something to read about the model."""

    title: str
    """What it is."""
    url: UriText
    """Where it is."""
    kind: Literal["documentation", "model-card", "risk-assessment", "dashboard", "source", "other"] | None = None
    """What kind of thing it is."""

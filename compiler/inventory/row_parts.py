"""The parts of a row, typed. No field depends on the day on which it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

Day = date
Digest = Annotated[str, "digest"]
"""`sha256:` and 64 hexadecimal digits; the published schema uses the name of this type."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How to contact the owner."""

    email: str | None
    """A mailbox that the whole team reads."""
    chat: str | None
    """A chat channel of the team."""
    on_call: str | None
    """The on-call rotation."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The risk class of the use case in one regime, and who decided it."""

    regime: str
    """The regime, as named in `classification` of use cases."""
    value: str
    """The class, in the regime's terms."""
    reference: str | None
    """The provision that determines the class."""
    role: str | None
    """The organisation's role, in the regime's terms."""
    decided_by: str | None
    """The team that decided."""
    date: Day | None
    """The date of the decision."""
    derived: str | None = None
    """The class that follows from the facts of the use case."""
    derivation: str | None = None
    """Why it follows."""


@dataclass(frozen=True, slots=True)
class UseCase:
    """The decision that models serve."""

    name: str
    """The name."""
    summary: str
    """The decision in one sentence."""
    owner: str
    """The team that owns the process."""
    process: str | None
    """The business process and its step."""
    affected: Names
    """Groups of people whom the decision affects."""
    classification: tuple[Classification, ...]
    """Its classes, by regime."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A second release that receives a share of the requests."""

    release: str
    """The release."""
    weight: str
    """Its share of the requests."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The model in one environment."""

    environment: str
    """The environment."""
    stage: str
    """Its stage."""
    cluster: str | None
    """Its cluster."""
    namespace: str | None
    """The model's namespace."""
    target: str | None
    """The emitter that renders the model."""
    release: str
    """The release that runs."""
    release_digest: Digest
    """The digest of the release with its files."""
    canary: Canary | None
    """The canary."""
    suspended: bool
    """Whether the deployment is suspended."""
    runtime_digest: Digest
    """The runtime digest: what runs. Approvals name it."""
    governance_digest: Digest
    """The governance digest: owner and rules. Approvals name it."""


@dataclass(frozen=True, slots=True)
class Sla:
    """The service level agreement."""

    availability: str | None
    """The share of requests that are answered successfully."""
    latency: Mapping[str, str]
    """The maximum time to a complete response, by percentile."""
    time_to_first_token: Mapping[str, str]
    """The maximum time to the first token of a streamed response, by percentile."""
    freshness: str | None
    """The maximum time since the last successful run of a job."""
    window: str | None
    """The period over which the agreement is evaluated."""


DatasetRole = Literal["training", "evaluation", "used"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data that models are trained on, evaluated on, or read while they run."""

    name: str
    """The name."""
    summary: str | None
    """What the data is."""
    owner: str | None
    """The team that owns the data."""
    classification: str | None
    """Its classification."""
    sensitive_fields: Names
    """Fields with personal or otherwise sensitive data."""
    license: str | None
    """The licence."""
    retention: str | None
    """The retention period."""


@dataclass(frozen=True, slots=True)
class UsedDataset:
    """A dataset of the model and its role."""

    name: str
    """The name."""
    roles: tuple[DatasetRole, ...]
    """`training`: the model was trained on it; `evaluation`: it was evaluated on it; `used`: the model reads it while it runs."""
    classification: str | None
    """Its classification."""
    sensitive_fields: Names
    """Fields with personal or otherwise sensitive data."""
    retention: str | None
    """The retention period."""


@dataclass(frozen=True, slots=True)
class DependencyUse:
    """A model that is called while this one runs."""

    model: str
    """The model."""
    called_by: Literal["model", "callers"]
    """Who calls it: this model, or the callers of this model (a fallback, an embedding, a guardrail)."""
    release: str | None
    """The version range of releases that are accepted."""
    step: str | None
    """The step of the router that calls it."""
    condition: str | None
    """The condition of the step."""
    weight: str | None
    """The step's share of the requests."""
    environments: Names
    """The environments with this dependency."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor product in a running release."""

    release: str
    """The release."""
    provider: str
    """The vendor."""
    product: str
    """The product."""
    version: str | None
    """The vendor's version."""
    contract: str | None
    """The number of the contract."""
    expires: Day | None
    """The end of the contract."""


@dataclass(frozen=True, slots=True)
class Review:
    """The periodic review."""

    interval: str
    """The interval between reviews."""
    last: Day | None
    """The date of the last one."""
    next: Day | None
    """The date of the next one: the last plus the interval; absent if the last is unknown."""


@dataclass(frozen=True, slots=True)
class Validation:
    """The independent validation."""

    validated_by: str
    """The team that validated it."""
    date: Day
    """The date of completion."""
    conclusion: str
    """The conclusion."""
    next: Day | None
    """The date of the next one."""
    report: str | None
    """The report."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence that a control works."""

    control: str
    """The control."""
    uri: str
    """The location of the evidence."""
    date: Day | None
    """Its date."""
    valid_until: Day | None
    """Its last valid day."""


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of what runs."""

    environment: str
    """The environment."""
    role: str
    """The role of the approver."""
    team: str
    """The team."""
    decision: str
    """The decision."""
    date: Day
    """The date."""
    expires: Day | None
    """Its last valid day."""
    ticket: str | None
    """The ticket."""
    valid: bool
    """Whether it is valid: it names the two digests of what runs there now, and its team has the role."""
    invalid_reason: str | None
    """Why it is invalid."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A waiver of policies that applies to the model."""

    name: str
    """The Waiver."""
    policies: Names
    """The policies or packs."""
    paths: Names
    """The paths that are waived; empty for the whole model."""
    environments: Names
    """The environments that it applies to."""
    valid_from: Day | None
    """Its first day."""
    expires: Day
    """Its last day."""
    reason: str
    """The reason."""
    ticket: str
    """The ticket for the work that will make it unnecessary."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch of a rendered object."""

    kind: str
    """The kind of the object."""
    name: str | None
    """The name of the object, if several have the kind."""
    reason: str
    """The reason."""
    environments: Names
    """The environments with this patch."""


@dataclass(frozen=True, slots=True)
class UnmeasuredObjective:
    """An objective that nothing measures."""

    objective: str
    """The objective."""
    reason: str
    """Why nothing measures it."""
    environments: Names
    """The environments concerned."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A monitoring signal of the running model."""

    signal: str
    """The signal."""
    action: str
    """How a value beyond the threshold is reported."""
    response: str | None
    """What the people who get the report do."""
    measured: bool
    """Whether a Prometheus series measures it."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """The retirement of the model."""

    date: Day
    """The retirement date."""
    successor: str | None
    """The successor."""


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """The record fields of one regime, counted."""

    regime: str
    """The regime; for a record without a regime, the record's id."""
    total: int
    """The number of required fields."""
    missing: int
    """The number of missing ones: `modelyard records status` lists them."""

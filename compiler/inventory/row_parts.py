"""The parts of a row: what specs say of a model, joined and typed. No field depends on the day on which it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

Day = date
Digest = Annotated[str, "digest"]
"""`sha256:` and 64 hexadecimal digits; the published schema reads the word."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How the owner is reached."""

    email: str | None
    """A mailbox that the whole team reads."""
    chat: str | None
    """A channel of the team's chat."""
    on_call: str | None
    """The rotation that is paged."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of risk of the use case in one regime, and who said so."""

    regime: str
    """The regime, by the name that use cases classify by."""
    value: str
    """The class in the regime's own words."""
    reference: str | None
    """Where the regime says so."""
    role: str | None
    """What the organisation is in the regime's words."""
    decided_by: str | None
    """The Team that decided."""
    date: Day | None
    """When it was decided."""


@dataclass(frozen=True, slots=True)
class UseCase:
    """The decision that models serve."""

    name: str
    """Its name."""
    summary: str
    """The decision in a sentence."""
    owner: str
    """The Team that answers for the process."""
    process: str | None
    """The business process and the step of it."""
    affected: Names
    """Groups of people whom the decision affects."""
    classification: tuple[Classification, ...]
    """Its classes of risk."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A second release that takes part of the requests."""

    release: str
    """The release that is tried."""
    weight: str
    """Its share of the requests."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The model in one Environment."""

    environment: str
    """The Environment."""
    stage: str
    """Its stage."""
    cluster: str | None
    """Its cluster."""
    namespace: str | None
    """The namespace of the model in it."""
    target: str | None
    """The emitter that renders the model."""
    release: str
    """The release that runs."""
    release_digest: Digest
    """The digest of the release with its files."""
    canary: Canary | None
    """The release that is tried beside it."""
    suspended: bool
    """Whether it is stopped there."""
    runtime_digest: Digest
    """The digest of what runs; approvals name it."""
    governance_digest: Digest
    """The digest of who answers for it and which rules it keeps; approvals name it."""


@dataclass(frozen=True, slots=True)
class Sla:
    """What is promised to those who ask the model."""

    availability: str | None
    """The share of requests that are answered."""
    latency: Mapping[str, str]
    """Percentile to the time within which that share of answers arrives."""
    time_to_first_token: Mapping[str, str]
    """Percentile to the time within which that share of streamed answers begins."""
    freshness: str | None
    """The longest time since the last run of a job that ended well."""
    window: str | None
    """The period over which the promise is kept."""


DatasetRole = Literal["training", "evaluation", "used"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data that models were made from, judged on, or read while they run."""

    name: str
    """Its name."""
    summary: str | None
    """What the data is."""
    owner: str | None
    """The Team that answers for the data."""
    classification: str | None
    """Who may see it."""
    sensitive_fields: Names
    """Fields that hold personal or otherwise sensitive data."""
    license: str | None
    """Its licence."""
    retention: str | None
    """How long it is kept."""


@dataclass(frozen=True, slots=True)
class UsedDataset:
    """A dataset of the model, and what the model has to do with it."""

    name: str
    """Its name."""
    roles: tuple[DatasetRole, ...]
    """`training`: the model was made from it; `evaluation`: it was judged on it; `used`: it reads it while it runs."""
    classification: str | None
    """Who may see it."""
    sensitive_fields: Names
    """Fields that hold personal or otherwise sensitive data."""
    retention: str | None
    """How long it is kept."""


@dataclass(frozen=True, slots=True)
class DependencyUse:
    """A model that is asked while this one runs."""

    model: str
    """The model."""
    by: Literal["itself", "callers"]
    """Who asks it: this model, or whoever asks this model (a fallback, an embedding, a guardrail)."""
    release: str | None
    """The releases of it that will do."""
    step: str | None
    """The step of the router in which it is asked."""
    condition: str | None
    """When the step is taken."""
    weight: str | None
    """The step's share of the requests."""
    environments: Names
    """Where that holds."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """What was bought, in a release that runs."""

    release: str
    """The release."""
    provider: str
    """Who sells it."""
    product: str
    """What it is called."""
    version: str | None
    """The vendor's version."""
    contract: str | None
    """The number of the contract."""
    expires: Day | None
    """When the contract ends."""


@dataclass(frozen=True, slots=True)
class Review:
    """When the model is looked at again."""

    every: str
    """The time between reviews."""
    last: Day | None
    """The day of the last one."""
    next: Day | None
    """The day of the next one: the last, and the time between; absent where nobody says the last."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What somebody who did not make the model found out about it."""

    by: str
    """The Team that validated it."""
    date: Day
    """When it was completed."""
    conclusion: str
    """What it came to."""
    next: Day | None
    """When the next one is due."""
    report: str | None
    """Where it is written down."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows that a control works."""

    control: str
    """The control."""
    uri: str
    """Where it is."""
    date: Day | None
    """When it was made."""
    valid_until: Day | None
    """The last day on which it counts."""


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody agreed to what runs."""

    environment: str
    """The Environment in which it may run."""
    role: str
    """The role in which it was agreed to."""
    team: str
    """The Team."""
    decision: str
    """What was decided."""
    date: Day
    """When."""
    expires: Day | None
    """The last day on which it counts."""
    ticket: str | None
    """Where it was discussed."""
    holds: bool
    """Whether it counts: it names the two digests of what runs there now, and its team holds the role."""
    because: str | None
    """Why it does not count, where it does not."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception from policies that names the model."""

    name: str
    """The Waiver."""
    policies: Names
    """The policies, or packs of them."""
    paths: Names
    """The values that are excepted; none: the whole model."""
    environments: Names
    """Where the model runs that it holds for."""
    granted: Day | None
    """The first day on which it holds."""
    expires: Day
    """The last day on which it holds."""
    reason: str
    """Why it has to be."""
    ticket: str
    """Where the work is tracked that will make it unnecessary."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A merge over a rendered object: what the language does not say."""

    kind: str
    """The object's kind."""
    name: str | None
    """The object's name, where several have the kind."""
    reason: str
    """Why."""
    environments: Names
    """Where it is made."""


@dataclass(frozen=True, slots=True)
class UnmeasuredObjective:
    """An objective that nothing measures."""

    objective: str
    """The objective."""
    reason: str
    """Why nothing measures it."""
    environments: Names
    """Where."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of the running model that somebody wants to be watched."""

    signal: str
    """The signal."""
    action: str
    """What happens beyond the bar."""
    watched: bool
    """Whether a series holds it: else nothing in the cluster watches it."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """The model's end."""

    date: Day
    """When it stops."""
    successor: str | None
    """The Model that takes over."""


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """What the records of one regime have to say of the model, counted."""

    regime: str
    """The regime; of a record that is for none, the record's id."""
    asked: int
    """How many facts it asks for."""
    missing: int
    """How many of them nobody has said: `modelyard records status` names them."""

"""Model: what every type has in common."""

from typing import Any, Literal

from pydantic import ConfigDict

from compiler.spec.base import Closed, Document, field
from compiler.spec.fields import (
    CpuText,
    CronText,
    DateText,
    DigestText,
    DurationText,
    EnvVarText,
    HostText,
    ImageText,
    MemoryText,
    NameText,
    PercentageText,
    PolicyText,
    RangeText,
    TimeZoneText,
    UriText,
    VersionText,
)

Lifecycle = Literal["proposed", "development", "validation", "pilot", "production", "deprecated", "retired"]


class Evaluation(Closed):
    """A number that was measured on a release."""

    metric: str
    """What was measured, such as `auc`."""
    value: float
    """The number."""
    dataset: NameText | None = field(ref="Dataset")
    """The Dataset it was measured on."""
    slice: str | None = None
    """The part of the data, where it is not all of it."""


class Release(Closed):
    """What is published under one version: immutable from then on."""

    evaluations: list[Evaluation] | None = field(merge="metric")
    """What was measured on this release."""


class Runtime(Closed):
    """What serves the model, where it is not the target's own runtime."""

    image: ImageText | None = None
    """The image of the server; never the model itself."""
    digest: DigestText | None = None
    """The digest of that image."""
    version: str | None = field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
    """The version of the target's own runtime to use."""
    args: list[str] | None = None
    """Arguments of the server."""
    port: int | None = field(ge=1, le=65535)
    """The port that the server listens on."""
    health: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that answers 200 when the server can take requests."""


class Data(Closed):
    """The data that the model was made and judged with."""

    training: list[NameText] | None = field(merge="union", ref="Dataset")
    """Datasets it was trained, estimated or derived from."""
    evaluation: list[NameText] | None = field(merge="union", ref="Dataset")
    """Datasets it was judged on."""


class Tensor(Closed):
    """One named input or output (Open Inference Protocol)."""

    name: str
    """Its name."""
    datatype: Literal[
        "BOOL",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "FP16",
        "FP32",
        "FP64",
        "BYTES",
    ]
    """Its type, as the Open Inference Protocol names it."""
    shape: list[int] | None = None
    """Its dimensions; -1 where a dimension varies."""


class Interface(Closed):
    """How the model is asked."""

    protocol: Literal["v1", "v2", "grpc-v2", "openai", "rest", "sparql"] | None = None
    """The protocol of requests: `v1` and `v2` are KServe's (v2 is the Open Inference Protocol)."""
    inputs: list[Tensor] | None = field(merge="name")
    """What a request holds."""
    outputs: list[Tensor] | None = field(merge="name")
    """What an answer holds."""


class As(Closed):
    """How something reaches the running model."""

    env: EnvVarText
    """The environment variable that holds it."""


class Use(Closed):
    """A dataset or another model that the running model asks."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["dataset"]}, {"required": ["model"]}]},
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    dataset: NameText | None = field(ref="Dataset")
    """A Dataset with an endpoint or a uri."""
    model: NameText | None = field(ref="Model")
    """A Model that runs in the same environment."""
    release: RangeText | None = None
    """The releases of that model that will do."""
    as_: As = field(..., alias="as")
    """The environment variable that says where it is."""


class Sla(Closed):
    """What is promised to those who ask the model."""

    availability: PercentageText | None = None
    """The share of requests that are answered."""
    latency: dict[Literal["p50", "p90", "p95", "p99", "p99.9"], DurationText] | None = None
    """The time within which that share of answers arrives."""
    window: DurationText | None = None
    """The period over which the promise is kept."""


class LatencyObjective(Closed):
    """A share of requests that is answered within a time."""

    under: DurationText
    """The time."""
    for_: PercentageText = field(..., alias="for")
    """The share of requests."""


class Slo(Closed):
    """What alerts watch: never looser than what is promised."""

    availability: PercentageText | None = None
    """The share of requests that must be answered."""
    latency: list[LatencyObjective] | None = None
    """Shares of requests that must be answered within a time."""
    window: DurationText | None = None
    """The period over which the objective holds."""


class Resources(Closed):
    """What one replica may use: requested and limited alike."""

    cpu: CpuText | None = None
    """CPU a replica asks for."""
    memory: MemoryText | None = None
    """Memory a replica asks for, and its limit."""
    gpu: int | None = field(ge=1)
    """Whole accelerators a replica asks for."""


class Scaling(Closed):
    """How many replicas."""

    min: int | None = field(ge=0)
    """The fewest; 0 lets a target that can do so scale to nothing."""
    max: int | None = field(ge=1)
    """The most."""
    cpu: PercentageText | None = None
    """The share of the requested CPU at which another replica is added."""
    memory: PercentageText | None = None
    """The share of the requested memory at which another replica is added."""
    concurrency: int | None = field(ge=1)
    """The requests at once that one replica takes before another is added."""
    requestsPerSecond: int | None = field(ge=1)
    """The requests a second that one replica takes before another is added."""


class Secret(Closed):
    """A reference to a secret; never the value."""

    name: NameText
    """What the model calls it."""
    key: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    """Where it lies in the Environment's secret store: `path/property`."""
    as_: As = field(..., alias="as")
    """The environment variable that holds it."""


class Variable(Closed):
    """A plain environment variable."""

    name: EnvVarText
    """Its name."""
    value: str
    """Its value; a secret belongs under `secrets`."""


class PatchTarget(Closed):
    """Which rendered object is patched."""

    kind: str
    """The object's kind."""
    name: str | None = None
    """The object's name, where several have the kind."""


class Patch(Closed):
    """The escape hatch: a merge over one rendered object; it must match, and the result must pass the object's schema."""

    target: PatchTarget
    """Which object."""
    merge: dict[str, Any]
    """What is merged over it (RFC 7386: null removes)."""
    reason: str
    """Why the language does not say it; the register of records lists it."""


class Batch(Closed):
    """A job that runs by the clock instead of a server that is asked."""

    schedule: CronText
    """When it runs."""
    timeZone: TimeZoneText | None = None
    """The time zone of the schedule; UTC where absent."""
    overlap: Literal["allow", "forbid", "replace"] | None = None
    """What happens where the last run has not ended; absent: `forbid`."""
    deadline: DurationText | None = None
    """The longest that a run may take."""
    retries: int | None = field(ge=0)
    """How often a run that failed is tried again."""


class Volume(Closed):
    """A disk that outlives a replica."""

    size: MemoryText
    """How much it holds."""
    storageClass: str | None = field(pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The cluster's class of storage; absent: its default."""


class Expose(Closed):
    """How the model is reached from outside the cluster, through the Environment's gateway."""

    host: HostText
    """The host name that requests ask for."""
    path: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that requests begin with; absent: every path."""


class Deploy(Closed):
    """How the model is run."""

    target: NameText | None = None
    """The emitter that renders it, by its id: see the reference of targets."""
    resources: Resources | None = None
    """What one replica may use."""
    scaling: Scaling | None = None
    """How many replicas."""
    disruptionBudget: int | None = field(ge=1)
    """The fewest replicas that stay up while nodes are drained."""
    suspended: bool | None = None
    """Whether it is stopped: nothing of it runs, and everything that was said of it stays."""
    batch: Batch | None = None
    """A job that runs by the clock instead of a server that is asked."""
    volume: Volume | None = None
    """A disk that outlives a replica."""
    expose: Expose | None = None
    """How it is reached from outside the cluster."""
    env: list[Variable] | None = field(merge="name")
    """Plain environment variables."""
    secrets: list[Secret] | None = field(merge="name")
    """Secrets by reference."""
    egress: list[UriText] | None = field(merge="union")
    """What else the model may reach, beyond what it uses."""
    options: dict[str, Any] | None = None
    """Options of the target, which it describes itself."""
    patches: list[Patch] | None = None
    """Merges over single rendered objects, for what neither language nor options say."""


class Gate(Closed):
    """A bar that a release must clear."""

    metric: str
    """What is measured."""
    op: Literal[">=", ">", "<=", "<"]
    """How it is compared."""
    value: float
    """The bar."""


class Evaluate(Closed):
    """The job that judges a release."""

    gates: list[Gate] | None = field(merge="metric")
    """Bars that a release must clear before it can be promoted."""


class Retrain(Closed):
    """The job that makes a new release."""

    schedule: CronText
    """When it runs."""
    timeZone: TimeZoneText | None = None
    """The time zone of the schedule; UTC where absent."""


class Pipeline(Closed):
    """The model's CI jobs."""

    evaluate: Evaluate | None = None
    """The job that judges a release."""
    retrain: Retrain | None = None
    """The job that makes a new release."""


class Monitor(Closed):
    """A signal of the running model that is watched."""

    signal: Literal[
        "dataDrift", "predictionDrift", "dataQuality", "modelPerformance", "featureAttributionDrift", "fairnessDrift",
        "generationSafety", "cost",
    ]  # fmt: skip
    """What is watched."""
    method: Literal["psi", "ks", "jensenShannon", "wasserstein", "chiSquare"] | None = None
    """How it is measured."""
    threshold: float
    """The bar."""
    action: Literal["alert", "ticket", "retrain", "rollback"]
    """What happens beyond the bar."""


class Risk(Closed):
    """How much harm the model can do."""

    tier: Literal["low", "medium", "high", "critical"]
    """The organisation's own scale."""
    rationale: str | None = None
    """Why this tier."""


class Review(Closed):
    """When the model is looked at again."""

    every: DurationText
    """The time between reviews."""


class Governance(Closed):
    """What the organisation has to know of the model."""

    risk: Risk | None = None
    """How much harm it can do."""
    intendedUse: str | None = None
    """What it is for."""
    limitations: list[str] | None = field(merge="union")
    """What it is known not to do."""
    humanOversight: str | None = None
    """Who can overrule it, and how."""
    review: Review | None = None
    """When it is looked at again."""


class Canary(Closed):
    """A second release that takes part of the requests."""

    release: VersionText
    """The release that is tried."""
    weight: PercentageText
    """Its share of the requests."""


class Retirement(Closed):
    """The model's end."""

    date: DateText
    """When it stops."""
    successor: NameText | None = field(ref="Model")
    """The Model that takes over."""


class Model(Document):
    """A model of any type: who answers for it, what it promises, what runs, and where."""

    kind: Literal["Model"]
    """Always `Model`."""
    name: NameText = field(..., digest="runtime")
    """The name that others refer to, and that what is rendered carries."""
    type: str = field(..., digest="runtime")
    """What kind of model it is; says what `source` holds."""
    owner: NameText = field(..., digest="governance", ref="Team")
    """The Team that answers for it."""
    tenant: NameText | None = field(digest="runtime")
    """Whose namespace it runs in, where an Environment has one a tenant; never derived from the owner."""
    lifecycle: Lifecycle = field(..., digest="governance")
    """How far it is: says in which stages it may run."""
    summary: str = field(..., digest="governance")
    """What it does, in a sentence."""
    useCase: NameText | None = field(digest="governance", ref="UseCase")
    """The UseCase it serves."""
    labels: dict[NameText, str] | None = field(digest="governance")
    """The team's own labels, for selection; not put on what is rendered."""
    formerly: list[NameText] | None = field(merge="union", digest="governance")
    """Names it had before."""
    runtime: Runtime | None = field(digest="runtime")
    """What serves it, where it is not the target's own runtime."""
    data: Data | None = field(digest="governance")
    """The data it was made and judged with."""
    interface: Interface | None = field(digest="runtime")
    """How it is asked."""
    uses: list[Use] | None = field(digest="runtime")
    """What it asks while it runs."""
    sla: Sla | None = field(digest="governance")
    """What is promised."""
    slo: Slo | None = field(digest="governance")
    """What alerts watch; absent: the SLA."""
    deploy: Deploy | None = field(digest="runtime")
    """How it is run."""
    pipeline: Pipeline | None = field(digest="governance")
    """Its CI jobs."""
    monitoring: list[Monitor] | None = field(merge="signal", digest="governance")
    """Signals that are watched."""
    policies: list[PolicyText] | None = field(merge="union", digest="governance", kept=True)
    """Policies and packs that bind it beside those of the project."""
    governance: Governance | None = field(digest="governance")
    """What the organisation has to know of it."""
    release: VersionText | None = field(digest="runtime")
    """The release that runs; said for each environment, or left out where there is one release."""
    canary: Canary | None = field(digest="runtime")
    """A second release that takes part of the requests."""
    retirement: Retirement | None = field(digest="governance")
    """The model's end."""


KIND = Model

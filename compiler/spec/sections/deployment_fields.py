"""How a model is run."""

from typing import Any, Literal

from compiler.spec.field_types import (
    CpuText,
    CronText,
    DurationText,
    EnvVarText,
    HostText,
    LabelKeyText,
    LabelValueText,
    MemoryText,
    NameText,
    PercentageText,
    TimeZoneText,
    UriText,
)
from compiler.spec.sections.serving_fields import EnvBinding
from compiler.spec.strict_model import StrictModel, field


class Resources(StrictModel):
    """What one replica may use: requested and limited alike."""

    cpu: CpuText | None = None
    """CPU a replica asks for."""
    memory: MemoryText | None = None
    """Memory a replica asks for, and its limit."""
    gpu: int | None = field(ge=1)
    """Whole accelerators a replica asks for."""


class Scaling(StrictModel):
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


class Secret(StrictModel):
    """A reference to a secret; never the value."""

    name: NameText
    """What the model calls it."""
    key: str = field(..., pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
    """Where it lies in the Environment's secret store: `path/property`."""
    as_: EnvBinding = field(..., alias="as")
    """The environment variable that holds it."""


class Variable(StrictModel):
    """A plain environment variable."""

    name: EnvVarText
    """Its name."""
    value: str
    """Its value; a secret belongs under `secrets`."""


class PatchTarget(StrictModel):
    """Which rendered object is patched."""

    kind: str
    """The object's kind."""
    name: str | None = None
    """The object's name, where several have the kind."""


class Patch(StrictModel):
    """The escape hatch: a merge over one rendered object; it must match, and the result must pass the object's schema."""

    target: PatchTarget
    """Which object."""
    merge: dict[str, Any]
    """What is merged over it (RFC 7386: null removes)."""
    reason: str
    """Why the language does not say it; the inventory lists it."""


class Batch(StrictModel):
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


class Volume(StrictModel):
    """A disk that outlives a replica."""

    size: MemoryText
    """How much it holds."""
    storageClass: str | None = field(pattern=r"^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$")
    """The cluster's class of storage; absent: its default."""


class Expose(StrictModel):
    """How the model is reached from outside the cluster, through the Environment's gateway."""

    host: HostText
    """The host name that requests ask for."""
    path: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that requests begin with; absent: every path."""


class Adopt(StrictModel):
    """Objects that run already, and are brought under Modelyard without being made anew: what it would choose otherwise."""

    name: NameText | None = None
    """The name that they have; what is rendered is called so, or begins with it."""
    namespace: NameText | None = None
    """The namespace that they are in, whatever the Environment says."""
    selector: dict[LabelKeyText, LabelValueText] | None = field(min_length=1)
    """All labels that select their replicas: a cluster never lets them change."""


class Deploy(StrictModel):
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
    adopt: Adopt | None = None
    """Objects that run already, and are brought under Modelyard without being made anew."""
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

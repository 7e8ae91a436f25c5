"""Model: what every type has in common."""

from typing import Literal

from compiler.spec.field_types import (
    DateText,
    LicenseText,
    NameText,
    PercentageText,
    PolicyText,
    VersionText,
)
from compiler.spec.sections.deployment_fields import Deploy
from compiler.spec.sections.governance_fields import Approval, Governance, Link
from compiler.spec.sections.pipeline_fields import Pipeline
from compiler.spec.sections.service_level_fields import Monitor, Sla, Slo
from compiler.spec.sections.serving_fields import Dependency, Interface, Runtime
from compiler.spec.strict_model import Document, StrictModel, field

Lifecycle = Literal["proposed", "development", "validation", "pilot", "production", "deprecated", "retired"]
Approach = Literal["supervised", "unsupervised", "reinforcement-learning", "semi-supervised", "self-supervised"]


class Evaluation(StrictModel):
    """A number that was measured on a release."""

    metric: str
    """What was measured, such as `auc`."""
    value: float
    """The number."""
    dataset: NameText | None = field(ref="Dataset")
    """The Dataset it was measured on."""
    slice: str | None = None
    """The part of the data, where it is not all of it."""


class Release(StrictModel):
    """What is published under one version: immutable from then on."""

    date: DateText | None = None
    """The day on which it was made."""
    evaluations: list[Evaluation] | None = None
    """What was measured on this release."""


class Data(StrictModel):
    """The data that the model was made and judged with."""

    training: list[NameText] | None = field(merge="union", ref="Dataset")
    """Datasets it was trained, estimated or derived from."""
    evaluation: list[NameText] | None = field(merge="union", ref="Dataset")
    """Datasets it was judged on."""


class Canary(StrictModel):
    """A second release that takes part of the requests."""

    release: VersionText
    """The release that is tried."""
    weight: PercentageText
    """Its share of the requests."""


class Retirement(StrictModel):
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
    license: LicenseText | None = field(digest="governance")
    """SPDX identifier of the licence that it is under."""
    task: str | None = field(digest="governance", pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    """What it is asked to do, in a word that model hubs know, such as `tabular-classification`."""
    approach: Approach | None = field(digest="governance")
    """How it learnt, where it did."""
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
    uses: list[Dependency] | None = field(digest="runtime")
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
    policies: list[PolicyText] | None = field(merge="union", digest="governance", undeletable=True)
    """Policies and packs that bind it beside those of the project."""
    governance: Governance | None = field(digest="governance")
    """What the organisation has to know of it."""
    release: VersionText | None = field(digest="runtime")
    """The release that runs; said for each environment, or left out where there is one release."""
    canary: Canary | None = field(digest="runtime")
    """A second release that takes part of the requests."""
    retirement: Retirement | None = field(digest="governance")
    """The model's end."""
    links: list[Link] | None = field(merge="title", digest="governance")
    """What there is to read about it."""
    approvals: list[Approval] | None = field(digest="none")
    """Who agreed to what runs: part of neither digest, since each names both."""


KIND = Model

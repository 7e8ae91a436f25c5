"""Model: the fields that all model types share."""

from typing import Literal

from compiler.spec.field_types import (
    DateText,
    DocumentNameText,
    LicenseText,
    NameText,
    PercentageText,
    PolicyText,
    ReleaseText,
    UriText,
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
    """A metric that was measured on a release."""

    metric: str
    """The name of the metric, such as `auc`."""
    value: float
    """The measured value."""
    dataset: NameText | None = field(ref="Dataset")
    """The Dataset that the metric was measured on."""
    slice: str | None = None
    """The subset of the data that was measured. Default: all of it."""


class Release(StrictModel):
    """One published version of a model. It is immutable once published."""

    date: DateText | None = field(at_most="/retirement/date")
    """The date of the release."""
    evaluations: list[Evaluation] | None = None
    """The metrics that were measured on this release."""
    signature: UriText | None = None
    """The location of the signature of the artifact, such as a Sigstore bundle. Modelyard does not verify it."""


class Data(StrictModel):
    """The datasets that the model was trained and evaluated on."""

    training: list[NameText] | None = field(merge="union", ref="Dataset")
    """The datasets that the model was trained on, estimated from or derived from."""
    evaluation: list[NameText] | None = field(merge="union", ref="Dataset")
    """The datasets that the model was evaluated on."""


class Canary(StrictModel):
    """A second release that receives a share of the requests."""

    release: ReleaseText
    """The version of the second release."""
    weight: PercentageText
    """The share of the requests that the release receives."""


class Retirement(StrictModel):
    """The planned end of the model."""

    date: DateText
    """The date of retirement."""
    successor: NameText | None = field(ref="Model")
    """The Model that replaces it."""


class Model(Document):
    """A model of any type: its owner, its service levels, its releases, and where they run."""

    kind: Literal["Model"]
    """Always `Model`."""
    name: DocumentNameText = field(..., digest="runtime")
    """The name of the model. Other documents and all rendered objects carry it."""
    type: str = field(..., digest="runtime")
    """The type of the model. It determines the fields of `source`."""
    owner: NameText = field(..., digest="governance", ref="Team")
    """The Team that owns the model."""
    tenant: NameText | None = field(digest="runtime")
    """The tenant whose namespace the model runs in, in an Environment with one namespace per tenant. It is never derived from the owner."""
    lifecycle: Lifecycle = field(..., digest="governance")
    """The lifecycle state of the model. It determines the stages in which the model may run."""
    summary: str = field(..., digest="governance")
    """A description of the model in one sentence."""
    license: LicenseText | None = field(digest="governance")
    """The licence of the model: an SPDX identifier or expression."""
    task: str | None = field(digest="governance", pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    """The task of the model in the terms of model hubs, such as `tabular-classification`."""
    approach: Approach | None = field(digest="governance")
    """The learning method of the model, for a model that was trained."""
    useCase: NameText | None = field(digest="governance", ref="UseCase")
    """The UseCase that the model serves."""
    labels: dict[NameText, str] | None = field(digest="governance")
    """Labels that policies, waivers and filters select models by. They are not added to rendered objects."""
    previousNames: list[NameText] | None = field(merge="union", digest="governance")
    """Former names of the model."""
    runtime: Runtime | None = field(digest="runtime")
    """The serving runtime: an image of your own, or settings of the target's runtime."""
    data: Data | None = field(digest="governance")
    """The datasets that the model was trained and evaluated on."""
    interface: Interface | None = field(digest="runtime")
    """The protocol, the inputs and the outputs of the model."""
    uses: list[Dependency] | None = field(digest="runtime")
    """The datasets and models that the running model calls."""
    sla: Sla | None = field(digest="governance")
    """The service levels that are promised to callers."""
    slo: Slo | None = field(digest="governance")
    """The service level objectives. Alerts are rendered for them. Default: the SLA."""
    deploy: Deploy | None = field(digest="runtime")
    """How the model is deployed."""
    pipeline: Pipeline | None = field(digest="governance")
    """The model's CI jobs."""
    monitoring: list[Monitor] | None = field(merge="signal", digest="governance")
    """The signals that are monitored."""
    policies: list[PolicyText] | None = field(merge="union", digest="governance", undeletable=True)
    """Policies and policy packs that apply in addition to those of the project."""
    governance: Governance | None = field(digest="governance")
    """Governance information: risk, intended use, reviews, evidence."""
    release: ReleaseText | None = field(digest="runtime")
    """The release that runs. It is set per environment; a model with one release may omit it."""
    canary: Canary | None = field(digest="runtime")
    """A second release that receives a share of the requests."""
    retirement: Retirement | None = field(digest="governance")
    """The planned end of the model."""
    links: list[Link] | None = field(merge="title", digest="governance")
    """Links to documents about the model."""
    approvals: list[Approval] | None = field(digest="none")
    """Approvals of the content that runs. Neither digest covers them, because each approval names both digests."""


KIND = Model

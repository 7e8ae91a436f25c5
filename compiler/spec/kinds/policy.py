"""Policy: a rule that models must keep, with its own examples."""

from typing import Any, Literal

from compiler.spec.field_types import DateText, NameText, NonEmptyText, UriText
from compiler.spec.strict_model import Document, StrictModel, field

Lifecycle = Literal["proposed", "development", "validation", "pilot", "production", "deprecated", "retired"]
Enforcement = Literal["mandatory", "advisory"]


class Match(StrictModel):
    """Which models the policy is for: all that is said here must hold of a model."""

    types: list[NameText] | None = field(min_length=1)
    """Types of model."""
    lifecycle: list[Lifecycle] | None = field(min_length=1)
    """How far a model is."""
    tiers: list[Literal["low", "medium", "high", "critical"]] | None = field(min_length=1)
    """Tiers of risk: `governance.risk.tier`."""
    owners: list[NameText] | None = field(min_length=1, ref="Team")
    """Teams that own a model."""
    labels: dict[str, str] | None = None
    """Labels that a model has, with their values."""
    environments: list[NameText] | None = field(min_length=1)
    """Environments, or stages of them, in which a model runs."""
    classification: dict[NameText, list[str]] | None = None
    """Classes of the model's UseCase, by regime: one of each list."""
    when: str | None = None
    """A condition in CEL."""


class Rule(StrictModel):
    """A condition that must hold."""

    that: str
    """The condition, in CEL."""
    path: str | None = field(pattern=r"^[A-Za-z_][A-Za-z0-9_.\[\]*-]*$")
    """The field that is at fault where the condition cannot tell, such as `sla.availability`."""
    message: NonEmptyText
    """What is wrong where it does not hold; `{deploy.target}` stands for a value."""


class EffectivePeriod(StrictModel):
    """From one day to another, both included."""

    from_: DateText | None = field(alias="from")
    """The first day."""
    to: DateText | None = None
    """The last day."""


class Source(StrictModel):
    """What a policy rests on."""

    title: str
    """The document, with its section."""
    url: UriText | None = None
    """Where it can be read."""


class WaiverTerms(StrictModel):
    """Who may grant an exception."""

    allowed: bool = True
    """Whether there can be one at all."""
    roles: list[str] | None = field(min_length=1)
    """Roles (`approves` of a Team) of which the approvers hold one; absent: any."""
    independent: bool | None = None
    """Whether one of the approvers must be of another team than the one that owns the model."""
    days: int | None = field(ge=1)
    """The most days that may lie between the grant and its end."""


class Example(StrictModel):
    """What keeps the policy: as much of a resolved model, or of objects, as the rules look at."""

    name: str | None = None
    """What it shows, in a few words."""
    model: dict[str, Any] | None = None
    """The model; `type` tells which kind, `release` what runs."""
    environment: dict[str, Any] | None = None
    """The Environment that it runs in."""
    useCase: dict[str, Any] | None = None
    """The UseCase that it serves."""
    team: dict[str, Any] | None = None
    """The Team that owns it."""
    datasets: list[dict[str, Any]] | None = None
    """The Datasets that it was made from (`role: training` or `evaluation`) or uses (`role: used`)."""
    parts: list[dict[str, Any]] | None = None
    """The models that it asks, as models."""
    object: dict[str, Any] | None = None
    """A rendered object, for a policy on what is rendered."""
    models: list[dict[str, Any]] | None = None
    """Models where they run, for a policy on the fleet."""


class BadExample(Example):
    """What breaks the policy, and how that is told."""

    at: str | None = None
    """The value that is told to be at fault, such as `deploy.secrets[0].key`."""
    message: str | None = None
    """What is said of it."""


class Examples(StrictModel):
    """Examples are the policy's tests: `modelyard policy test` runs them."""

    good: list[Example] = field(..., min_length=1)
    """What keeps it."""
    bad: list[BadExample] = field(..., min_length=1)
    """What breaks it."""


class ObjectSelector(StrictModel):
    """Which rendered objects the policy is for."""

    kinds: list[str] | None = field(min_length=1)
    """Kinds of object, as the objects themselves say it."""


class Policy(Document):
    """A rule that models must keep: for whom it is, what must hold, what to do, and examples that show that it works."""

    kind: Literal["Policy"]
    """Always `Policy`."""
    name: NameText
    """The name that `policies` and waivers refer to; one of a pack is known as `<pack>/<name>`."""
    title: NonEmptyText
    """What it asks for, in a sentence."""
    severity: Literal["critical", "high", "medium", "low", "info"] = "medium"
    """How bad it is to break it."""
    enforcement: Enforcement = "mandatory"
    """Whether breaking it makes a check fail."""
    enforcementIn: dict[NameText, Enforcement] | None = None
    """What holds instead in an Environment, or a stage."""
    mandatoryFrom: DateText | None = None
    """The day from which it is mandatory; before, it is advisory."""
    match: Match | None = None
    """Which models it is for; absent: all."""
    on: Literal["model", "rendered", "fleet"] = "model"
    """What the rules look at: each model where it runs, each rendered object, or all models together."""
    by: str | None = None
    """On the fleet: what puts models into one group, in CEL; rules see a group at a time, and none of those where it is empty."""
    objects: ObjectSelector | None = None
    """Which rendered objects it is for; absent: all."""
    schema_: dict[str, Any] | None = field(alias="schema")
    """A JSON Schema (2020-12) that the resolved model, or the object, keeps."""
    rules: list[Rule] | None = field(min_length=1)
    """Conditions that hold."""
    remedy: NonEmptyText
    """What to do about it, as an imperative."""
    reason: str | None = None
    """Why it is asked for."""
    docs: UriText | None = None
    """Where more can be read."""
    owner: NameText | None = field(ref="Team")
    """The Team to ask."""
    controls: list[str] | None = field(merge="union")
    """Controls that it is evidence for, such as `EU-AI-Act:Art.14`."""
    sources: list[Source] | None = None
    """What it rests on."""
    inForce: EffectivePeriod | None = None
    """When it holds: what a law asks for begins on a day."""
    waiver: WaiverTerms | None = None
    """Who may grant an exception."""
    examples: Examples
    """What keeps it and what breaks it."""


KIND = Policy

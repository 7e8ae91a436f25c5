"""Policy: a rule that models must satisfy, with its own examples."""

from typing import Literal

from compiler.spec.field_types import AnyMap, DateText, DocumentNameText, NameText, NonEmptyText, WebUrlText
from compiler.spec.strict_model import Document, StrictModel, field

Lifecycle = Literal["proposed", "development", "validation", "pilot", "production", "deprecated", "retired"]
Enforcement = Literal["mandatory", "advisory"]


class Match(StrictModel):
    """The models that the policy applies to. A model must match every field that is set."""

    types: list[NameText] | None = field(min_length=1)
    """Model types."""
    lifecycle: list[Lifecycle] | None = field(min_length=1)
    """Lifecycle states."""
    tiers: list[Literal["low", "medium", "high", "critical"]] | None = field(min_length=1)
    """Risk tiers, from `governance.risk.tier`."""
    owners: list[NameText] | None = field(min_length=1, ref="Team")
    """Teams that own the model."""
    labels: dict[str, str] | None = None
    """Labels of the model, with their values."""
    environments: list[NameText] | None = field(min_length=1)
    """Environments, or stages, in which the model runs."""
    classification: dict[NameText, list[str]] | None = None
    """Classes of the model's UseCase, by regime. The model must have one class of each list."""
    when: str | None = None
    """A CEL expression that must be true."""


class Rule(StrictModel):
    """A condition that must be true."""

    expression: str
    """The CEL expression that must be true."""
    path: str | None = field(pattern=r"^[A-Za-z_][A-Za-z0-9_.\[\]*-]*$")
    """The field to report, such as `sla.availability`, when the fields that the expression reads do not identify it."""
    message: NonEmptyText
    """The message of the finding when the expression is false. `{deploy.target}` is replaced by that field's value."""


class EffectivePeriod(StrictModel):
    """A period. Both dates are included."""

    from_: DateText | None = field(alias="from")
    """The first day."""
    to: DateText | None = None
    """The last day."""


class Source(StrictModel):
    """The document that a policy is based on."""

    title: str
    """The title of the document, with the section."""
    url: WebUrlText | None = None
    """The address of the document."""
    date: DateText | None = None
    """The date of the document; for a law, that of its adoption, or on which a rule took effect."""


class WaiverTerms(StrictModel):
    """Who may grant a waiver of the policy, and for how long."""

    allowed: bool = True
    """Whether the policy can be waived."""
    roles: list[str] | None = field(min_length=1)
    """Roles of which the approvers must hold at least one (`approvalRoles` of a Team). Default: any role."""
    independentApprover: bool | None = None
    """Whether at least one approver must be from another team than the model's owner."""
    maxDays: int | None = field(ge=1)
    """The maximum number of days between `validFrom` and `expires` of a waiver."""


class Example(StrictModel):
    """An input that satisfies the policy: the part of a resolved model, or of rendered objects, that the rules read."""

    name: str | None = None
    """What the example shows, in a few words."""
    model: AnyMap | None = None
    """The model. `type` names its type, and `release` holds the release that runs."""
    environment: AnyMap | None = None
    """The Environment in which the model runs."""
    useCase: AnyMap | None = None
    """The UseCase that the model serves."""
    team: AnyMap | None = None
    """The Team that owns the model."""
    datasets: list[AnyMap] | None = None
    """The model's datasets, each with its role: `training`, `evaluation` or `used`."""
    dependencies: list[AnyMap] | None = None
    """The models that the model depends on, as models."""
    dependents: list[AnyMap] | None = None
    """The models that use the model, each with `name`, `owner`, `lifecycle` and `retirement`."""
    today: DateText | None = None
    """The day of the check."""
    digests: AnyMap | None = None
    """The digests of the model: `runtime` and `governance`."""
    approvals: list[AnyMap] | None = None
    """The approvals for the environment, as rules see them."""
    validations: list[AnyMap] | None = None
    """The validation of the model, as rules see it: no element or one."""
    evidence: list[AnyMap] | None = None
    """The evidence, as rules see it."""
    waivers: list[AnyMap] | None = None
    """The Waivers that select the model, as rules see them."""
    injectionCandidates: list[AnyMap] | None = None
    """Texts of tool manifests and skills that match a pattern, as rules see them."""
    object: AnyMap | None = None
    """A rendered object, for a policy on rendered objects."""
    models: list[AnyMap] | None = None
    """Deployed models, for a policy on the fleet."""


class BadExample(Example):
    """An input that violates the policy, and the finding that it must produce."""

    path: str | None = None
    """The field that the finding must report, such as `deploy.secrets[0].key`."""
    message: str | None = None
    """The message that the finding must have."""


class Examples(StrictModel):
    """The policy's tests. `modelyard policy test` runs them."""

    good: list[Example] = field(..., min_length=1)
    """Inputs that satisfy the policy."""
    bad: list[BadExample] = field(..., min_length=1)
    """Inputs that violate the policy."""


class ObjectSelector(StrictModel):
    """The rendered objects that the policy applies to."""

    kinds: list[str] | None = field(min_length=1)
    """Kinds of rendered objects: the values of their `kind` field."""


class Policy(Document):
    """A rule that models must satisfy: the models it applies to, its conditions, its remedy, and examples that test it."""

    kind: Literal["Policy"]
    """Always `Policy`."""
    name: DocumentNameText
    """The name of the policy. `policies` and waivers refer to it; a policy of a pack is named `<pack>/<name>`."""
    title: NonEmptyText
    """What the policy requires, in one sentence."""
    severity: Literal["critical", "high", "medium", "low", "info"] = "medium"
    """The severity of a violation."""
    enforcement: Enforcement = "mandatory"
    """Whether a violation makes `check` fail (`mandatory`) or not (`advisory`)."""
    enforcementIn: dict[NameText, Enforcement] | None = None
    """The enforcement by Environment or stage, where it differs."""
    mandatoryFrom: DateText | None = None
    """The date from which the policy is mandatory. Before that date it is advisory."""
    match: Match | None = None
    """The models that the policy applies to. Default: all models."""
    scope: Literal["model", "object", "fleet"] = "model"
    """What the rules are evaluated for: each deployed model, each rendered object, or the whole fleet at once."""
    groupBy: str | None = None
    """For a policy on the fleet: a CEL expression whose value groups the models. The rules are evaluated once per group; models for which
    the value is empty are skipped.
    """
    objects: ObjectSelector | None = None
    """The rendered objects that the policy applies to. Default: all objects."""
    schema_: AnyMap | None = field(alias="schema")
    """A JSON Schema (2020-12) that the resolved model, or the rendered object, must satisfy."""
    rules: list[Rule] | None = field(min_length=1)
    """Conditions that must be true."""
    remedy: NonEmptyText
    """How to fix a violation, as an imperative."""
    reason: str | None = None
    """Why the policy exists."""
    docs: WebUrlText | None = None
    """The address of further documentation."""
    owner: NameText | None = field(ref="Team")
    """The Team to contact about the policy."""
    controls: list[str] | None = field(merge="union")
    """Controls that the policy provides evidence for, such as `EU-AI-Act:Art.14`."""
    sources: list[Source] | None = None
    """The documents that the policy is based on."""
    inForce: EffectivePeriod | None = None
    """The period in which the policy applies, such as the period in which a law applies."""
    waiver: WaiverTerms | None = None
    """Who may grant a waiver of the policy, and for how long."""
    examples: Examples
    """Inputs that satisfy and inputs that violate the policy."""


KIND = Policy

"""Waiver: an exception from policies that expires."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.field_types import (
    DateText,
    DocumentNameText,
    FieldText,
    NameText,
    NonEmptyText,
    PolicyText,
    ReasonText,
)
from compiler.spec.strict_model import Document, StrictModel, field


class WaivedModels(StrictModel):
    """The models that the waiver covers. A model must match every field that is set, and at least one must be set."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    names: list[NameText] | None = field(min_length=1, ref="Model")
    """Names of models."""
    owners: list[NameText] | None = field(min_length=1, ref="Team")
    """Teams that own the models."""
    labels: dict[str, str] | None = field(min_length=1)
    """Labels of the models."""


class Approval(StrictModel):
    """One approval. It is a claim; the evidence is the review of the change that added the waiver."""

    team: NameText = field(..., ref="Team")
    """The Team that approved."""
    role: str
    """The role in which the team approved: one of its `approvalRoles`."""
    date: DateText | None = None
    """The date of the approval."""


class Waiver(Document):
    """An exception from policies: its scope, its reason, its approvals and its expiry."""

    kind: Literal["Waiver"]
    """Always `Waiver`."""
    name: DocumentNameText
    """The name of the waiver."""
    policies: list[PolicyText] = field(..., min_length=1)
    """The policies or policy packs that are waived."""
    models: WaivedModels
    """The models that the waiver covers."""
    environments: list[NameText] | None = field(min_length=1)
    """Environments, or stages, that the waiver covers. Default: all."""
    paths: list[FieldText] | None = field(min_length=1)
    """Values that the waiver covers, such as `deploy.secrets[store-token]`, including everything below them. Default: the whole model."""
    reason: ReasonText
    """Why the exception is needed."""
    ticket: NonEmptyText
    """The ticket that tracks the work to remove the need for the waiver."""
    approvedBy: list[Approval] = field(..., min_length=1)
    """The approvals."""
    validFrom: DateText | None = None
    """The first day on which the waiver applies."""
    expires: DateText
    """The last day on which the waiver applies."""


KIND = Waiver

"""Waiver: an exception from policies that expires."""

from typing import Literal

from pydantic import ConfigDict

from compiler.spec.field_types import DateText, FieldText, NameText, NonEmptyText, PolicyText
from compiler.spec.strict_model import Document, StrictModel, field


class WaivedModels(StrictModel):
    """Which models are excepted: all that is said here must hold of one, and something must be said."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    names: list[NameText] | None = field(min_length=1, ref="Model")
    """Names of models."""
    owners: list[NameText] | None = field(min_length=1, ref="Team")
    """Teams that own them."""
    labels: dict[str, str] | None = field(min_length=1)
    """Labels that they have."""


class Approval(StrictModel):
    """Somebody who agreed. It is a claim; evidence is in the review of the change that added the waiver."""

    team: NameText = field(..., ref="Team")
    """The Team."""
    role: str
    """The role in which it agreed: one of those that the team `approves`."""
    date: DateText | None = None
    """When."""


class Waiver(Document):
    """An exception from policies: for whom, why, who agreed, and until when."""

    kind: Literal["Waiver"]
    """Always `Waiver`."""
    name: NameText
    """The waiver's own name."""
    policies: list[PolicyText] = field(..., min_length=1)
    """The policies, or packs of them."""
    models: WaivedModels
    """The models that are excepted."""
    environments: list[NameText] | None = field(min_length=1)
    """Environments, or stages, in which it holds; absent: all."""
    paths: list[FieldText] | None = field(min_length=1)
    """The values that are excepted, such as `deploy.secrets[store-token]`, with all that is below; absent: the whole model."""
    reason: str = field(..., min_length=10, pattern=r"\S\s+\S")
    """Why it has to be."""
    ticket: NonEmptyText
    """Where the work is tracked that will make it unnecessary."""
    approvedBy: list[Approval] = field(..., min_length=1)
    """Who agreed."""
    granted: DateText | None = None
    """The day from which it holds."""
    expires: DateText
    """The last day on which it holds."""


KIND = Waiver

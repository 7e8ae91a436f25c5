"""Project: `modelyard.yaml`, the root of a repository."""

from typing import Any, Literal

from compiler.spec.field_types import DigestText, ImageText, NameText, PathText, PolicyText, UriText
from compiler.spec.kinds.model import Lifecycle
from compiler.spec.sections.governance_fields import Tier
from compiler.spec.strict_model import Document, StrictModel, field


class Folders(StrictModel):
    """Where the project keeps its files."""

    models: PathText = "models"
    """The folder of specs."""
    schemas: PathText = "schemas"
    """The folder of policies and of schemas of the cluster's own kinds."""
    templates: PathText = "templates"
    """The folder of the project's own emitters."""
    records: PathText = "records"
    """The folder that records of models are committed to."""


class Organisation(StrictModel):
    """Who makes the models, as records have to say it."""

    name: str
    """Its legal name."""
    address: str | None = None
    """Where it is registered."""
    email: str | None = field(pattern=r"^[^@\s]+@[^@\s]+$")
    """Where it can be written to."""
    url: UriText | None = None
    """Where it can be read about."""


class LockedImage(StrictModel):
    """The image that stands for a name that emitters use."""

    image: ImageText
    """The image; its registry may be left to the Environment."""
    digest: DigestText
    """The digest of the image: a tag alone can change under a release."""


class ModelSelector(StrictModel):
    """Which models something is made of: all that is said here must hold of one."""

    types: list[NameText] | None = field(min_length=1)
    """Types of model."""
    lifecycle: list[Lifecycle] | None = field(min_length=1)
    """How far a model is."""
    tiers: list[Tier] | None = field(min_length=1)
    """Tiers of risk: `governance.risk.tier`."""
    classification: dict[NameText, list[str]] | None = None
    """Classes of the model's UseCase, by regime: one of each list."""


class EmitterSetting(StrictModel):
    """What the project says of one emitter."""

    enabled: bool | None = None
    """Whether it makes anything; absent: as the emitter itself says."""
    takes: ModelSelector | None = None
    """Of which models it makes something, of those that it takes; models choose a target themselves."""
    options: dict[str, Any] | None = None
    """Options of an emitter that no model names, which it describes itself; those of a target stand in `deploy.options`."""


class Project(Document):
    """A repository of specs: its environments in order of promotion, what holds everywhere, and where output goes."""

    kind: Literal["Project"]
    """Always `Project`."""
    name: NameText
    """The first part of every object's identity."""
    organisation: Organisation | None = None
    """Who makes the models."""
    owner: NameText | None = field(ref="Team")
    """The Team that answers for what belongs to no other: this file, templates, teams, and who owns what."""
    folders: Folders | None = None
    """Where the project keeps its files."""
    environments: list[NameText | list[NameText]] = field(..., min_length=1)
    """Environments in order of promotion; those in a list of their own are promoted together."""
    defaults: dict[str, Any] | None = None
    """Values for every model, as the weakest layer above the type's own (fields of Model)."""
    types: dict[str, dict[str, Any]] | None = None
    """Values for every model of one type: they win over `defaults`."""
    policies: list[PolicyText] | None = field(merge="union")
    """Policies and packs that bind every model."""
    emitters: dict[NameText, EmitterSetting] | None = None
    """What is said of single emitters, by their ids."""
    images: dict[NameText, LockedImage] | None = None
    """The images that emitters ask for by name, each with its digest."""
    output: PathText = "build"
    """The folder that environment trees are rendered into."""


KIND = Project

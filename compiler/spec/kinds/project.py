"""Project: `modelyard.yaml`, the root of a repository."""

from typing import Literal

from compiler.spec.field_types import (
    AnyMap,
    DigestText,
    DocumentNameText,
    EmailText,
    ImageText,
    NameText,
    PolicyText,
    ProjectFolderText,
    WebUrlText,
)
from compiler.spec.sections.approval_settings import ApprovalSettings
from compiler.spec.sections.model_selector import ModelSelector
from compiler.spec.strict_model import Document, StrictModel, field


class Folders(StrictModel):
    """The folders of the project."""

    models: ProjectFolderText = "models"
    """The folder of specs."""
    schemas: ProjectFolderText = "schemas"
    """The folder of policies and of schemas of custom resources."""
    templates: ProjectFolderText = "templates"
    """The folder of the project's own emitters."""
    records: ProjectFolderText = "records"
    """The folder that committed records are written to."""


class Organisation(StrictModel):
    """The organisation that provides the models, as records name it."""

    name: str
    """The legal name of the organisation."""
    address: str | None = None
    """The registered address of the organisation."""
    email: EmailText | None = None
    """The email address for enquiries."""
    url: WebUrlText | None = None
    """The website of the organisation."""


class LockedImage(StrictModel):
    """The image that is used for a name in emitters."""

    image: ImageText
    """The image. Without a registry, the Environment's `registry` is used."""
    digest: DigestText
    """The digest of the image. It is required because a tag can move."""


class EmitterSetting(StrictModel):
    """The project's settings of one emitter."""

    enabled: bool | None = None
    """Whether the emitter is enabled. Default: the emitter's own default."""
    match: ModelSelector | None = None
    """The models that the emitter renders, of those that it supports. A target is selected by `deploy.target` of the model instead."""
    options: AnyMap | None = None
    """Options that the emitter declares. The options of a target are set in `deploy.options` of the model."""


class Project(Document):
    """A repository of specs: its environments in order of promotion, its defaults, and its output folder."""

    kind: Literal["Project"]
    """Always `Project`."""
    name: DocumentNameText
    """The name of the project. It is the first part of every object's identity."""
    organisation: Organisation | None = None
    """The organisation that provides the models."""
    owner: NameText | None = field(ref="Team")
    """The Team that owns the files without another owner: this file, templates, teams and code owners."""
    folders: Folders | None = None
    """The folders of the project."""
    environments: list[NameText | list[NameText]] = field(..., min_length=1)
    """The environments in order of promotion. Environments in an inner list are promoted together."""
    defaults: AnyMap | None = None
    """Default values for every model (fields of Model). Only the defaults of a model type are weaker."""
    types: dict[str, AnyMap] | None = None
    """Default values by model type. They override `defaults`."""
    policies: list[PolicyText] | None = field(merge="union")
    """Policies and policy packs that apply to every model."""
    approvals: ApprovalSettings | None = None
    """What approvals bind, and which approvals models must have."""
    emitters: dict[NameText, EmitterSetting] | None = None
    """Settings of emitters, by emitter id."""
    images: dict[NameText, LockedImage] | None = None
    """The images that emitters use, by name, each with its digest."""
    output: ProjectFolderText = "build"
    """The folder that the files of all environments are rendered into. It is separate from every folder in `folders`."""


KIND = Project

"""Parts of a release's `source` that several types of model have."""

from typing import Any, Literal

from pydantic import ConfigDict

from compiler.spec.field_types import DigestText, ImageText, NameText, PathText
from compiler.spec.sections.serving_fields import EnvBinding, Metrics
from compiler.spec.strict_model import StrictModel, field


def one_of_config(*choices: str, **dependent_required: list[str]) -> ConfigDict:
    """A closed map that has one of some keys; `together`: what a key asks for beside it."""
    extra: dict[str, Any] = {"oneOf": [{"required": [choice]} for choice in choices]} if choices else {}
    if dependent_required:
        extra["dependentRequired"] = dependent_required
    return ConfigDict(json_schema_extra=extra, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Fallback(StrictModel):
    """What happens while the model does not answer."""

    model: NameText | None = field(ref="Model", dependency="callers")
    """The Model that answers instead: it runs wherever this one does."""
    behaviour: Literal["refuse", "refer", "approve"] | None = None
    """What the caller does: refuse, refer to a person, or approve."""


class Program(StrictModel):
    """A model that is a program: an image that answers by itself."""

    image: ImageText | None = None
    """The image that is the model; without its digest."""
    digest: DigestText | None = None
    """The digest of that image."""
    args: list[str] | None = None
    """Arguments of the program."""
    port: int | None = field(ge=1, le=65535)
    """The port that it listens on; absent where it is asked nothing, such as a job."""
    health: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that answers 200 when it can take requests."""
    metrics: Metrics | None = None
    """Where it tells Prometheus what it counts."""


class Settings(StrictModel):
    """How what a release says of itself reaches the running model."""

    as_: EnvBinding | None = field(alias="as")
    """The environment variable that holds as JSON what the release says of parameters, limits and tools."""


class Parameter(StrictModel):
    """A number or a word that somebody chose."""

    name: NameText
    """What it is called."""
    value: float | str | bool
    """What was chosen."""
    unit: str | None = None
    """What it is counted in."""
    min: float | None = None
    """The least that is sensible."""
    max: float | None = None
    """The most that is sensible."""
    rationale: str
    """Why this value."""


class Prompt(StrictModel):
    """A text that a language model is asked with."""

    name: NameText
    """What it is called."""
    file: PathText
    """The text, beside the spec; `{{ name }}` stands for a variable."""
    variables: list[str] | None = field(merge="union")
    """Names of the variables in it."""

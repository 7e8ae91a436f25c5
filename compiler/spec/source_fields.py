"""Fields of `source` that several model types share."""

from typing import Literal

from pydantic import ConfigDict
from pydantic.config import JsonDict

from compiler.spec.field_types import DigestText, EnvVarText, ImageText, NameText, PathText
from compiler.spec.sections.serving_fields import Metrics
from compiler.spec.strict_model import StrictModel, field


def one_of_config(*choices: str, **dependent_required: list[str]) -> ConfigDict:
    """Configure a closed map that must have exactly one of `choices`; `dependent_required` lists the keys that a key requires."""
    extra: JsonDict = {"oneOf": [{"required": [choice]} for choice in choices]} if choices else {}
    if dependent_required:
        extra["dependentRequired"] = {key: list(keys) for key, keys in dependent_required.items()}
    return ConfigDict(json_schema_extra=extra, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Fallback(StrictModel):
    """What happens while the model does not answer."""

    model: NameText | None = field(ref="Model", dependency="callers")
    """The Model that answers instead. It must run in every environment of this model."""
    behaviour: Literal["refuse", "refer", "approve"] | None = None
    """What callers do: refuse, refer to a person, or approve."""


class Program(StrictModel):
    """A model that is a program: an image that answers requests itself."""

    image: ImageText | None = None
    """The image of the model, without its digest."""
    digest: DigestText | None = None
    """The digest of the image."""
    command: list[str] | None = None
    """The command of the program. Default: that of the image."""
    args: list[str] | None = None
    """Arguments of the program."""
    port: int | None = field(ge=1, le=65535)
    """The port that the program listens on. Omit it for a program that receives no requests, such as a job."""
    health: str | None = field(pattern=r"^/[A-Za-z0-9._~/-]*$")
    """The path that returns 200 when the program is ready for requests."""
    metrics: Metrics | None = None
    """The endpoint of the program's Prometheus metrics."""


class Settings(StrictModel):
    """How the running model receives the settings of its release."""

    settingsEnv: EnvVarText | None = None
    """The environment variable that receives the release's parameters, limits and tools as JSON."""


class Parameter(StrictModel):
    """A number or text that an expert chose."""

    name: NameText
    """The name of the parameter."""
    value: float | str | bool
    """The value of the parameter."""
    unit: str | None = field(used_by="records")
    """The unit of the value."""
    min: float | None = field(at_most="max", used_by="records")
    """The smallest reasonable value."""
    max: float | None = field(used_by="records")
    """The largest reasonable value."""
    rationale: str = field(..., used_by="records")
    """The reason for the value."""


class Prompt(StrictModel):
    """A prompt for a language model."""

    name: NameText
    """The name of the prompt."""
    file: PathText
    """The companion file with the text of the prompt. `{{ name }}` is replaced by the variable `name`."""
    variables: list[str] | None = field(merge="union", used_by="checks")
    """The names of the variables in the prompt."""

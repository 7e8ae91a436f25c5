"""How an emitter describes itself: `emitter.yaml` in its folder below `templates/`."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from compiler.spec.base import Closed, field
from compiler.spec.fields import NameText, PathText
from compiler.spec.kinds.model import Lifecycle


class Takes(Closed):
    """What the emitter is for; anything else is refused with the reason."""

    types: list[str] | None = None
    """Types of model; absent: every type."""
    lifecycle: list[Lifecycle] | None = None
    """Lifecycles; absent: every one that may run."""


class Need(Closed):
    """What must hold of the environment and the model."""

    that: str
    """A CEL expression that must be true."""
    because: str
    """Why, in a clause that ends a sentence."""
    help: str | None = None
    """What to do, as an imperative."""


class Cannot(Closed):
    """What the target cannot express: refused, never dropped."""

    when: str
    """A CEL expression; true where the specification asks for it."""
    because: str
    """Why not, in a clause that ends a sentence."""
    field: str | None = None
    """The field of the model to point at, such as `deploy.disruptionBudget`; absent: what the expression reads first."""
    instead: NameText | None = None
    """The emitter that can."""
    help: str | None = None
    """What to do, as an imperative; absent: to remove it, or to use the emitter that can."""


class Image(Closed):
    """An image that the emitter needs, by a name of its own."""

    name: NameText
    """The name: `images.<name>` in templates, and the key in the project's `images`."""
    when: str | None = None
    """A CEL expression; the image is needed where it is true."""


class File(Closed):
    """A file that the emitter makes."""

    path: str
    """Where it goes, below the unit's folder: a one-line template."""
    template: PathText
    """Its template, in the emitter's folder; ends in `.j2`."""
    per: Literal["deployment", "environment", "project"] = "deployment"
    """What there is one of: a model in an environment, an environment, or the project."""
    when: str | None = None
    """A CEL expression; the file is made where it is true."""
    format: Literal["yaml", "json", "markdown", "html", "shell", "text"] | None = None
    """The format; absent: by the path's ending."""
    schema_: str | None = Field(None, alias="schema")
    """What checks it: `<group>/<version>/<kind>`, or the name of a JSON Schema in the emitter's folder."""
    resource: bool = True
    """Whether `unit.resources` lists it, for whoever assembles a unit."""
    delimiters: Literal["curly", "square"] = "curly"
    """`square`: expressions are `[[ ]]` and blocks `[% %]`, for outputs that have braces of their own."""
    languages: dict[str, str] | None = None
    """Fields that are a language of their own: place in the output to encoder, such as `spec.groups[].rules[].expr: promql`."""


class Emitter(Closed):
    """A folder of templates that makes files: a target, a CI provider, a way of delivery, a monitor, a record."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: NameText
    """The id: what `deploy.target` and `emitters` say."""
    title: str
    """What it is called."""
    summary: str | None = None
    """What it makes, in a sentence."""
    enabled: bool = True
    """Whether it is on where the project says nothing of it. A target is on where a model names it."""
    forkedFrom: str | None = field(pattern=r"^sha256:[0-9a-f]{64}$")
    """For an emitter that shadows a shipped one: the digest of the folder it was forked from."""
    takes: Takes | None = None
    """What it is for."""
    capabilities: dict[str, Any] | None = None
    """Capabilities of an Environment that it reads and nobody else declares: name to JSON Schema."""
    needs: list[Need] | None = None
    """What must hold for it to work."""
    cannot: list[Cannot] | None = None
    """What it cannot express."""
    options: dict[str, Any] | None = None
    """JSON Schema of `deploy.options`; closed."""
    images: list[Image] | None = None
    """Images it needs: the project's `images` says which they are."""
    files: list[File] = field(..., min_length=1)
    """What it makes."""
    exports: dict[NameText, dict[str, Any]] | None = None
    """What others may read of a model that it renders: each value may be a one-line template."""
    sli: dict[str, str] | None = None
    """Series that measure what it renders: `total`, `errors`, `latency`."""

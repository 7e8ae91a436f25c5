"""How an emitter describes itself: `emitter.yaml` in its folder below `templates/`."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, WithJsonSchema

from compiler.spec.field_types import DateText, NameText, PathText, UriText
from compiler.spec.kinds.policy import Source
from compiler.spec.kinds.project import ModelSelector
from compiler.spec.sections.service_level_fields import Indicator
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class EmitterSelector(ModelSelector):
    """What the emitter is for; anything else is refused with the reason."""

    when: str | None = None
    """A CEL expression that must be true; a target says what it cannot do under `cannot` instead."""


class Requirement(StrictModel):
    """What must hold of the environment and the model."""

    that: str
    """A CEL expression that must be true."""
    because: str
    """Why, in a clause that ends a sentence."""
    help: str | None = None
    """What to do, as an imperative."""
    field: str | None = field(pattern=r"^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$")
    """Where it is to be said, such as `options.email`, `team.contacts` or `environment.delivery.branch`: it is told there, once for all
    models that lack it; absent: `deploy.target`."""


class UnsupportedFeature(StrictModel):
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


class Image(StrictModel):
    """An image that the emitter needs, by a name of its own."""

    name: NameText
    """The name: `images.<name>` in templates, and the key in the project's `images`."""
    when: str | None = None
    """A CEL expression; the image is needed where it is true."""


class File(StrictModel):
    """A file that the emitter makes."""

    path: str
    """Where it goes below the output folder, within what there is one of it for: a one-line template."""
    place: str | None = None
    """Where it is committed, from the repository's root: a one-line template; absent: it lies below the output folder alone."""
    template: PathText
    """Its template, in the emitter's folder; ends in `.j2`."""
    per: Literal["deployment", "model", "release", "environment", "project"] = "deployment"
    """What there is one of: a model in an environment, a model, a release of it that runs, an environment, or the project."""
    when: str | None = None
    """A CEL expression; the file is made where it is true."""
    last: bool | Annotated[int, Field(ge=1)] = False
    """Whether it is made after the other files of its unit, if there are any, and sees `path`, `place` and `digest` of each under
    `unit.files`; of several that are, those with a larger number later (`true` is 1)."""
    format: (
        Literal["yaml", "json", "jsonl", "csv", "markdown", "html", "shell", "github-owners", "gitlab-owners", "text"]
        | None
    ) = None
    """The format; absent: by the path's ending."""
    contentId: str | None = field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    """The field of the document that gets the name of its content: `urn:uuid:` and a UUID made from all else in it."""
    schema_: str | None = Field(None, alias="schema")
    """What checks it: `<group>/<version>/<kind>`, or the name of a JSON Schema in the emitter's folder."""
    resource: bool = True
    """Whether `unit.resources` lists it, for whoever assembles a unit."""
    delimiters: Literal["curly", "square"] = "curly"
    """`square`: expressions are `[[ ]]` and blocks `[% %]`, for outputs that have braces of their own."""
    languages: dict[str, str] | None = None
    """Fields that are a language of their own: place in the output to encoder, such as `spec.groups[].rules[].expr: promql`."""


class Series(StrictModel):
    """Series of a Prometheus; values may be one-line templates."""

    metric: str
    """The name of the metric."""
    labels: dict[str, str] | None = None
    """Labels, with their values."""
    matching: dict[str, str] | None = None
    """Labels, with expressions (RE2) that the whole of their values match."""


class RequestCounters(StrictModel):
    """What was asked and what was answered: counters of all requests or of those answered, with the errors; or a probe."""

    model_config = one_of_config(
        "total", "answered", "probe", total=["errors"], answered=["errors"], unreached=["total"]
    )

    total: Series | None = None
    """All requests: a counter."""
    answered: Series | None = None
    """Those that were answered: a counter beside that of the errors, where nothing counts all."""
    errors: Series | None = None
    """Those that were not answered: a counter."""
    unreached: Series | None = None
    """Those that never got to where `total` is counted, as whoever sent them counts them: asked, and not answered."""
    probe: Series | None = None
    """A gauge that is 1 while somebody who asks is answered, and 0 while not."""


class LatencyHistogram(StrictModel):
    """A histogram of how long something took."""

    histogram: Series
    """The histogram, named without `_bucket`."""
    unit: Literal["seconds", "milliseconds"] = "seconds"
    """What it counts in."""
    bounds: list[float] | None = field(min_length=1)
    """The upper bounds of its buckets, where they are known."""


class SliDefinition(StrictModel):
    """Something that measures what the emitter renders: a server's own metrics, a mesh, a gateway."""

    name: str
    """What it is, as a sentence names it, such as `the Istio mesh`."""
    needs: str | None = field(pattern=r"^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$")
    """The capability of the Environment without which it is not there, such as `mesh`."""
    when: str | None = None
    """A CEL expression; it measures what that is true of."""
    availability: RequestCounters | None = None
    """Requests, and those that failed."""
    latency: LatencyHistogram | None = None
    """How long answers took."""
    timeToFirstToken: LatencyHistogram | None = None
    """How long streamed answers took to begin."""
    freshness: Series | None = None
    """The moment of the last run that ended well, in seconds since 1970."""
    lacks: dict[Indicator, str] | None = None
    """What it does not measure, and why, in a clause that ends a sentence."""


class Period(StrictModel):
    """From when to when something of a law holds."""

    what: str
    """What holds, or for whom."""
    from_: DateText | None = Field(None, alias="from")
    """The first day."""
    to: DateText | None = None
    """The last day."""


class LegalBasis(StrictModel):
    """What a record rests on."""

    title: str
    """The document."""
    url: UriText | None = None
    """Where it can be read."""
    date: DateText
    """As of which day what is said of it was read."""
    inForce: list[Period] | None = field(min_length=1)
    """When what of it holds."""
    sources: list[Source] | None = None
    """Where those days were read."""
    disclaimer: str
    """What the record is not."""


RecordFieldPath = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?:model|release|useCase|team|organisation|datasets\[\]|risks\[\])(?:\.[A-Za-z][A-Za-z0-9-]*)+$",
            "x-modelyard-expects": "a field of the language such as model.governance.intendedUse",
            "examples": ["model.governance.intendedUse"],
        }
    ),
]


class RequiredField(StrictModel):
    """Something that a record has to say."""

    id: NameText
    """The name: `facts.<id>` in templates."""
    title: str
    """What has to be known."""
    field: RecordFieldPath
    """Where the language says it; `release.…` asks each release that runs, `datasets[].…` each dataset, `risks[].…` each named risk."""
    or_: list[RecordFieldPath] | None = Field(None, alias="or")
    """Fields that answer it as well, the first that does."""
    when: str | None = None
    """A CEL expression; it is asked for where that is true. `dataset` is the dataset that is asked of, and its `role`."""
    source: str | None = None
    """Where the regime asks for it, such as `Annex IV(1)(a)`."""


class Emitter(StrictModel):
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
    takes: EmitterSelector | None = None
    """What it is for."""
    capabilities: dict[str, Any] | None = None
    """Capabilities of an Environment that it reads and nobody else declares: name to JSON Schema."""
    adopts: list[Literal["name", "namespace", "selector"]] | None = None
    """What of `deploy.adopt` a target keeps to; what is not here it refuses."""
    needs: list[Requirement] | None = None
    """What must hold for it to work."""
    cannot: list[UnsupportedFeature] | None = None
    """What it cannot express."""
    asks: list[Literal["objectives", "metrics"]] | None = None
    """What it places that is only worked out for who asks: `objectives` (with `signals` and `unwatched`), `metrics`."""
    options: dict[str, Any] | None = None
    """JSON Schema of a target's `deploy.options`, or of the project's `emitters.<id>.options`; closed."""
    regime: NameText | None = None
    """The regime that its records are for, by the name that use cases classify by."""
    law: LegalBasis | None = None
    """What its records rest on."""
    facts: list[RequiredField] | None = None
    """What its records have to say: `modelyard records status` tells what is missing."""
    images: list[Image] | None = None
    """Images it needs: the project's `images` says which they are."""
    files: list[File] = field(..., min_length=1)
    """What it makes."""
    exports: dict[NameText, dict[str, Any]] | None = None
    """What others may read of a model that it renders: each value may be a one-line template."""
    sli: list[SliDefinition] | None = None
    """What measures what it renders, the best first."""

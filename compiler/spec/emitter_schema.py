"""The schema of `emitter.yaml`, in which each emitter below `templates/` describes itself."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, WithJsonSchema

from compiler.spec.field_types import AnyMap, DateText, FieldPathText, NameText, PathText, UriText
from compiler.spec.kinds.policy import Source
from compiler.spec.sections.model_selector import ModelSelector
from compiler.spec.sections.service_level_fields import Indicator
from compiler.spec.source_fields import one_of_config
from compiler.spec.strict_model import StrictModel, field


class EmitterSelector(ModelSelector):
    """The models that the emitter supports. Others are rejected with the reason."""

    when: str | None = None
    """A CEL expression that must be true. Targets list unsupported features under `unsupported` instead."""


class Feature(StrictModel):
    """What a controller in the cluster does from one of its releases on."""

    capability: str = field(..., pattern=r"^[a-z][A-Za-z0-9]*$")
    """The capability of the Environment whose `version` is compared."""
    since: str | None = field(pattern=r"^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){1,2}$")
    """The first release that has the feature. Default: no release so far."""
    source: str
    """Where this was read: the release, and the file or the commit."""


class Requirement(StrictModel):
    """A condition on the environment and the model."""

    expression: str
    """The CEL expression that must be true."""
    message: str
    """Why the requirement is not met, as a clause such as `the Environment declares no gateway`."""
    remedy: str | None = None
    """How to satisfy the requirement, as an imperative."""
    field: str | None = field(pattern=r"^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$")
    """The field to report, such as `options.email`, `team.contacts` or `environment.delivery.branch`. Models that share the field are
    reported once. Default: `deploy.target`.
    """


class UnsupportedFeature(StrictModel):
    """A feature that the target does not support. Models that use it are rejected; it is never dropped silently."""

    when: str
    """A CEL expression that is true if the model uses the feature."""
    message: str
    """Why the feature is not supported, as a clause such as `a graph has one release`."""
    field: str | None = None
    """The field to report, such as `deploy.disruptionBudget`; of a list, the elements that the expression is about, and with
    `rules[].clientSelectors` those of a list in the elements of another one. Default: the first field that the expression reads.
    """
    alternative: NameText | None = None
    """An emitter that supports the feature."""
    remedy: str | None = None
    """What to do instead, as an imperative. Default: remove the field, or use the emitter that supports the feature."""


class Limitation(StrictModel):
    """A feature that the target supports with a limitation. Models that use it are rendered, with a warning."""

    when: str
    """A CEL expression that is true if the limitation concerns the model."""
    message: str
    """The limitation, as a clause such as `a cluster that is rebuilt from git sends all requests to the canary`."""
    field: str | None = None
    """The field to report, such as `canary`. Default: the first field that the expression reads."""
    remedy: str
    """What to do about it, as an imperative."""


class ObjectName(StrictModel):
    """Objects of a model in the cluster: those that the emitter renders, and those that a controller makes of them."""

    kinds: list[str] = field(..., min_length=1)
    """The kinds of the objects."""
    prefix: str = field("", pattern=r"^(?:[a-z0-9](?:[-a-z0-9.]*)[-.])?$")
    """What precedes the model's name in their names, such as `keda-hpa-`. Default: nothing."""
    suffix: str = field("", pattern=r"^(?:[-.](?:[-a-z0-9.]|#####)*(?:[a-z0-9]|#####))?$")
    """What follows the model's name in their names, such as `-predictor`; `#####` is a number of five digits. Default: nothing."""
    when: str | None = None
    """A CEL expression that is true if the model has them. Default: always."""


class Image(StrictModel):
    """An image that the emitter uses."""

    name: NameText
    """The name of the image: `images.<name>` in templates, and the key under the project's `images`."""
    when: str | None = None
    """A CEL expression that is true if the image is needed. Default: always."""


class EnforcedControl(StrictModel):
    """A control that is in force where the emitter's files run. Records describe each other control as declared."""

    control: str = field(..., pattern=r"^(?:source|deploy|governance)(?:\.[A-Za-z][A-Za-z0-9]*)+$")
    """The field that declares it: of the release, such as `source.guardrails`, or of the model, such as `deploy.authentication`."""
    id: NameText | None = None
    """How it is enforced, for templates that read `enforced`, where there are several ways."""
    when: str | None = None
    """A CEL expression that is true if the control is in force. Default: always."""
    by: str
    """What enforces or verifies it, as a noun phrase such as `the server's argument --max-model-len`."""
    isPassedOn: bool = False
    """Whether `by` only receives the setting, and must apply it itself."""


class CanaryPart(StrictModel):
    """Parts of an object that run a canary. What a patch sets in the part that runs the release, it sets there too."""

    path: FieldPathText
    """The path of these parts, such as `spec.canary[].predictor`."""
    counterpart: FieldPathText
    """The path of the part that runs the release, such as `spec.predictor`."""
    excludedKeys: list[str] | None = None
    """Keys of that part which a canary cannot have."""


class GovernedValue(StrictModel):
    """Values of rendered objects that fields of the spec govern. A patch that changes one is rejected."""

    kinds: list[str] | None = field(min_length=1)
    """The kinds of the objects. Default: all."""
    paths: list[FieldPathText] = field(..., min_length=1)
    """The paths of the values; what is below a path belongs to it."""
    message: str
    """Why patches must not change them, as a clause such as `it opens the model to other callers`."""
    remedy: str
    """What to do instead, as an imperative."""


class PatchRule(StrictModel):
    """What the consumer of an object demands of values, and its schema does not say. It is checked where a patch sets such a value."""

    model_config = one_of_config("schema", "references")

    kinds: list[str] | None = field(min_length=1)
    """The kinds of the objects. Default: all."""
    paths: list[FieldPathText] = field(..., min_length=1)
    """The paths of the values, such as `**.containers[]`."""
    schema_: AnyMap | None = Field(None, alias="schema")
    """The JSON Schema of the values."""
    references: list[FieldPathText] | None = field(min_length=1)
    """The values that they may be equal to, by paths below any value above them, such as `volumes[].name`."""
    message: str
    """What is wrong with other values, as a clause such as `the container has no image`."""
    remedy: str
    """What to do about it, as an imperative."""


class File(StrictModel):
    """A file that the emitter renders."""

    path: str
    """The path of the file in the output folder of its unit: a one-line template."""
    commitPath: str | None = None
    """The path in the repository where the file is committed: a one-line template. Default: the file is written to the output folder only.
    """
    template: PathText
    """The template file in the emitter's folder. Its name ends in `.j2`."""
    scope: Literal["deployment", "model", "release", "environment", "project"] = "deployment"
    """What the file is rendered for: each model in each environment (`deployment`), each model, each running release, each environment, or
    the project.
    """
    when: str | None = None
    """A CEL expression that is true if the file is rendered. Default: always."""
    phase: int = Field(0, ge=0)
    """The order of rendering in a unit. The template of a file in a phase above 0 can read `path`, `commitPath` and `digest` of the files
    of lower phases from `unit.files`.
    """
    format: (
        Literal["yaml", "json", "jsonl", "csv", "markdown", "html", "shell", "github-owners", "gitlab-owners", "text"]
        | None
    ) = None
    """The format. Default: that of the path's extension."""
    contentId: str | None = field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    """The field that receives a content id: `urn:uuid:` and a UUID computed from the rest of the document."""
    schema_: str | None = Field(None, alias="schema")
    """The schema of the file: `<group>/<version>/<kind>`, or the name of a JSON Schema in the emitter's folder."""
    fallbackSchema: str | None = None
    """The name of a JSON Schema in the emitter's folder that validates the file if no schema of `<group>/<version>/<kind>` is available."""
    resource: bool = True
    """Whether `unit.resources` lists the file, as a kustomization does."""
    delimiters: Literal["curly", "square"] = "curly"
    """The template delimiters. `square` uses `[[ ]]` and `[% %]`, for outputs that contain braces."""
    languages: dict[str, str] | None = None
    """Output fields that contain another language, each with its encoder, such as `spec.groups[].rules[].expr: promql`."""
    canaryParts: list[CanaryPart] | None = None
    """The parts of the object that run a canary."""
    listMapKeys: dict[FieldPathText, list[str]] | None = None
    """The keys by which patches merge lists of the object, by the path of the list, where its schema does not define them."""


class Series(StrictModel):
    """Selects Prometheus series. Values may be one-line templates."""

    metric: str
    """The name of the metric."""
    labels: dict[str, str] | None = None
    """Label values that a series must have."""
    matchRegex: dict[str, str] | None = None
    """Regular expressions (RE2) that must match the whole value of a label."""


class RequestCounters(StrictModel):
    """The series of an availability SLI: a counter of all requests or of successful ones, together with one of errors; or a probe."""

    model_config = one_of_config(
        "total", "successes", "probe", total=["errors"], successes=["errors"], droppedBefore=["total"]
    )

    total: Series | None = None
    """The counter of all requests."""
    successes: Series | None = None
    """The counter of successful requests, for servers that do not count all requests. It is used together with `errors`."""
    errors: Series | None = None
    """The counter of failed requests."""
    droppedBefore: Series | None = None
    """The counter of requests that never reach the server, and are therefore not in `total`, as callers count them."""
    probe: Series | None = None
    """A gauge that is 1 while requests are answered, and 0 while they are not."""


class LatencyHistogram(StrictModel):
    """The histogram of a latency SLI."""

    histogram: Series
    """The histogram. `metric` is its name without `_bucket`."""
    unit: Literal["seconds", "milliseconds"] = "seconds"
    """The unit of the histogram."""
    buckets: list[float] | None = field(min_length=1)
    """The upper bounds of the histogram's buckets, if they are known."""


class SliDefinition(StrictModel):
    """A source of SLIs for the models that the emitter renders: a server's own metrics, a mesh, a gateway."""

    name: str
    """The name of the source in sentences, such as `the Istio mesh`."""
    capability: str | None = field(pattern=r"^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$")
    """The capability that the Environment must have, such as `mesh`."""
    when: str | None = None
    """A CEL expression that is true for the models that the source measures. Default: all."""
    availability: RequestCounters | None = None
    """The series of requests and errors."""
    latency: LatencyHistogram | None = None
    """The histogram of the time to a complete response."""
    timeToFirstToken: LatencyHistogram | None = None
    """The histogram of the time to the first part of a streamed response."""
    freshness: Series | None = None
    """The time of the last successful run, as a Unix timestamp in seconds."""
    unmeasured: dict[Indicator, str] | None = None
    """Objectives that the source does not measure, each with the reason as a clause such as `its server counts no errors`."""


class Period(StrictModel):
    """A period in which a provision applies."""

    subject: str
    """What applies, or to whom."""
    from_: DateText | None = Field(None, alias="from")
    """The first day."""
    to: DateText | None = None
    """The last day."""


class LegalBasis(StrictModel):
    """The legal basis of a record."""

    title: str
    """The title of the document."""
    url: UriText | None = None
    """The address of the document."""
    date: DateText
    """The date on which the description of the document was last verified."""
    inForce: list[Period] | None = field(min_length=1)
    """The periods in which its provisions apply."""
    sources: list[Source] | None = None
    """The sources of those periods."""
    disclaimer: str
    """What the record does not claim to be."""


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
    """A field that the record requires."""

    id: NameText
    """The name of the field: `fields.<id>` in templates."""
    title: str
    """The heading of the field."""
    field: RecordFieldPath
    """The field of the language that holds the value. `release.…` is read from each running release, `datasets[].…` from each dataset,
    `risks[].…` from each named risk.
    """
    fallbackFields: list[RecordFieldPath] | None = None
    """Alternative fields. The first that has a value is used."""
    when: str | None = None
    """A CEL expression that is true if the field is required. Default: always. For dataset fields, `dataset` is the dataset with its
    `role`.
    """
    citation: str | None = None
    """The provision that requires the field, such as `Annex IV(1)(a)`."""


class Emitter(StrictModel):
    """A folder of templates that renders files: a target, a CI provider, a delivery tool, a monitor or a record."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: NameText
    """The id of the emitter. `deploy.target` and `emitters` refer to it."""
    title: str
    """The display name of the emitter."""
    summary: str | None = None
    """What the emitter renders, in one sentence."""
    readAtRepositoryRoot: bool | None = None
    """Whether the committed files are read at the root of the git repository only, as workflows and CODEOWNERS are. A build of a project in
    a folder below it rejects them.
    """
    schedulesByCron: bool | None = None
    """Whether a run that a schedule starts knows the cron expression and not the time zone. Models with one expression in several time
    zones are then rejected.
    """
    enabled: bool = True
    """Whether the emitter is enabled by default. A target is enabled for the models that name it."""
    forkedFrom: str | None = field(pattern=r"^sha256:[0-9a-f]{64}$")
    """For an emitter that replaces a shipped one: the digest of the shipped folder that it was copied from."""
    supports: EmitterSelector | None = None
    """The models that the emitter supports."""
    capabilities: AnyMap | None = None
    """The capabilities of Environments that this emitter adds to the language, each with its JSON Schema."""
    adoptable: list[Literal["name", "namespace", "selector"]] | None = None
    """The fields of `deploy.adopt` that the target supports. Others are rejected."""
    features: dict[str, Feature] | None = None
    """What controllers in the cluster do, each with the first release that does it. Conditions read `features.<name>`: whether the release
    that the Environment declares has it.
    """
    requires: list[Requirement] | None = None
    """Conditions that the environment and the model must meet. The model is rejected otherwise."""
    unsupported: list[UnsupportedFeature] | None = None
    """Features that the target does not support."""
    limitations: list[Limitation] | None = None
    """Features that the target supports with a limitation."""
    inputs: list[Literal["objectives", "metrics"]] | None = None
    """Template variables that are computed only on request: `objectives` (with `signals`, `unmeasured` and `slo`), `metrics`."""
    options: AnyMap | None = None
    """The JSON Schema of the options, which `deploy.options` sets for a target, and `emitters.<id>.options` of the project for any other
    emitter. It must not allow unknown keys.
    """
    regime: NameText | None = None
    """The regime that requires the records, as named in `classification` of use cases, such as `eu-ai-act`."""
    legalBasis: LegalBasis | None = None
    """The legal basis of the records."""
    fields: list[RequiredField] | None = None
    """The fields that the records require. `modelyard records status` lists the missing ones."""
    images: list[Image] | None = None
    """The images that the emitter uses. The project's `images` defines them."""
    files: list[File] = field(..., min_length=1)
    """The files that the emitter renders."""
    governed: list[GovernedValue] | None = None
    """Values of rendered objects that patches must not change, in addition to names, namespaces, labels that selectors read, and what
    comes from a release.
    """
    patchRules: list[PatchRule] | None = None
    """What consumers demand of patched values in addition to the schemas of the objects."""
    enforces: list[EnforcedControl] | None = None
    """The controls that are in force where the emitter's files run, for a target. Templates read them as `enforced`, records as `controls`.
    """
    objectNames: list[ObjectName] | None = None
    """The names of a model's objects in the cluster, for a target. Two models with the same object are rejected."""
    exports: dict[NameText, AnyMap] | None = None
    """Values of a rendered model that other emitters can read, such as `endpoint`. Each can be a one-line template."""
    sli: list[SliDefinition] | None = None
    """Sources of SLIs for the models that the emitter renders, in order of preference."""

"""Planning: MY4."""

from compiler.diagnostics.codes.code_factories import error, warning

UNKNOWN_TARGET = error(
    "MY401",
    "unknown-target",
    "No emitter has this id, or the model names none.",
    "A model that runs somewhere needs a target that renders it.",
    "Set `deploy.target` to one of the targets.",
)
UNSUPPORTED_MODEL = error(
    "MY402",
    "not-taken",
    "The target does not take models of this type or lifecycle.",
    "It could render something, and that would not run.",
    "Choose a target that takes it.",
)
UNSUPPORTED_FEATURE = error(
    "MY403",
    "cannot",
    "The target cannot express something that the spec asks for.",
    "It is refused rather than dropped, because nobody would notice.",
    "Remove it, or choose a target that can.",
)
REQUIREMENT_NOT_MET = error(
    "MY404",
    "needs",
    "The target needs something that the environment or the model does not have.",
    "What it renders would not work there.",
    "Do what the help says, or choose another target.",
)
BAD_OPTION = error(
    "MY405",
    "bad-option",
    "`deploy.options` does not fit what the target describes.",
    "Options are as closed as the rest of the language.",
    "See the reference of the target.",
)
IMAGE_NOT_PINNED = error(
    "MY406",
    "no-image",
    "An image that the target needs is not locked, or an image has no digest.",
    "A tag can change under a release; Modelyard makes no version or digest up.",
    "Name the image with its digest under `images` of the project, or set `runtime.digest`.",
)
BAD_EMITTER = error(
    "MY407",
    "bad-emitter",
    "An emitter's folder does not keep the contract.",
    "A template that half works renders something that nobody asked for.",
    "Mend the place that is named; the guide to emitters describes the contract.",
)
DUPLICATE_PATH = error(
    "MY408",
    "same-path",
    "Two files would be written to one path.",
    "The second would silently replace the first.",
    "Give one of them another path.",
)
BAD_CAPABILITY = error(
    "MY409",
    "bad-capability",
    "A capability of an Environment that nothing declares, or whose value does not fit.",
    "Emitters decide by capabilities; a misspelled one would silently be missing.",
    "See the reference of capabilities.",
)
PATCH_TARGET_MISMATCH = error(
    "MY410",
    "patch-misses",
    "A patch that matches no rendered object, or more than one.",
    "It was written to have an effect on one object.",
    "Correct the target of the patch.",
)
ADOPTION_CONFLICT = error(
    "MY421",
    "object-clash",
    "A model adopts live objects that are another model's, or whose selector finds another model's replicas.",
    "Two models would write one object by turns, or requests would reach the wrong one.",
    "Name the live objects of each model, with their whole selectors.",
)

MISSING_RESOURCE_REQUEST = error(
    "MY422",
    "no-request",
    "A model in a namespace with a quota does not say what its replicas request.",
    "A cluster admits no replica that leaves out what a quota counts.",
    "Say `deploy.resources`, or leave the resource out of the quota.",
)
QUOTA_TOO_SMALL = warning(
    "MY423",
    "small-quota",
    "A quota is less than the models of its namespace can come to request.",
    "Replicas that scaling asks for would not be admitted, and nobody is told until they are needed.",
    "Raise the quota, or lower `deploy.scaling.max`.",
)

NO_CODE_OWNER = error(
    "MY424",
    "no-code-owner",
    "A file that somebody has to own, and nobody whom a forge could ask.",
    "A line of code owners without an owner lets anybody change the file; an owner without a handle is nobody there.",
    "Say the team's `codeOwners`, or the project's `owner`.",
)
OBJECTIVE_NOT_MEASURED = error(
    "MY425",
    "not-watched",
    "Nothing measures an objective where the model runs, though a Prometheus is there.",
    "An alert that cannot fire looks like a service that never fails.",
    "Say where it is measured under `slo.indicators`, or under `slo.unwatched` why it is not; records tell it.",
)
BAD_OBJECTIVE = error(
    "MY426",
    "bad-objective",
    "An objective that no alert can watch: a window without known burn rates, a share without a budget, or one said to be unwatched.",
    "Burn rates are published for some windows; a share of 100% is broken by the first error.",
    "Watch a share below 100% over 7d, 28d, 30d or 90d.",
)
LATENCY_NOT_A_BUCKET = error(
    "MY427",
    "not-a-bound",
    "The time of an objective is no bound of the buckets that answers are counted in.",
    "How many answers came within it is nowhere counted; an estimate would page somebody, or nobody.",
    "Watch a time that is a bound, or name a histogram under `slo.indicators` that has this one.",
)
BAD_SERIES = error(
    "MY428",
    "bad-series",
    "A series that a model names and that Prometheus does not take, or that cannot be what it is said to be.",
    "Prometheus refuses the whole file of rules that holds it, or an alert on it never fires.",
    "Mend what is named: expressions are RE2 and match the whole value; a histogram is named without `_bucket`; errors are some of all "
    "requests.",
)

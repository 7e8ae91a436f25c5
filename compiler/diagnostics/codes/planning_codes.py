"""MY4: planning."""

from compiler.diagnostics.codes.code_factories import error, warning

UNKNOWN_TARGET = error(
    "MY401",
    "unknown-target",
    "The deployment target does not exist, or is not set.",
    "A model that runs somewhere needs a target that renders it.",
    "Set `deploy.target` to one of the targets.",
)
UNSUPPORTED_MODEL = error(
    "MY402",
    "unsupported-model",
    "The target does not support models of this type or lifecycle state.",
    "The rendered files would not run.",
    "Choose a target that supports the model.",
)
UNSUPPORTED_FEATURE = error(
    "MY403",
    "unsupported-feature",
    "The target does not support a feature that the spec uses.",
    "A feature that is dropped silently goes unnoticed.",
    "Remove the feature, or choose a target that supports it.",
)
REQUIREMENT_NOT_MET = error(
    "MY404",
    "requirement-not-met",
    "The environment or the model does not meet a requirement of the target.",
    "The rendered files would not work there.",
    "Follow the help, or choose another target.",
)
BAD_OPTION = error(
    "MY405",
    "bad-option",
    "`deploy.options` does not match the options that the target declares.",
    "Options are closed, so that a misspelled option is reported instead of ignored.",
    "See the options in the reference of the target.",
)
IMAGE_NOT_PINNED = error(
    "MY406",
    "image-not-pinned",
    "An image has no digest, or is not defined in the project.",
    "A tag can move to another image, and Modelyard never invents a version or digest.",
    "Add the image with its digest under the project's `images`, or set `runtime.digest`.",
)
BAD_EMITTER = error(
    "MY407",
    "bad-emitter",
    "An emitter is invalid.",
    "A template with a mistake could render files that look correct.",
    "Fix the reported position; the guide to writing emitters describes the contract.",
)
DUPLICATE_PATH = error(
    "MY408",
    "duplicate-path",
    "Two files have the same output path.",
    "The second file would silently replace the first.",
    "Give one of them another path.",
)
BAD_CAPABILITY = error(
    "MY409",
    "bad-capability",
    "A capability of an Environment is unknown, or its value is invalid.",
    "Emitters depend on capabilities, and would treat a misspelled one as missing.",
    "See the reference of capabilities.",
)
PATCH_TARGET_MISMATCH = error(
    "MY410",
    "patch-target-mismatch",
    "A patch matches no rendered object.",
    "The setting that the patch is for is missing in the cluster.",
    "Correct the target of the patch, or remove the patch.",
)
LIMITED_FEATURE = warning(
    "MY411",
    "limited-feature",
    "The target supports a feature that the spec uses, with a limitation.",
    "The rendered files work, but in some situations the cluster does something other than what the spec says.",
    "Follow the help, or accept the limitation.",
)
ROUTE_CONFLICT = error(
    "MY412",
    "route-conflict",
    "Two models are exposed at the same host and path of a cluster.",
    "The gateway sends all requests to one of them.",
    "Change `host` or `path` under `deploy.expose` of one of the models.",
)
WIDE_EGRESS = warning(
    "MY413",
    "wide-egress",
    "A destination in the cluster names no pods, so that network policies allow every pod of its namespace.",
    "A program that an attacker controls could reach everything else that runs there.",
    "Write the entry of `deploy.egress` as a map with `podSelector`. For a Dataset, set its `podSelector`.",
)
AGENT_WIDE_EGRESS = error(
    "MY414",
    "agent-wide-egress",
    "A destination of an agent in the cluster names no pods.",
    "An agent chooses by itself what it calls. Network policies would allow every pod of the namespace, not only the server that is named.",
    "Add an entry with the same host and port and a `podSelector` to `deploy.egress`. For a Dataset, set its `podSelector`.",
)
DROPPED_FIELD = error(
    "MY415",
    "dropped-field",
    "The spec sets a field that the target neither uses nor rejects.",
    "The field has no effect, although the spec reads as if it had one.",
    "Remove the field, or choose a target that uses it. The author of the target can use it in a template, or reject it under "
    "`unsupported`.",
)
UNKNOWN_FIELD_USE = warning(
    "MY416",
    "unknown-field-use",
    "A template of the target passes on a whole map of the spec.",
    "Modelyard reports fields that a target drops, and cannot do so for fields that a template does not name.",
    "Name the fields in the template, so that each is known to be used.",
)
AMBIGUOUS_SCHEDULE = error(
    "MY417",
    "ambiguous-schedule",
    "Two models use the same cron expression in different time zones, and what starts their runs knows only the expression.",
    "A run would train both models at both times.",
    "Use another minute for one of the models, or the same time zone for both.",
)
GOVERNED_VALUE_PATCHED = error(
    "MY418",
    "governed-value-patched",
    "A patch changes a value that a field of the spec governs: the identity of an object, a selector, what runs, or who may reach it.",
    "Checks, policies and records read the field, and would describe something other than what runs.",
    "Set the field that the help names instead.",
)
BAD_PATCH = error(
    "MY419",
    "bad-patch",
    "A part of a patch cannot be merged into an object.",
    "The elements of a list merge by keys. Where these are not known, or an element does not have them, the result would be a guess.",
    "State the keys under `listMapKeys` of the patch, or replace the list: add the element `{$patch: replace}` to it.",
)
NAMESPACE_LIMIT_EXCEEDED = error(
    "MY420",
    "namespace-limit-exceeded",
    "A container is outside of the limit range of its namespace, or a pod requests more than its quota.",
    "The API server rejects the pods, which is noticed only when they are created.",
    "Change `deploy.resources`, or the limits of the Environment.",
)
OBJECT_CONFLICT = error(
    "MY421",
    "object-conflict",
    "Two models would have the same object in a cluster, or the selector of one matches the other's replicas.",
    "Both models would overwrite the same object, or requests would reach the wrong replicas. Controllers derive names too, such as "
    "`price-predictor` for the model `price`.",
    "Rename one of the models. A model that adopts live objects names its own, with their complete selector.",
)
MISSING_RESOURCE_REQUEST = error(
    "MY422",
    "missing-resource-request",
    "A model in a namespace with a quota has no resource requests.",
    "Kubernetes rejects pods that omit a resource that the quota limits.",
    "Set `deploy.resources`, or remove the resource from the quota.",
)
QUOTA_TOO_SMALL = warning(
    "MY423",
    "quota-too-small",
    "A quota is less than the models of its namespace may request.",
    "Replicas that the autoscaler adds would be rejected, which is noticed only when they are needed.",
    "Raise the quota, or lower `deploy.scaling.max`.",
)

NO_CODE_OWNER = error(
    "MY424",
    "no-code-owner",
    "A file needs a code owner, and its team has no account on the forge.",
    "Anybody may change a file without a code owner.",
    "Set `codeOwners` of the team, or `owner` of the project.",
)
OBJECTIVE_NOT_MEASURED = error(
    "MY425",
    "objective-not-measured",
    "An objective is not measured, although the environment has a Prometheus.",
    "An alert that cannot fire looks like a service that never fails.",
    "Define the series under `slo.indicators`, or the reason why there is none under `slo.unmeasured`; records list the reason.",
)
BAD_OBJECTIVE = error(
    "MY426",
    "bad-objective",
    "An objective cannot be alerted on: its window has no published burn rates, it has no error budget, or it is also listed as not "
    "measured.",
    "Burn rates are published for some windows only, and the first error violates an objective of 100%.",
    "Use an objective below 100% over 7d, 28d, 30d or 90d.",
)
LATENCY_NOT_A_BUCKET = error(
    "MY427",
    "latency-not-a-bucket",
    "The time of a latency objective is not a bucket bound of its histogram.",
    "The histogram does not count how many responses were within that time; an estimate would cause false or missing pages.",
    "Use a time that is a bucket bound, or name a histogram with this bound under `slo.indicators`.",
)
BAD_SERIES = error(
    "MY428",
    "bad-series",
    "A series is invalid in Prometheus, or contradicts its purpose.",
    "Prometheus rejects the whole rule file that contains it, or its alert never fires.",
    "Fix the series: regular expressions are RE2 and match the whole value, histograms are named without `_bucket`, and errors are a "
    "subset of all requests.",
)
PATCH_WITHOUT_EFFECT = warning(
    "MY429",
    "patch-without-effect",
    "A patch changes nothing.",
    "The spec reads as if the model needed the patch.",
    "Remove the patch, or correct it. A list that merges by keys has no effect without elements; `$patch: replace` replaces the list.",
)

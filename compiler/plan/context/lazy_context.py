"""The context of templates for one model in one environment. `docs/reference/template-context.md` is generated from it.

A template only places values: derived values are computed here, once, with their origins.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from compiler.foundation.provenance import ContextValue

Context: TypeAlias = Mapping[str, ContextValue]

VARIABLE_DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "project": "The project: `project.name`.",
        "environment": "The Environment document: `environment.name`, `environment.stage`, `environment.capabilities` …",
        "model": "The resolved model: every common field, with quantities in canonical form.",
        "team": "The Team that owns the model.",
        "useCase": "The UseCase that the model serves. Absent if the model names none.",
        "derivedClasses": (
            "The classes that follow from the facts of the UseCase: `regime`, `value`, `reason`, `stated`, `understated`. Absent if "
            "the model names no UseCase."
        ),
        "name": "The name, or the beginning of the names, of rendered objects: the model's name, or `deploy.adopt.name`.",
        "namespace": "The namespace of the model in the environment.",
        "labels": "Labels for the metadata of objects without a pod template. They include the owner.",
        "podLabels": "Labels for pods. They change only if the release changes, so that a change of owner restarts no pod.",
        "selector": "The labels that select the model's pods: constant for the life of the model, or `deploy.adopt.selector`.",
        "release": "The release that runs: `version`, `digest`, `source` and the rest of its content.",
        "canary": (
            "The second release, which receives a share of the requests: the fields of `release`, and `weight` in whole percent. Absent "
            "if there is none."
        ),
        "runtimeDigest": (
            "The digest of what runs: release, companion files, `uses`, images. A change of governance fields does not change it."
        ),
        "runtimeHash": "The first ten digits of `runtimeDigest`.",
        "options": "`deploy.options`, with the defaults that the emitter declares.",
        "image": "The model's own image with its digest: `runtime.image`, else the image of the release. Absent if there is none.",
        "componentImages": (
            "The images of the containers in front of the model's server (`transformer`, `explainer`), each with its digest. Absent if "
            "there are none."
        ),
        "containerImages": (
            "The images of `deploy.pod.initContainers` and `deploy.pod.containers`, by the name of the container, each with its digest."
        ),
        "images": "The images that the emitter lists under `images`, by name, each with its digest.",
        "enforced": (
            "For a target: the controls of the release that are in force where its files run, by field (`source.digest`), each with "
            "`by`, what enforces it, and `id`: the entries of `enforces` in emitter.yaml whose condition is true."
        ),
        "files": (
            "The companion files that the release names under `files`: `path`, `name` (the path without slashes), and `text` or "
            "`base64`."
        ),
        "filesHash": "Ten digits of the digest of `files`, for names of objects that must change with them.",
        "sourceFiles": (
            "All companion files of the release, by the key of `source` that names them (`shapes`, `prompts` …): `files`, and `hash` "
            "(ten digits of their digest)."
        ),
        "variables": (
            "Environment variables that are not secret, each with `name` and `value` (from `deploy.env`, also `valueFrom` for a field of "
            "the pod): from `uses`, from the release's settings (`settingsEnv`) and from `deploy.env`."
        ),
        "secrets": (
            "References to secrets: `name`, `env`, `key` as written in the spec, and its two parts `path` and `property` (for "
            "`risk/store`: `risk` and `store`)."
        ),
        "uses": (
            "The datasets and models that the model calls: `kind`, `name`, `env` or the `step` of the release, `url` and its parts, and "
            "the fields of `egress`."
        ),
        "egress": (
            "The network destinations of the model: `host`, `port`, `scheme`, `internal` (whether it is in the cluster), `namespace`, "
            "`selector` (the labels of the pods of a model), `podSelector` and `ports` (of other pods), `cidrs`, "
            "`gatewayNamespaces`."
        ),
        "dependents": (
            "The models that depend on this one. In files of a deployment: each with `name`, `namespace`, `selector`, whether these "
            "are `adopted`, and the `exports.identity` of its target. In files of a model or a release: their names."
        ),
        "requestRate": (
            "For a target: the PromQL query of the requests per second over all replicas, from its `sli` or the model's indicator. Absent "
            "unless the model sets `deploy.scaling.requestsPerSecond` and counters exist; conditions read `requests.isCounted`."
        ),
        "endpoint": "The `exports.endpoint` of the model's target, with the parts of its URL. `url` includes `path`.",
        "objectives": (
            "For an emitter with the input `objectives`: the objectives that a series measures. Each has `name`, `id`, `resource` (a "
            "name for objects), `indicator`, `title`, `sliSource`, `recordings` and `alerts` (both with `expr` and `labels`). An "
            "objective on a share of requests also has `target` (a number), `percent` (the same as text), `budget`, `period`, "
            "`periodDays`, `burnRates` (`severity`, `shortWindow`, `longWindow`, `budgetPercent`, `factor`), `counters` and `rates` "
            "(both with `errors` and `total`), and `isCounter`. One with a time limit also has `threshold`, `thresholdSeconds` and "
            "`percentiles` (`percentile`, `expr`). Freshness has `limit`, `limitSeconds` and `age`."
        ),
        "signals": (
            "With the input `objectives`: the signals that a series measures: `name`, `id`, `threshold`, `triggerWhen`, `action`, "
            "`response`, `severity`, `expr`, `recordings`, `alerts`."
        ),
        "unmeasured": "With the input `objectives`: objectives that nothing measures, each with `indicator`, `title` and `reason`.",
        "slo": (
            "With the input `objectives`: `id`, ten digits that identify the model in the environment; `service` and `team`, short "
            "names of the model and its owner; and `series`, the expressions for charts: `budgetRemaining`, `currentBurnRate`, "
            "`hourlyBurnRate`, `errorRatio`, `runAge`, `signals` and `firingAlerts`."
        ),
        "names": (
            "The names of labels and annotations, by meaning: `names.owner`, `names.release`, `names.wave` …; and the names that the "
            "rules of service levels use: `names.labels`, `names.series`, `names.alerts` and `names.annotations`."
        ),
        "metrics": (
            "For an emitter with the input `metrics`: the `exports.metrics` of the model's target: `path`, `port` or `service`, "
            "`selector`."
        ),
        "tool": "Modelyard itself: `tool.name`, `tool.version`.",
        "unit": (
            "The folder that the file is rendered into: `unit.path`, and `unit.resources`, the resource files in it. In a file of a "
            "later phase also `files`, those of earlier phases (`path`, `commitPath`, `digest`, and `text` of the emitter's own); "
            "`sources`, the files that were read "
            "for them (`path`, `digest`); `artifacts` of the releases (`name`, `uri`, `digest`); and `emitters` (`id`, `folder`, "
            "`hash`)."
        ),
        "placements": (
            "In files of a model or a release: the deployments, in order of promotion: `environment`, `stage`, `cluster`, `namespace`, "
            "`target`, `release`, `releaseDigest`, `canary`, `weight`, `suspended`, `runtimeDigest`, `governanceDigest`, `approvals`. "
            "Empty for a model that is not deployed. Values that differ by environment, such as `model`, are those of the last "
            "deployment."
        ),
        "releases": (
            "In files of a model or a release: the published releases, each with `version`, `digest` and the `environments` in which it "
            "runs."
        ),
        "dependencies": (
            "In files of a model or a release: the models that the model depends on: `name`, `type`, `summary`, the `step` that calls "
            "it, `versionRange`, and `release` and `digest` in that environment."
        ),
        "waivers": "In files of a model or a release: the Waivers that cover the model, whether expired or not.",
        "companionFiles": "In files of a model or a release: the companion files of the release, each with `path` and `digest`.",
        "callers": (
            "In files of a model or a release: the applications of `deploy.callers` in all environments. One that is not admitted in each "
            "of them has `environments`."
        ),
        "destinations": (
            "In files of a model or a release: the `url` of each entry of `deploy.egress` in all environments, with `environments` as in "
            "`callers`."
        ),
        "tokenIssuers": (
            "In files of a model or a release: the `issuer` of each rule of `deploy.authentication` in all environments, with "
            "`environments` as in `callers`."
        ),
        "controls": (
            "In files of a model or a release: the controls that the release declares, by field (`source.guardrails`), each with `status`, "
            "such as `declared, not enforced`."
        ),
        "runtimeImages": (
            "In files of a model or a release: the images of the containers that serve the model, each with `image`, `digest` and the "
            "`name` that the target or the spec gives it."
        ),
        "regime": "In files of a model or a release: the emitter's `regime`. Absent if it has none.",
        "legalBasis": (
            "In files of a model or a release: the emitter's `legalBasis`: `title`, `url`, `date`, `inForce`, `sources`, `disclaimer`. "
            "Absent if it has none."
        ),
        "fields": (
            "In files of a model or a release, by id: the fields that the emitter requires, each with `value`, `missing`, `title`, "
            "`citation`, `field`, `owner`, `path`, and `values`, one per document."
        ),
        "missingFields": (
            "In files of a model or a release: the required fields without a value, each with `id`, `title`, `citation`, and the "
            "`owner`, `path` and `field` that can supply it."
        ),
        "fieldCount": "In files of a model or a release: the number of required fields.",
        "datasets": (
            "In files of a model or a release: the Datasets that the model names, each with its `role`. In files of an environment or "
            "the project: all Datasets."
        ),
        "deployments": (
            "In files of an environment or the project: its models, each with `name`, `path`, `namespace`, `environment`, `owner`. In "
            "files of an environment also the `wave`, which is lower for dependencies than for the models that depend on them, and the "
            "`chain`, absent for a model without dependencies and dependents."
        ),
        "chains": (
            "In files of an environment: the chains of several models that depend on each other, directly or through others, each with "
            "`name` and `waves`, the numbers of its waves in order."
        ),
        "renderedKinds": "In files of an environment: the kinds of the objects that are rendered for it, each with `group` and `kind`.",
        "namespaces": (
            "In files of an environment: the namespaces of its models, each with `name`, `models`, `adopted` (whether only "
            "`deploy.adopt` names it, not the Environment), and its `quota` (`cpu`, `memory`, `accelerators`) if it has one."
        ),
        "objectPolicies": (
            "In files of an environment: the policies on rendered objects that apply to its models, for a cluster that evaluates them at "
            "admission. Each has `id`, `name` (unique in the cluster), `title`, `enforcement`, `resources` (`group`, `version`, `names`), "
            "`namespaces`, `matchConditions`, `validations` (`expression`, `message`, `messageExpression`), `auditExpression`, and for "
            "values of models `parametersLabel` and `parameters` (`name`, `namespace`, `model`, `data`). Expressions are CEL."
        ),
        "approvedValues": (
            "In files of an environment: what was rendered for its models. `name` is unique in the cluster; `namespaces` have `name` and "
            "`data`, texts with one value per line: `images`, and the values of each of the chosen `fields` (`kind`, `path`, `resources`, "
            "and the `expression` that compares them)."
        ),
        "codeOwners": (
            "In files of the project: the owners of files, general rules before special ones, each with `path` (that of a folder ends "
            "with a slash), `all` if the rule applies to every file, `team`, `owners` (forge accounts) and `kinds` of the documents in "
            "it."
        ),
        "inventory": (
            "In files of the project: `inventory.models`, one row per model, including retired and proposed ones, as in "
            "`schemas/outputs/inventory.schema.json`; and `inventory.table`, the same as a header and rows of text."
        ),
        "environments": "In files of an environment or the project: the Environments in order of promotion.",
        "promotions": (
            "In files of an environment or the project: the names of the Environments in order of promotion, as lists of those that are "
            "promoted together."
        ),
        "schedules": "In files of the project: the retraining schedules, one per cron expression and time zone: `cron`, `models`, and "
        "`timeZone` unless it is UTC.",
        "teams": "In files of an environment or the project: every Team.",
        "useCases": "In files of an environment or the project: every UseCase.",
    }
)
"""Name to its description."""

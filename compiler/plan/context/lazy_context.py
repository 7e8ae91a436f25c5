"""What a template sees of one model in one environment. `docs/reference/template-context.md` is made from `DESCRIPTIONS`.

A template only places values: what takes knowledge or arithmetic is computed here, once, and says what it was made of.
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
        "useCase": "The UseCase that the model serves. Absent where it names none.",
        "name": "What the names of objects begin with: the model's name, or that of the live objects that it adopts (`deploy.adopt`).",
        "namespace": "The namespace of the model in the environment.",
        "labels": "Labels for the metadata of objects that hand none of them to replicas; they name the owner.",
        "podLabels": "Labels of replicas: nothing in them follows an edit that changes nothing that runs.",
        "selector": "What selects the model's replicas; it never changes. That of the live objects, where it adopts them.",
        "release": "The release that runs: `version`, `source` and the rest of its content, `digest`.",
        "canary": "The release that is tried beside it: the same, and `weight` in whole percent. Absent where there is none.",
        "runtimeDigest": "The digest of what runs: release, files, uses, images. An owner's edit leaves it as it is.",
        "runtimeId": "The first ten digits of it.",
        "options": "`deploy.options`, with the defaults that the emitter declares.",
        "image": "The model's own image with its digest (`runtime.image`, else the release's). Absent where it names none.",
        "images": "The images that the emitter asks for by name, each with its digest.",
        "files": "Files beside the spec that the release names under `files`: `path`, `name` (it without slashes), `text` or `base64`.",
        "filesId": "Ten digits of the digest of those files, for names that must change with them.",
        "sourceFiles": (
            "The companion files of the release, by the key of `source` that names them (`shapes`, `prompts` …): their `files` and `id`."
        ),
        "variables": "Plain environment variables: `name`, `value`; those of `uses`, the release's settings (`as`), those of `deploy.env`.",
        "secrets": "Secrets by reference: `name`, `env`, `key` as it is written, and its `path` and `property` (`risk/store` is both).",
        "uses": "What the model asks: `kind`, `name`, `env` or the release's `step`, `url` and its parts, and what `egress` has.",
        "egress": "What the model reaches over the network: `host`, `port`, `scheme`, `internal`, `namespace`, `selector`, `cidrs`, `via`.",
        "dependents": (
            "The models that depend on this one. In files of a deployment: each with `name`, `namespace`, `selector`, and whether that is "
            "`adopted`. In files of a model or a release: their names."
        ),
        "endpoint": "What the target exports of the model under `exports.endpoint`, with the parts of its URL; `url` ends in its `path`.",
        "objectives": (
            "For an emitter with the input `objectives`: the objectives that a series measures. Each has `name`, `id`, `resource` (a name "
            "for objects), `indicator`, `title`, `sliSource`, `recordings` and `alerts` (both with `expr` and `labels`). An objective on a "
            "share of requests also has `target` (a number), `percent` (the same as text), `budget`, `period`, `periodDays`, `burnRates` "
            "(`severity`, `shortWindow`, `longWindow`, `budgetPercent`, `factor`), `counters` and `rates` (both with `errors` and "
            "`total`), and `isCounter`. One with a time limit also has `threshold`, `thresholdSeconds` and `percentiles` (`percentile`, "
            "`expr`). Freshness has `limit`, `limitSeconds` and `age`."
        ),
        "signals": (
            "With the input `objectives`: the signals that a series measures: `name`, `id`, `threshold`, `triggerWhen`, "
            "`action`, `severity`, `expr`, `recordings`, `alerts`."
        ),
        "unmeasured": "With the input `objectives`: objectives that nothing measures, each with `indicator`, `title` and `reason`.",
        "slo": (
            "With the input `objectives`: `id`, ten digits that identify the model in the environment; `service` and `team`, short names "
            "of the model and its owner; and `series`, the expressions for charts: `budgetRemaining`, `currentBurnRate`, "
            "`hourlyBurnRate`, `errorRatio`, `runAge`, `signals` and `firingAlerts`."
        ),
        "names": (
            "The names of labels and annotations, by meaning: `names.owner`, `names.release`, `names.wave` …; and the names that the rules "
            "of service levels use: `names.labels`, `names.series`, `names.alerts` and `names.annotations`."
        ),
        "metrics": (
            "For an emitter that asks for it: what the target exports under `exports.metrics`: `path`, `port` or `service`, `selector`."
        ),
        "tool": "What renders it: `tool.name`, `tool.version`.",
        "unit": (
            "The folder that the file lies in: `unit.path`, and `unit.resources`, the files in it that are resources. In a file of a "
            "later phase also `files`, those of earlier phases (`path`, `commitPath`, `digest`), `sources`, what was read for them "
            "(`path`, `digest`), `artifacts` of the releases (`name`, `uri`, `digest`), and `emitters` (`id`, `folder`, `hash`)."
        ),
        "placements": (
            "In files of a model or a release: where it runs, in order of promotion: `environment`, `stage`, `cluster`, `namespace`, "
            "`target`, `release`, `releaseDigest`, `canary`, `weight`, `suspended`, `runtimeDigest`, `governanceDigest`, `approvals`. "
            "Everything else is as in the last of them; empty for a model that runs nowhere."
        ),
        "releases": "In the same: the releases that were published, each with its `version`, `digest` and `environments` where it runs.",
        "dependencies": (
            "In the same: the models that the model depends on: `name`, `type`, `summary`, the `step` that calls it, `versionRange`, and "
            "`release` and `digest` in that environment."
        ),
        "waivers": "In the same: the Waivers that are for the model; whether one holds on a day is not said.",
        "companionFiles": "In the same: companion files that belong to the release, each with `path` and `digest`.",
        "runtimeImages": "In the same: the images that serve it, each with `image`, `digest` and the `name` that its target has for it.",
        "regime": "What the emitter says that its records are for. Absent where it says nothing.",
        "legalBasis": (
            "What the emitter says that they rest on: `title`, `url`, `date`, `inForce`, `sources`, `disclaimer`. Absent likewise."
        ),
        "fields": (
            "In the same, by id: the fields that the emitter requires, each with `value`, `missing`, `title`, `citation`, `field`, "
            "`owner`, `path`, and `values`, one per document."
        ),
        "missingFields": (
            "In the same: the required fields without a value, each with `id`, `title`, `citation`, and the `owner`, "
            "`path` and `field` that can supply it."
        ),
        "fieldCount": "In the same: the number of required fields.",
        "datasets": (
            "In the same: the Datasets that the model names, each with its `role`; in files of an environment or the project: all of them."
        ),
        "deployments": (
            "In files of an environment or the project: its models, each with `name`, `path`, `namespace`, `environment`, `owner`; in "
            "files of an environment also its `wave`: 0 for those that have to be there first, since others ask them."
        ),
        "waves": "In files of an environment: the waves that there are, in order.",
        "renderedKinds": "In files of an environment: the kinds of objects that are rendered there, each with `group` and `kind`.",
        "namespaces": (
            "In files of an environment: those that its models run in, each with `name`, `models`, whether it is only `adopted` with live "
            "objects and the Environment does not name it, and its `quota` (`cpu`, `memory`, `accelerators`) where there is one."
        ),
        "codeOwners": (
            "In files of the project: who owns which file, the general before the special, each with `path` (a folder's ends with a "
            "slash), `all` if it applies to everything, `team`, `owners` (its handles) and `kinds` of the documents in it."
        ),
        "inventory": (
            "In files of the project: `inventory.models`, a row a model, retired and proposed ones too, in the shape of "
            "`schemas/outputs/inventory.schema.json`; `inventory.table`, the same as rows of texts below a row of titles."
        ),
        "environments": "In files of an environment or the project: the Environments in order of promotion.",
        "promotions": "In the same: their names, a list for each step of promotion; those of a group are promoted together.",
        "schedules": "In files of the project: when models are trained by the clock, in UTC: `cron`, and the `models`, each cron once.",
        "teams": "In the same: every Team.",
        "useCases": "In the same: every UseCase.",
    }
)
"""Name to what stands under it."""

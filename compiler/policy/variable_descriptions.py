"""What each variable of rules holds, and a rule that uses it; the reference is generated from this."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class VariableDescription(NamedTuple):
    """A variable: what it holds, and a condition that uses it."""

    text: str
    example: str


VARIABLE_DESCRIPTIONS: Mapping[str, VariableDescription] = MappingProxyType(
    {
        "model": VariableDescription(
            "The resolved model, without its releases.",
            "has(model.sla.availability)",
        ),
        "quantities": VariableDescription(
            "The same with quantities as numbers: seconds, cores, bytes; a percentage as a fraction of one.",
            "!has(quantities.sla.availability) || quantities.sla.availability >= 0.99",
        ),
        "release": VariableDescription(
            "The release that runs: its fields, `version` and `digest`. The rules are evaluated for a canary, too.",
            "has(release.evaluations)",
        ),
        "environment": VariableDescription(
            "The Environment; empty for a model that is not deployed.",
            "!has(environment.stage) || environment.stage != 'prod' || has(model.sla.availability)",
        ),
        "useCase": VariableDescription(
            "The UseCase that the model serves; empty if it names none.",
            "has(useCase.classification)",
        ),
        "team": VariableDescription(
            "The Team that owns the model.",
            "has(team.contacts.onCall)",
        ),
        "derivedClasses": VariableDescription(
            "The class that follows from the `facts` of the UseCase, for `eu-ai-act` and `us-federal`, with the `reason`. `stated` is the "
            "class that the UseCase states, and `understated` is true if that is less strict or missing.",
            "derivedClasses.all(c, !c.understated)",
        ),
        "datasets": VariableDescription(
            "The datasets of the model, each with its `role`: `training`, `evaluation` or `used`.",
            "datasets.all(d, d.role != 'training' || has(d.license))",
        ),
        "dependencies": VariableDescription(
            "The models that it calls in the same environment: each with `model`, `quantities`, `release`, and whether it is `required`.",
            "dependencies.all(d, d.model.lifecycle != 'retired')",
        ),
        "dependents": VariableDescription(
            "The models that call it in the same environment.",
            "!has(model.retirement) || dependents.all(d, has(d.retirement) && d.retirement.date <= model.retirement.date)",
        ),
        "compositeSla": VariableDescription(
            "The composite service level of its dependencies: `availability` as a fraction of one, `latency` in seconds. `display` has "
            "the same values as text.",
            "!has(compositeSla.availability) || compositeSla.availability >= 0.99",
        ),
        "today": VariableDescription(
            "The day of the check, which `--as-of` sets. Dates are text of the form `2026-12-01`, so that `<` compares them.",
            "!has(model.retirement) || today <= model.retirement.date",
        ),
        "digests": VariableDescription(
            "The runtime digest and the governance digest of the model in the environment.",
            "approvals.all(a, a.decision == 'rejected' || a.runtimeDigest == digests.runtime)",
        ),
        "approvals": VariableDescription(
            "The approvals for the environment. `valid` is true if the approval counts on the day: the digests that its role `binds` "
            "match, its team has the role, its `approver` belongs to the team, and it is neither expired nor dated in the future. "
            "If not, `invalidReason` says why.",
            "approvals.exists(a, a.valid && a.decision == 'approved' && a.role == 'model-risk')",
        ),
        "validations": VariableDescription(
            "The validation of the model: one element, or none. `independent` is true if the validating team neither owns nor developed "
            "the model, and `overdue` if `next` is in the past. `openFindings` and `overdueFindings` count its findings with the status "
            "`open`, and those of them whose `due` is in the past.",
            "validations.exists(v, v.independent && !v.overdue && v.conclusion != 'rejected')",
        ),
        "evidence": VariableDescription(
            "The evidence under `governance.evidence`, then that of the UseCase. `expired` is true if `validUntil` is in the past.",
            "evidence.exists(e, e.control == 'EU-AI-Act:Art.15' && !e.expired)",
        ),
        "waivers": VariableDescription(
            "The Waivers whose `models` and `environments` select the model. `active` is true from `validFrom` to `expires`.",
            "waivers.filter(w, w.active).size() <= 3",
        ),
        "secretCandidates": VariableDescription(
            "Values that look like secrets: each with its `path` and its `kind`. Needs the extra `secrets`.",
            "secretCandidates.size() == 0",
        ),
        "injectionCandidates": VariableDescription(
            "Texts of tool manifests and skills that look like an attempt to steer the language model that reads them: each with its "
            "`file` and `line`, the name and the title of the `pattern` that it matches, and the `text`. The patterns are those of "
            "`schemas/injection_patterns.yaml`, with a source for each.",
            "injectionCandidates.all(c, c.pattern == 'encoded-text')",
        ),
        "object": VariableDescription(
            "In scope `object`: the rendered object.",
            "!has(object.spec.hostNetwork) || !object.spec.hostNetwork",
        ),
        "models": VariableDescription(
            "In scope `fleet`: each model in each environment, or those of one group with `groupBy`; each has `model`, `quantities`, "
            "`release` and `environment`.",
            "models.size() <= 1",
        ),
    }
)
"""By name, in the order in which the reference lists them."""

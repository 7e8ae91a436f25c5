"""MY2: resolution."""

from compiler.diagnostics.codes.code_factories import error

UNKNOWN_REFERENCE = error(
    "MY201",
    "unknown-reference",
    "A reference names something that does not exist.",
    "An owner, dataset or model that does not exist cannot be paged, read or audited.",
    "Use the nearest known name, or add the missing document.",
)
REFERENCE_CYCLE = error(
    "MY202",
    "reference-cycle",
    "Models depend on each other in a cycle.",
    "No model in the cycle could be started or retired before the others.",
    "Remove one of the dependencies.",
)
MATCHES_NOTHING = error(
    "MY203",
    "matches-nothing",
    "An overlay, default or deletion has no effect.",
    "It was written to have an effect. Usually a name is misspelled.",
    "Correct the name, or remove the entry.",
)
NO_RELEASE = error(
    "MY204",
    "no-release",
    "An environment has no release to run, or names an unpublished one.",
    "A deployment always runs exactly one published release.",
    "Set `release` in the environment's entry, or add the release under `releases`.",
)
LIFECYCLE_NOT_ALLOWED = error(
    "MY205",
    "lifecycle-not-allowed",
    "The environment does not allow the model's lifecycle state.",
    "A model that is only proposed, or is retired, must not serve customers.",
    "Change `lifecycle` if it is outdated, or remove the model from the environment.",
)
NO_NAMESPACE = error(
    "MY206",
    "no-namespace",
    "The environment has no namespace for the model.",
    "An environment has one namespace for all models, or one per tenant. The tenant is never derived from the owner.",
    "Set the model's `tenant`, or add a namespace for the tenant to the Environment.",
)
BAD_COMPANION_FILE = error(
    "MY207",
    "bad-companion-file",
    "A companion file is missing, too large, or outside the project.",
    "Companion files are part of the release: they are read, hashed and delivered with it.",
    "Add the file, or correct its path.",
)
SLO_LOOSER_THAN_SLA = error(
    "MY208",
    "slo-looser-than-sla",
    "The SLO is looser than the SLA.",
    "Alerts would not fire while the SLA is violated.",
    "Make the objective at least as strict as the SLA.",
)
DEPENDENCY_NOT_DEPLOYED = error(
    "MY209",
    "dependency-not-deployed",
    "A model depends on another model that does not run in the same environment, or not in an accepted release.",
    "The dependent model would have nothing to call.",
    "Deploy the other model to the environment, or change the accepted releases.",
)
PROMOTION_ORDER = error(
    "MY210",
    "promotion-order",
    "The project's list of environments does not match the Environment documents.",
    "Models are promoted along the list; an environment that is not in it can never be reached.",
    "List every Environment exactly once under the project's `environments`.",
)
OVERLAPPING_DELIVERY = error(
    "MY211",
    "overlapping-delivery",
    "Two environments are delivered to the same folder of a branch, or one to a folder inside the other's.",
    "Publishing an environment replaces its whole folder, and would delete the other environment's files.",
    "Give each environment its own `delivery.branch`, or a `delivery.path` that does not contain another's.",
)
UNREACHABLE_FRESHNESS = error(
    "MY221",
    "unreachable-freshness",
    "A job's freshness objective is shorter than its schedule allows.",
    "The objective would be missed at every gap in the schedule, such as a weekend, and page someone each time.",
    "Set a freshness longer than the longest gap between two runs plus the duration of a run.",
)
CONTRADICTORY_BOUNDS = error(
    "MY222",
    "contradictory-bounds",
    "A value is above its upper bound, such as a minimum above its maximum.",
    "No value satisfies both; what reads them would refuse them, or ignore one of the two.",
    "Change one of the two values.",
)
BAD_PUBLIC_KEY = error(
    "MY223",
    "bad-public-key",
    "A key under `deploy.authentication` is not a public key that can verify signatures.",
    "The proxies of a mesh reject the key, and with it all tokens that it signed.",
    "Copy the public key from the key set of the issuer.",
)

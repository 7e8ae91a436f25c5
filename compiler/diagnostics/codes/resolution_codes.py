"""Resolution: MY2."""

from compiler.diagnostics.codes.code_factories import error

UNKNOWN_REFERENCE = error(
    "MY201",
    "unknown-reference",
    "A name that refers to nothing.",
    "An owner, a dataset or a model that does not exist cannot be called, paged or audited.",
    "Use the nearest known name, or write the document that is missing.",
)
REFERENCE_CYCLE = error(
    "MY202",
    "reference-cycle",
    "Objects that refer to each other in a circle.",
    "None of them could start, be built or retire before the others.",
    "Remove one of the references.",
)
MATCHES_NOTHING = error(
    "MY203",
    "matches-nothing",
    "An overlay, a default or a deletion that holds for nothing.",
    "It was written to have an effect and has none; most often a name is misspelled.",
    "Correct the name, or remove it.",
)
NO_RELEASE = error(
    "MY204",
    "no-release",
    "No release, or one that was never published, would run in an environment.",
    "What runs is always one published release.",
    "Say `release:` in the environment's entry, or publish the release under `releases:`.",
)
LIFECYCLE_NOT_ALLOWED = error(
    "MY205",
    "lifecycle",
    "A model in an environment that its lifecycle does not allow.",
    "A model that is only proposed, or is retired, must not answer customers.",
    "Change `lifecycle` if the model is further than it says, or take it out of the environment.",
)
NO_NAMESPACE = error(
    "MY206",
    "no-namespace",
    "The environment has no namespace for the model.",
    "An environment has one namespace for all, or one for each tenant; a model's tenant is never guessed from its owner.",
    "Set the model's `tenant`, or give the tenant a namespace in the Environment.",
)
BAD_COMPANION_FILE = error(
    "MY207",
    "file-beside",
    "A file beside the spec that is missing, too large or outside the project.",
    "Files that a release names are part of it: they are read, digested and shipped.",
    "Put the file there, or correct its path.",
)
SLO_LOOSER_THAN_SLA = error(
    "MY208",
    "slo-looser",
    "The SLO allows more than the SLA promises.",
    "Alerts would stay silent while the promise is broken.",
    "Make the objective at least as strict as the promise.",
)
DEPENDENCY_NOT_DEPLOYED = error(
    "MY209",
    "not-there",
    "A model uses another one that does not run in the same environment, or not in a release that will do.",
    "It would have nobody to ask.",
    "Let the other model run there, or change the range.",
)
PROMOTION_ORDER = error(
    "MY210",
    "promotion-order",
    "The project's list of environments and the Environment documents differ.",
    "Promotion follows the list; an environment that is not in it can never be reached.",
    "Name every Environment once in `environments`.",
)
OVERLAPPING_DELIVERY = error(
    "MY211",
    "shared-delivery",
    "Two environments are delivered to the same folder of a branch, or one into the folder of the other.",
    "Publishing an environment replaces its whole folder: each would take away what the other one runs.",
    "Give each its own `branch`, or a `path` of its own below `delivery`, beside the others'.",
)
UNREACHABLE_FRESHNESS = error(
    "MY221",
    "too-fresh",
    "A job is promised to end well more often than its schedule lets it run.",
    "The promise is broken by the calendar, on every weekend or holiday, and somebody is called for it.",
    "Promise a longer time than the schedule leaves between two runs, and the run itself takes.",
)

"""MY8: pipelines and edits."""

from compiler.diagnostics.codes.code_factories import error

STEP_FAILED = error(
    "MY801",
    "step-failed",
    "A program of a model's pipeline could not be started, failed, or timed out.",
    "Its result is unknown, and an unknown result is never treated as success.",
    "Read the program's output, and fix the program or its input.",
)
METRIC_NOT_RECORDED = error(
    "MY802",
    "metric-not-recorded",
    "A gate requires a metric that was not measured on the release.",
    "A threshold without a measured value would let every release pass.",
    "Record the metric under `evaluations` of the release, or let `pipeline.evaluate.run` write it.",
)
GATE_FAILED = error(
    "MY803",
    "gate-failed",
    "A release does not meet a threshold of its model.",
    "The threshold was set before the result was known, and defines what is good enough.",
    "Improve the release. Change the threshold only in a separate change, approved by those who set it.",
)
WORSE_THAN_CHAMPION = error(
    "MY804",
    "worse-than-champion",
    "A release is worse than the champion that it would replace.",
    "Meeting the thresholds is the minimum; the running release may be better than that.",
    "Improve the release, or set under `champion.tolerance` how much worse it may be.",
)
NOT_EDITABLE = error(
    "MY805",
    "not-editable",
    "A command cannot edit this part of a spec; a person must.",
    "The value of an anchor is used by several aliases, and changing one would silently change the others.",
    "Replace the alias with its values, or edit the file by hand.",
)
TRANSITION_NOT_ALLOWED = error(
    "MY806",
    "transition-not-allowed",
    "The spec does not allow a promotion, rollback or retirement.",
    "The command would write a spec that the next check rejects, or that a decision rules out.",
    "Follow the help first.",
)

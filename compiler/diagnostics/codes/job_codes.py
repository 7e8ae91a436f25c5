"""Jobs and changes: MY8."""

from compiler.diagnostics.codes.code_factories import error

STEP_FAILED = error(
    "MY801",
    "step-failed",
    "A program of a model's pipeline that could not be run, ended with an error or took too long.",
    "What it was to find out is not known, and nothing that is not known is taken for good.",
    "Read what it printed, and mend it or what it looks at.",
)
METRIC_NOT_RECORDED = error(
    "MY802",
    "not-measured",
    "A gate asks for a metric that nobody measured on the release.",
    "A bar that nothing is held against lets everything pass.",
    "Record it under `evaluations` of the release, or let `pipeline.evaluate.run` write it.",
)
GATE_FAILED = error(
    "MY803",
    "gate-missed",
    "A release that does not clear a bar of its model.",
    "The bar was set before anybody knew the number, and says what is good enough.",
    "Make a better release; a bar is moved by those who set it, in a change of its own.",
)
WORSE_THAN_CHAMPION = error(
    "MY804",
    "behind-champion",
    "A release that is worse than the one that it would follow.",
    "Clearing the bars is the least; what runs today may be better than that.",
    "Make a better release, or say under `champion.tolerance` how much worse it may be.",
)
NOT_EDITABLE = error(
    "MY805",
    "not-editable",
    "A place of a spec that a command was asked to change and that only a person can.",
    "An anchor or an alias stands in several places at once; to change one would change the others unseen.",
    "Write the values out at the place, or edit the file by hand.",
)
TRANSITION_NOT_ALLOWED = error(
    "MY806",
    "not-allowed",
    "A promotion, rollback or retirement that what the spec says does not allow.",
    "The command would write what the next check refuses, or what somebody ruled out.",
    "Do what the help says first.",
)

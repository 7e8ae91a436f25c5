"""Execution: MY7."""

from compiler.diagnostics.codes.code_factories import error, warning
from compiler.diagnostics.finding import Code, Enforcement, Severity

INVALID_SOURCE = error(
    "MY701",
    "source-broken",
    "A file beside a spec that its engine cannot read, compile or load.",
    "It would fail where it runs, after it was reviewed and rolled out.",
    "Mend the line that is named.",
)
SOURCE_TEST_FAILED = error(
    "MY702",
    "wrong-answer",
    "A test, a case or a competency question that does not come out as it says.",
    "What the files decide is not what somebody wrote down that they must.",
    "Mend the files, or the test if it asks for the wrong thing.",
)
SOURCE_MISMATCH = error(
    "MY703",
    "source-disagrees",
    "The spec says of its files what they do not say.",
    "What is rendered and recorded follows the spec, and what runs follows the files.",
    "Change whichever of the two is wrong.",
)
NETWORK_ACCESS = error(
    "MY704",
    "reaches-out",
    "A file beside a spec asks for something outside of the release.",
    "What a release does would depend on a server that nobody reviewed; nothing that is run here has a network.",
    "Put what it needs beside the spec.",
)
SOURCE_RUN_ABORTED = error(
    "MY705",
    "run-stopped",
    "A release that used up its time or memory, or ended the process that ran it.",
    "What does that here does it where it runs; it has a process of its own, so that it harms nothing.",
    "Find what it loops over or allocates.",
)
SUSPICIOUS_SOURCE = warning(
    "MY706",
    "doubtful",
    "What the spec says of its files is possible, and not what they suggest.",
    "A hint is no proof of either side; somebody should look.",
    "Look at both, and change the one that is wrong.",
)
SHAPE_VIOLATION = error(
    "MY707",
    "nonconforming",
    "Facts of a knowledge graph that do not conform to its shapes.",
    "Whoever queries the graph relies on what the shapes promise.",
    "Mend the facts at the focus node, or the shape.",
)
SCORECARD_COVERAGE = error(
    "MY708",
    "uncovered",
    "A scorecard that gives some value no points, or two different ones.",
    "The attributes of a characteristic have to cover every value once, or the score is an accident.",
    "Close the gap, or move the bounds apart.",
)
SOURCE_RUN_SKIPPED = Code(
    "MY709",
    "not-run",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A release, or a part of one, that was not run.",
    "A check that did not happen must not look like one that passed.",
    "Do what the help says, or evaluate the release in its pipeline.",
)
NO_SOURCE_TESTS = Code(
    "MY710",
    "untested",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A release that was run, and has no tests that say what must come.",
    "That files load says nothing of whether they decide rightly.",
    "Add tests beside its files.",
)

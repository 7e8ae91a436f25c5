"""MY7: source tests."""

from compiler.diagnostics.codes.code_factories import error, warning
from compiler.diagnostics.finding import Code, Enforcement, Severity

INVALID_SOURCE = error(
    "MY701",
    "invalid-source",
    "The engine cannot read, compile or load a companion file.",
    "It would fail in production, after review and rollout.",
    "Fix the reported line.",
)
SOURCE_TEST_FAILED = error(
    "MY702",
    "source-test-failed",
    "A test, test case or competency question does not have its expected result.",
    "The files do not decide what their tests require.",
    "Fix the files, or the test if its expectation is wrong.",
)
SOURCE_MISMATCH = error(
    "MY703",
    "source-mismatch",
    "The spec contradicts its companion files.",
    "Rendered files and records follow the spec, and the running model follows the files.",
    "Correct the spec or the files.",
)
NETWORK_ACCESS = error(
    "MY704",
    "network-access",
    "A companion file accesses the network or files outside the release.",
    "The release would depend on a server that was not reviewed. Source tests run without a network.",
    "Add what the file needs next to the spec.",
)
SOURCE_RUN_ABORTED = error(
    "MY705",
    "source-run-aborted",
    "A release exceeded its time or memory limit, or ended its process.",
    "It would do the same in production. Source tests run in a separate process, so that they do no harm.",
    "Find the loop or allocation that exceeds the limit.",
)
SUSPICIOUS_SOURCE = warning(
    "MY706",
    "suspicious-source",
    "The spec is consistent with its companion files, but their content suggests otherwise.",
    "The hint does not prove that either is wrong.",
    "Compare the two, and correct the wrong one.",
)
SHAPE_VIOLATION = error(
    "MY707",
    "shacl-violation",
    "Facts of a knowledge graph violate its SHACL shapes.",
    "Queries rely on what the shapes guarantee.",
    "Fix the facts at the focus node, or fix the shape.",
)
SCORECARD_COVERAGE = error(
    "MY708",
    "scorecard-coverage",
    "A scorecard assigns no points, or two different numbers of points, to a value.",
    "The attributes of a characteristic must cover every value exactly once; otherwise the score is arbitrary.",
    "Close the gap, or correct the overlapping bounds.",
)
SOURCE_RUN_SKIPPED = Code(
    "MY709",
    "source-run-skipped",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A release, or a part of one, was not run.",
    "A check that did not run must not look like one that passed.",
    "Follow the help, or evaluate the release in its pipeline.",
)
NO_SOURCE_TESTS = Code(
    "MY710",
    "no-source-tests",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A release was run, but has no tests with expected results.",
    "Files that load do not necessarily decide correctly.",
    "Add tests next to its files.",
)

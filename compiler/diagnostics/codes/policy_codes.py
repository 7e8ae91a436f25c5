"""Policies: MY3."""

from compiler.diagnostics.codes.code_factories import error, warning
from compiler.diagnostics.finding import Code, Enforcement, Severity

# MY301 said that policies were recognised and not evaluated; they are.
BAD_POLICY = error(
    "MY302",
    "bad-policy",
    "A policy that cannot be asked: a condition, a schema or a name in it is wrong.",
    "A policy with a slip in it would hold nobody to anything, and nobody would notice.",
    "Mend it at the place that is named; `modelyard policy test` runs its examples.",
)
POLICY_EVALUATION_ERROR = error(
    "MY303",
    "policy-failed",
    "A condition of a policy came to nothing for a model.",
    "What could not be asked must not look kept.",
    "Ask `has(…)` first of a field that may be absent.",
)
UNUSED_POLICY = warning(
    "MY304",
    "selects-nothing",
    "A policy that holds no model to anything: it selects none, binds nobody, or has ended.",
    "A slip in its `match` looks the same as a fleet that keeps it, and so does a policy that nobody bound.",
    "Mend its `match`, bind it, or take it out.",
)
POLICY_EXAMPLE_FAILED = error(
    "MY305",
    "bad-example",
    "An example of a policy that does not come out as it says.",
    "Examples are the tests of a policy: it does not do what its author thought.",
    "Mend the policy, or the example.",
)
UNKNOWN_CONTROL = error(
    "MY306",
    "unknown-control",
    "A policy names a control that no catalogue has.",
    "Evidence for a control that does not exist is none.",
    "Write `<framework>:<control>` as the catalogue in `schemas/controls/` does.",
)
POLICY_NAME_TAKEN = error(
    "MY307",
    "policy-name-taken",
    "A project's policy or pack has the name of a pack that came with Modelyard.",
    "A shipped policy cannot be replaced by one that asks for less, only waived.",
    "Rename it.",
)
BAD_WAIVER = error(
    "MY308",
    "bad-waiver",
    "A waiver that excepts nobody: of a policy that cannot be waived, or not by who agreed, or not for so long.",
    "An exception is a decision of somebody who may make it.",
    "Let somebody agree who may, for as long as may be.",
)
WAIVER_EXPIRED = warning(
    "MY309",
    "waiver-expired",
    "A waiver that has ended.",
    "What it excepted counts again; the document says otherwise to who reads it.",
    "Remove it, or have it granted anew.",
)
UNUSED_WAIVER = warning(
    "MY310",
    "waiver-unused",
    "A waiver that excepts nothing: no model that it names breaks what it waives.",
    "It would hide the next mistake.",
    "Remove it, or what it names of the model.",
)
WAIVER_EXPIRES_SOON = Code(
    "MY311",
    "waiver-ends",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A waiver that ends within two weeks.",
    "What it excepts fails from the day after.",
    "Do what its ticket says, or have it granted anew.",
)
BAD_SUPPRESSION = warning(
    "MY312",
    "bad-suppression",
    "A comment `modelyard: ignore[…]` that has no reason, or hides nothing, or may not hide it.",
    "A comment can hide what is advisory, with a reason; what is mandatory takes a Waiver, which somebody agrees to.",
    "Write `# modelyard: ignore[policy]: reason`, or remove it.",
)

POLICY_SKIPPED = Code(
    "MY313",
    "not-judged",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A policy that binds and was not asked.",
    "A check that did not happen must not look like one that passed.",
    "pip install 'modelyard[secrets]'",
)

APPROVAL_WITHOUT_ROLE = warning(
    "MY314",
    "approval-without-role",
    "An approval by a team that does not hold the role in which it agreed: it counts for nothing.",
    "Who may agree is decided with the team, and not by who agrees.",
    "Let a team agree that holds the role, or have the role added under `approves` of the Team.",
)
APPROVAL_DATES = error(
    "MY315",
    "approval-dates",
    "An approval that ends before the day on which it was given.",
    "It never counted, or one of its days is mistyped; a record of it would say that somebody agreed.",
    "Mend the day that is wrong.",
)
DATE_IN_FUTURE = warning(
    "MY316",
    "day-to-come",
    "A decision that was made on a day to come: an approval, or the class of a use case.",
    "Nobody can have decided yet; records would show it as decided.",
    "Write the day on which it was decided.",
)

"""MY3: policies."""

from compiler.diagnostics.codes.code_factories import error, warning
from compiler.diagnostics.finding import Code, Enforcement, Severity

# MY301 reported that policies were not evaluated yet. It is retired.
BAD_POLICY = error(
    "MY302",
    "bad-policy",
    "A policy is invalid: one of its conditions, schemas or names is wrong.",
    "An invalid policy would silently check nothing.",
    "Fix the reported position; `modelyard policy test` runs the policy's examples.",
)
POLICY_EVALUATION_ERROR = error(
    "MY303",
    "policy-evaluation-error",
    "A policy's condition cannot be evaluated for a model.",
    "A condition that was not evaluated must not look satisfied.",
    "Test a field that may be absent with `has(…)` first.",
)
UNUSED_POLICY = warning(
    "MY304",
    "unused-policy",
    "A policy applies to no model: its `match` selects none, nothing binds it, or its period has ended.",
    "A mistake in `match`, or a missing binding, looks the same as models that satisfy the policy.",
    "Fix its `match`, bind it, or remove it.",
)
POLICY_EXAMPLE_FAILED = error(
    "MY305",
    "policy-example-failed",
    "An example of a policy does not have its expected result.",
    "Examples are a policy's tests. The policy does not do what its author intended.",
    "Fix the policy or the example.",
)
UNKNOWN_CONTROL = error(
    "MY306",
    "unknown-control",
    "A policy names a control that is not in any catalogue.",
    "Evidence for an unknown control is worthless to an auditor.",
    "Write `<framework>:<control>` as in the catalogues in `schemas/controls/`.",
)
POLICY_NAME_TAKEN = error(
    "MY307",
    "policy-name-taken",
    "A project's policy or pack has the name of a shipped pack.",
    "A shipped policy can be waived, but not replaced by a weaker one.",
    "Rename the policy or pack.",
)
BAD_WAIVER = error(
    "MY308",
    "bad-waiver",
    "A waiver is not valid: its policy cannot be waived, its approvers lack the role, or its period is too long.",
    "An exception requires the approval of someone with the authority to grant it.",
    "Get approval from a permitted role, within the maximum duration.",
)
WAIVER_EXPIRED = warning(
    "MY309",
    "waiver-expired",
    "A waiver has expired.",
    "Violations that it covered are reported again, while the document suggests otherwise.",
    "Remove the waiver, or have it renewed.",
)
UNUSED_WAIVER = warning(
    "MY310",
    "unused-waiver",
    "A waiver has no effect: no model that it names violates the policies.",
    "It would hide the next violation.",
    "Remove the waiver, or the part that has no effect.",
)
WAIVER_EXPIRES_SOON = Code(
    "MY311",
    "waiver-expires-soon",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A waiver expires within two weeks.",
    "Violations that it covers are reported from the day after its expiry.",
    "Complete the work in its ticket, or have it renewed.",
)
BAD_SUPPRESSION = warning(
    "MY312",
    "bad-suppression",
    "A `modelyard: ignore[…]` comment has no reason, hides nothing, or must not hide the finding.",
    "A comment can hide an advisory finding, with a reason. A mandatory finding needs an approved Waiver.",
    "Write `# modelyard: ignore[policy]: reason`, or remove the comment.",
)

POLICY_SKIPPED = Code(
    "MY313",
    "policy-skipped",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A policy that applies was skipped.",
    "A check that did not run must not look like one that passed.",
    "pip install 'modelyard[secrets]'",
)

APPROVAL_WITHOUT_ROLE = warning(
    "MY314",
    "approval-without-role",
    "A team approved in a role that it does not hold; the approval is ignored.",
    "The Team document determines who may approve in which role.",
    "Get approval from a team that holds the role, or add the role to `approvalRoles` of the Team.",
)
APPROVAL_DATES = error(
    "MY315",
    "approval-dates",
    "An approval expires before the date on which it was given.",
    "It was never valid, or one of its dates is wrong. A record would still list it as an approval.",
    "Correct the wrong date.",
)
DATE_IN_FUTURE = warning(
    "MY316",
    "date-in-future",
    "A decision is dated in the future: an approval, or the class of a use case.",
    "The decision cannot have been made yet, but records would list it.",
    "Write the date on which the decision was made.",
)
APPROVAL_REQUIRED = error(
    "MY320",
    "approval-required",
    "A deployed model lacks an approval that `approvals.rules` of the project requires.",
    "The project states who must agree to what runs. What nobody agreed to must not be delivered.",
    "Record the approval with `modelyard approve`, before the release is promoted.",
)
POLICY_COVERAGE_LOST = warning(
    "MY321",
    "policy-coverage-lost",
    "A change unbinds, removes or loosens policies, or adds or widens waivers.",
    "Models pass a check that no longer asks for anything. Reviewers must see what is no longer required.",
    "See `modelyard policy impact BASE` for all effects, and have the owners of the policies review the change.",
)
NOT_ADMISSIBLE = error(
    "MY330",
    "not-admissible",
    "A cluster cannot evaluate a policy, a waiver or a value at admission.",
    "An API server knows the object of a request, and evaluates CEL within limits. A rule that is left out silently looks enforced.",
    "Change the policy, or list it under `except` of `capabilities.admission` of the Environment.",
)

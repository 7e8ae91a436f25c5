"""What an examiner asks: each control, the models that it binds, whether their policies pass, and the evidence that they name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from compiler.diagnostics.finding import Finding
from compiler.policy.impact import PolicyState, finding_state

_STATE_ORDER = tuple(PolicyState)
"""From the worst to the best."""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """A policy that applies to a model, and its findings about the model."""

    policy: str
    state: PolicyState
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """Evidence that a spec names: nobody has verified it."""

    uri: str
    date: str | None
    valid_until: str | None
    is_expired: bool


@dataclass(frozen=True, slots=True)
class AuditSubject:
    """A model: the policies that apply to it in any of its environments, and the evidence by control."""

    name: str
    owner: str
    lifecycle: str
    tier: str
    environments: tuple[str, ...]
    policies: frozenset[str]
    unevaluated_policies: frozenset[str]
    evidence: Mapping[str, tuple[EvidenceEntry, ...]]


@dataclass(frozen=True, slots=True)
class ModelControl:
    """A control as it binds one model."""

    model: AuditSubject
    results: tuple[PolicyResult, ...]
    evidence: tuple[EvidenceEntry, ...]

    @property
    def state(self) -> PolicyState:
        """The worst state of its policies; `NOT_EVALUATED` if only evidence names the control."""
        states = [result.state for result in self.results]
        return min(states, key=_STATE_ORDER.index) if states else PolicyState.NOT_EVALUATED

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of its policies."""
        return tuple(finding for result in self.results for finding in result.findings)


@dataclass(frozen=True, slots=True)
class AuditedControl:
    """A control, the policies that implement it, and the models that it binds."""

    id: str
    title: str
    policies: tuple[str, ...]
    models: tuple[ModelControl, ...]

    @property
    def framework(self) -> str:
        """The catalogue that defines it."""
        return self.id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class AuditedFramework:
    """A catalogue of controls: those that policies or evidence name, and the ids of those that no policy implements."""

    name: str
    title: str
    source: str
    controls: tuple[AuditedControl, ...]
    controls_without_policy: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """The controls of a project on a day."""

    project: str
    as_of: date
    revision: str
    model_count: int
    frameworks: tuple[AuditedFramework, ...]
    error_count: int
    """Mandatory findings that are not about policies: an invalid spec makes the audit incomplete."""

    @property
    def controls(self) -> Iterator[AuditedControl]:
        """The controls of all frameworks."""
        return (control for framework in self.frameworks for control in framework.controls)


def audit_control(
    id_: str,
    title: str,
    policies: Sequence[str],
    subjects: Iterable[AuditSubject],
    findings: Mapping[tuple[str, str], Sequence[Finding]],
) -> AuditedControl:
    """A control with the models that one of its policies applies to, or that name evidence for it.

    `findings`: those of each policy and model.
    """
    models = []
    for subject in subjects:
        evidence = subject.evidence.get(id_, ())
        results = tuple(
            _policy_result(policy, subject, tuple(findings.get((policy, subject.name), ())))
            for policy in policies
            if policy in subject.policies
        )
        if results or evidence:
            models.append(ModelControl(subject, results, evidence))
    return AuditedControl(id_, title, tuple(policies), tuple(models))


def _policy_result(policy: str, subject: AuditSubject, findings: tuple[Finding, ...]) -> PolicyResult:
    states = [finding_state(finding) for finding in findings]
    if states:
        return PolicyResult(policy, min(states, key=_STATE_ORDER.index), findings)
    is_unevaluated = policy in subject.unevaluated_policies
    return PolicyResult(policy, PolicyState.NOT_EVALUATED if is_unevaluated else PolicyState.PASSES)

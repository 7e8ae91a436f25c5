"""Collects what an audit shows: each control with the models that it binds, from the findings of a whole build."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session
from compiler.policy.audit import Audit, AuditedControl, AuditedFramework, AuditSubject, EvidenceEntry, audit_control
from compiler.policy.baseline import is_policy_finding
from compiler.policy.binding import section_at
from compiler.policy.controls import ControlCatalogues
from compiler.policy.policy_engine import PolicyEngine
from compiler.spec.portfolio import ModelSpec

FindingsByPolicy = Mapping[tuple[str, str], Sequence[Finding]]
"""The findings of each policy and model."""


def audit_session(
    session: Session, findings: Iterable[Finding], revision: str, models: frozenset[str] = frozenset()
) -> Audit:
    """The audit of a project on the day of its session.

    `findings`: all findings of a build, those about rendered objects included. `models`: the names of the models to audit, all if empty.
    """
    engine = session.policy_engine
    specs = session.portfolio.by_kind("Model")
    subjects = [_subject(session, engine, name, specs[name]) for name in specs if not models or name in models]
    findings_by_policy: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    error_count = 0
    for finding in findings:
        if is_policy_finding(finding) and finding.subject is not None:
            findings_by_policy[finding.code.id, finding.subject.name].append(finding)
        elif finding.is_blocking:
            error_count += 1
    frameworks = (
        *_frameworks(engine, subjects, findings_by_policy),
        *_other_policies(engine, subjects, findings_by_policy),
    )
    return Audit(session.portfolio.project.name, session.as_of, revision, len(subjects), frameworks, error_count)


def _subject(session: Session, engine: PolicyEngine, name: str, spec: ModelSpec) -> AuditSubject:
    """A model with the policies that apply to it."""
    evaluation = engine.start_evaluation()
    applicable: set[str] = set()
    evidence: dict[str, dict[EvidenceEntry, None]] = defaultdict(dict)
    environments = session.fleet.environments_of(name)
    owner, lifecycle, tier = "", "", ""
    for environment in environments:
        model, _ = session.fleet.resolve(name, environment)
        if model is None:
            continue
        for _finding in evaluation.evaluate(model):
            pass  # the evaluation records which policies apply; the findings are those of the build
        applicable |= {policy.id for policy in engine.library.bound_policies(model) if policy.scope == "fleet"}
        governance = model.data.get("governance", {})
        owner, lifecycle = model.data["owner"], model.data["lifecycle"]
        tier = governance.get("risk", {}).get("tier", "")
        for entry in governance.get("evidence", ()):
            valid_until = entry.get("validUntil")
            is_expired = valid_until is not None and valid_until < session.as_of.isoformat()
            evidence[entry["control"]][EvidenceEntry(entry["uri"], entry.get("date"), valid_until, is_expired)] = None
    usage = evaluation.usage
    return AuditSubject(
        name,
        owner or str(spec.json.get("owner") or ""),
        lifecycle,
        tier,
        tuple(environment for environment in environments if environment is not None),
        frozenset(applicable | usage.selected_ids | usage.object_policy_ids | usage.skipped_ids),
        frozenset(usage.skipped_ids | {id_ for id_, model_name in usage.evaluation_failures if model_name == name}),
        {control: tuple(entries) for control, entries in evidence.items()},
    )


def _frameworks(
    engine: PolicyEngine, subjects: Sequence[AuditSubject], findings: FindingsByPolicy
) -> Iterator[AuditedFramework]:
    """The catalogues of the controls that policies or evidence name."""
    policies_by_control: dict[str, list[str]] = defaultdict(list)
    bound_ids = frozenset[str]().union(*(subject.policies for subject in subjects))
    for policy in engine.library.all_policies():
        if policy.id in bound_ids:
            for control in policy.code.controls:
                policies_by_control[control].append(policy.id)
    named = {*policies_by_control, *(control for subject in subjects for control in subject.evidence)}
    for name in sorted({control.partition(":")[0] for control in named}):
        catalogue = engine.controls.catalogue(name)
        titles = _titles(engine.controls, name)
        ids = [id_ for id_ in titles if id_ in named] + sorted(
            id_ for id_ in named if id_.partition(":")[0] == name and id_ not in titles
        )
        controls = tuple(_control(id_, titles, policies_by_control.get(id_, ()), subjects, findings) for id_ in ids)
        source = section_at(catalogue, ("source",))
        yield AuditedFramework(
            name,
            str(catalogue.get("title") or name),
            str(source.get("url") or ""),
            controls,
            tuple((id_, title) for id_, title in titles.items() if id_ not in policies_by_control),
        )


def _other_policies(
    engine: PolicyEngine, subjects: Sequence[AuditSubject], findings: FindingsByPolicy
) -> Iterator[AuditedFramework]:
    """The policies that apply to a model and name no control, each like a control of its own."""
    bound_ids = frozenset[str]().union(*(subject.policies for subject in subjects))
    controls = tuple(
        audit_control(policy.id, policy.code.summary, (policy.id,), subjects, findings)
        for policy in engine.library.all_policies()
        if policy.id in bound_ids and not policy.code.controls
    )
    if controls:
        yield AuditedFramework("policies", "Policies that name no control", "", controls, ())


def _titles(catalogues: ControlCatalogues, framework: str) -> Mapping[str, str]:
    return {f"{framework}:{id_}": str(title) for id_, title in catalogues.controls_of(framework).items()}


def _control(
    id_: str,
    titles: Mapping[str, str],
    policies: Sequence[str],
    subjects: Sequence[AuditSubject],
    findings: FindingsByPolicy,
) -> AuditedControl:
    return audit_control(id_, titles.get(id_, ""), policies, subjects, findings)

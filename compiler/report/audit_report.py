"""An audit as text, JSON, or an HTML page."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
from compiler.policy.audit import Audit, AuditedControl, AuditedFramework, ModelControl
from compiler.policy.impact import PolicyState
from compiler.report.audit_page import render_page
from compiler.report.finding_text import pluralize
from compiler.report.json_output import dump_json
from compiler.report.line_wrap import wrap_line
from compiler.report.text_report import make_painter, to_printable

_STYLES: Mapping[PolicyState, str] = MappingProxyType(
    {
        PolicyState.FAILS: "error",
        PolicyState.NOT_EVALUATED: "error",
        PolicyState.ADVISES: "warning",
        PolicyState.IS_WAIVED: "info",
        PolicyState.PASSES: "green",
    }
)
_STATE_WIDTH = max(len(state.value) for state in _STYLES)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The audit, and the ids of the controls to show. `verbose`: text lists the models that pass, too."""

    audit: Audit
    shown_controls: frozenset[str]
    verbose: bool = False
    colour: bool = False
    width: int | None = None

    @property
    def frameworks(self) -> Iterator[tuple[AuditedFramework, tuple[AuditedControl, ...]]]:
        """The frameworks with a control to show, and these controls."""
        for framework in self.audit.frameworks:
            controls = tuple(control for control in framework.controls if control.id in self.shown_controls)
            if controls:
                yield framework, controls


def state_counts(models: Iterable[ModelControl]) -> Mapping[PolicyState, int]:
    """The number of models in each state, from the worst to the best."""
    counts = Counter(model.state for model in models)
    return {state: counts[state] for state in PolicyState if counts[state]}


def _counts_text(models: Iterable[ModelControl]) -> str:
    return ", ".join(f"{count} {state.value}" for state, count in state_counts(models).items()) or "binds no model"


def render_text(report: AuditReport) -> str:
    """One line per control; below it the models that do not pass, with their findings and evidence."""
    paint, audit = make_painter(colour=report.colour), report.audit
    lines = [f"{audit.project} on {audit.as_of}{f', revision {audit.revision}' if audit.revision else ''}", ""]
    for framework, controls in report.frameworks:
        lines += [paint("bold", to_printable(framework.title)), *([framework.source] if framework.source else []), ""]
        for control in controls:
            lines += _control_lines(report, control)
        if framework.controls_without_policy and controls == framework.controls:
            ids = ", ".join(id_.partition(":")[2] for id_, _ in framework.controls_without_policy)
            lines += ["", *wrap_line("  No policy that applies names: ", ids, report.width, indent=4)]
        lines.append("")
    return "\n".join([*lines, _summary(report)]) + "\n"


def _control_lines(report: AuditReport, control: AuditedControl) -> Iterator[str]:
    paint = make_painter(colour=report.colour)
    title = f"{control.id}{f' {control.title}' if control.title else ''}: "
    yield from wrap_line(f"  {to_printable(title)}", _counts_text(control.models), report.width, indent=4)
    for model in control.models:
        if model.state is PolicyState.PASSES and not report.verbose:
            continue
        state = paint(_STYLES[model.state], f"{model.state.value:{_STATE_WIDTH}}")
        environments = ", ".join(model.model.environments)
        yield f"    {state}  {to_printable(model.model.name)}{f' in {environments}' if environments else ''} ({model.model.owner})"
        margin = " " * (6 + _STATE_WIDTH)
        for finding in model.findings:
            yield from wrap_line(
                f"{margin}{finding.code.id}: ", _finding_text(finding), report.width, indent=len(margin) + 2
            )
        for result in model.results:
            if result.state is PolicyState.NOT_EVALUATED:
                yield f"{margin}{result.policy}: it could not be evaluated; run `modelyard check`"
        for entry in model.evidence:
            dated = f" of {entry.date}" if entry.date else ""
            until = (
                f", {'expired on' if entry.is_expired else 'valid until'} {entry.valid_until}"
                if entry.valid_until
                else ""
            )
            yield f"{margin}evidence{dated}{until}: {to_printable(entry.uri)}"


def _finding_text(finding: Finding) -> str:
    location = f" ({finding.location.path}:{finding.location.line})" if finding.location else ""
    reason = f"; {finding.status.value}: {finding.status_reason}" if finding.status_reason else ""
    return to_printable(f"{finding.message}{reason}{location}")


def _summary(report: AuditReport) -> str:
    controls = [control for _, shown in report.frameworks for control in shown]
    failing = sum(any(model.state is PolicyState.FAILS for model in control.models) for control in controls)
    models = {model.model.name for control in controls for model in control.models if model.state is PolicyState.FAILS}
    scope = f"{pluralize(len(controls), 'control')}, {pluralize(report.audit.model_count, 'model')}"
    incomplete = "; incomplete: the project has errors" if report.audit.error_count else ""
    verdict = f"{pluralize(failing, 'control')} fail{'s' if failing == 1 else ''} in {pluralize(len(models), 'model')}"
    return f"{scope}: {verdict if failing else 'no control fails'}{incomplete}"


def render_json(report: AuditReport) -> str:
    """All controls that are shown, with all models."""
    audit = report.audit
    return dump_json(
        {
            "version": 1,
            "project": audit.project,
            "asOf": audit.as_of.isoformat(),
            "revision": audit.revision or None,
            "complete": not audit.error_count,
            "frameworks": [_framework_json(framework, controls) for framework, controls in report.frameworks],
        }
    )


def _framework_json(framework: AuditedFramework, controls: Iterable[AuditedControl]) -> Object:
    return {
        "name": framework.name,
        "title": framework.title,
        "source": framework.source or None,
        "controls": [_control_json(control) for control in controls],
        "controlsWithoutPolicy": [{"id": id_, "title": title} for id_, title in framework.controls_without_policy],
    }


def _control_json(control: AuditedControl) -> Object:
    return {
        "id": control.id,
        "title": control.title or None,
        "policies": list(control.policies),
        "models": [_model_json(model) for model in control.models],
    }


def _model_json(model: ModelControl) -> Object:
    subject = model.model
    policies: list[Json] = [
        {
            "policy": result.policy,
            "state": result.state.value,
            "findings": [
                {
                    "message": finding.message,
                    "status": finding.status.value,
                    "statusReason": finding.status_reason,
                    "environments": list(finding.affected_environments),
                    "path": finding.location.path if finding.location else None,
                    "line": finding.location.line if finding.location else None,
                    "fingerprint": finding.fingerprint,
                }
                for finding in result.findings
            ],
        }
        for result in model.results
    ]
    return {
        "model": subject.name,
        "owner": subject.owner,
        "lifecycle": subject.lifecycle,
        "tier": subject.tier or None,
        "environments": list(subject.environments),
        "state": model.state.value,
        "policies": policies,
        "evidence": [
            {"uri": entry.uri, "date": entry.date, "validUntil": entry.valid_until, "expired": entry.is_expired}
            for entry in model.evidence
        ],
    }


def render_html(report: AuditReport) -> str:
    """One page without scripts and without references to other files."""
    return render_page(report.audit, tuple(report.frameworks), _summary(report))


FORMATS: Mapping[str, Callable[[AuditReport], str]] = MappingProxyType(
    {"text": render_text, "json": render_json, "html": render_html}
)
"""The renderer of each format."""

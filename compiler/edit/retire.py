"""Retires models: removes their deployments and records their retirement."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject, sorted_unique
from compiler.edit.edit_session import EditOutcome, EditResult, EditSession, not_editable_findings
from compiler.edit.yaml_edit import NotEditableError
from compiler.pipeline.session import Session
from compiler.spec.data_types import ModelData, ModelDocumentData
from compiler.spec.model_lookup import require_valid_model
from compiler.spec.portfolio import ModelSpec


def retire(session: Session, names: Sequence[str]) -> EditOutcome:
    """The edits that retire models; without names, those whose retirement date has passed.

    Models that must be edited by hand are skipped with a finding.
    """
    specs = [require_valid_model(session.portfolio, name) for name in names] or list(due_models(session))
    if not specs:
        return EditResult("No model is due to be retired", {})
    blocking_findings = sorted_unique(finding for spec in specs for finding in _too_early_findings(session, spec))
    if blocking_findings:
        return blocking_findings
    edits = EditSession(session)
    skipped_findings = tuple(finding for spec in specs for finding in _retire_model(edits, spec))
    if len(skipped_findings) == len(specs):
        return sorted_unique(skipped_findings)
    summary = f"Retire {specs[0].name}" if len(specs) == 1 else "Retire models that have reached their retirement date"
    return edits.finish(summary, sorted_unique(skipped_findings))


def _retire_model(edits: EditSession, spec: ModelSpec) -> tuple[Finding, ...]:
    """Edit the model in the session; returns a finding, and changes nothing, if the model must be edited by hand."""
    original_texts = dict(edits.texts)
    try:
        edits.set_value(spec, ("lifecycle",), "retired", after_key="type")
        edits.remove_key(spec, ("environments",))
    except NotEditableError as error:
        edits.texts = original_texts
        return not_editable_findings(error, spec)
    return ()


def due_models(session: Session) -> Iterator[ModelSpec]:
    """Models that are still deployed, or list environments, although their retirement date has passed."""
    for spec in session.portfolio.by_kind("Model").values():
        day = _retirement_date(session, spec)
        is_active = bool(spec.data.get("environments", {})) or _base_data(session, spec).get("lifecycle") != "retired"
        if day and day <= session.as_of.isoformat() and is_active:
            yield spec


def _too_early_findings(session: Session, spec: ModelSpec) -> Iterator[Finding]:
    day = _retirement_date(session, spec)
    if day and day <= session.as_of.isoformat():
        return
    pointer = ("retirement", "date") if day else ("retirement",)
    message = (
        f"the retirement date of {spec.name} is in the future: {day}" if day else f"{spec.name} has no retirement date"
    )
    help_ = (
        "change the date first, in a commit that the owners of its callers can review"
        if day
        else "add `retirement: {date: …, successor: …}`"
    )
    subject = Subject("Model", spec.name, None, pointer)
    yield Finding(codes.TRANSITION_NOT_ALLOWED, message, spec.document.location(pointer), subject, help_)


def _retirement_date(session: Session, spec: ModelSpec) -> str:
    retirement = _base_data(session, spec).get("retirement") or {}
    return retirement.get("date") or ""


def _base_data(session: Session, spec: ModelSpec) -> ModelData | ModelDocumentData:
    """The base data of a model; its own data if it does not resolve."""
    model, _ = session.fleet.resolve(spec.name, None)
    return model.data if model else spec.data

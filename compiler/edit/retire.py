"""Models that come to their end: they run nowhere any more, and their records say so."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject, in_order
from compiler.edit.deployment_state import require_model
from compiler.edit.edit_session import Changed, Draft, Outcome, not_editable
from compiler.edit.yaml_edit import NotEditableError
from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.pipeline.session import Run
from compiler.spec.portfolio import Spec


def retire(run: Run, names: Sequence[str]) -> Outcome:
    """The edits that retire models; without names those whose day has come. Those that only a person can edit are left, and told."""
    specs = [require_model(run.fleet, name) for name in names] or list(due(run))
    if not specs:
        return Changed("No model is due to be retired", {})
    refused = in_order(finding for spec in specs for finding in _too_early(run, spec))
    if refused:
        return refused
    draft = Draft(run)
    left = tuple(finding for spec in specs for finding in _retired(draft, spec))
    if len(left) == len(specs):
        return in_order(left)
    said = f"Retire {specs[0].name}" if len(specs) == 1 else "Retire models whose day has come"
    return draft.outcome(said, in_order(left))


def _retired(draft: Draft, spec: Spec) -> tuple[Finding, ...]:
    """The model edited in the draft; a finding, and no edit of it, where only a person can."""
    before = dict(draft.texts)
    try:
        draft.set(spec, ("lifecycle",), "retired", after="type")
        draft.remove(spec, ("environments",))
    except NotEditableError as error:
        draft.texts = before
        return not_editable(error, spec)
    return ()


def due(run: Run) -> Iterator[Spec]:
    """Models that still run, or are said to, though their day has come."""
    for spec in run.portfolio.of("Model").values():
        day = _day(run, spec)
        runs = bool(as_object(spec.data.get("environments"))) or _general(run, spec).get("lifecycle") != "retired"
        if day and day <= run.as_of.isoformat() and runs:
            yield spec


def _too_early(run: Run, spec: Spec) -> Iterator[Finding]:
    day = _day(run, spec)
    if day and day <= run.as_of.isoformat():
        return
    pointer = ("retirement", "date") if day else ("retirement",)
    message = f"{spec.name} is to be retired on {day}" if day else f"nothing says when {spec.name} is to be retired"
    help_ = "change the day, in a change that those who use it can see" if day else "add `retirement: {date: …, successor: …}`"
    subject = Subject("Model", spec.name, None, pointer)
    yield Finding(codes.NOT_ALLOWED, message, spec.document.place(pointer), subject, help_)


def _day(run: Run, spec: Spec) -> str:
    return as_str(as_object(_general(run, spec).get("retirement")).get("date"))


def _general(run: Run, spec: Spec) -> Object:
    """What holds of the model in general; its own words where that does not hold together."""
    model, _ = run.fleet.resolve(spec.name, None)
    found: Json = model.data if model else spec.data
    return as_object(found)

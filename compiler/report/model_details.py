"""One model of an inventory in full, for a terminal."""

from collections.abc import Iterable, Iterator
from datetime import date
from textwrap import wrap

from compiler.inventory.columns import format_dependency, format_placement, format_sla
from compiler.inventory.deadlines import Deadline, deadlines
from compiler.inventory.row import Row
from compiler.inventory.row_parts import Approval, Placement, UsedDataset
from compiler.report.text_report import make_painter, to_printable

_LABEL_WIDTH = 16
_MAX_WIDTH = 100
_ROLES = {"training": "made from", "evaluation": "judged on", "used": "reads"}

LabelledLines = Iterator[tuple[str, str]]


def render_text(row: Row, as_of: date, *, colour: bool) -> str:
    """The model's owner, risk, deployments, dependencies, approvals and deadlines."""
    paint = make_painter(colour=colour)
    risk = f", {row.tier} risk" if row.tier else ""
    lines = [paint("bold", row.name) + f"  {row.type}, {row.lifecycle}{risk}"]
    lines += _wrap_text("", row.summary, indent=2)
    for section in (_owner_lines, _purpose_lines, _environment_lines, _dependency_lines, _governance_lines, _gap_lines):
        section_lines = list(section(row))
        lines += [""] if section_lines else []
        previous_label = None
        for label, value in section_lines:
            lines += _labelled_lines(
                "" if label == previous_label else label, value, paint("dim", f"{label:{_LABEL_WIDTH}}")
            )
            previous_label = label or previous_label
    expired_deadlines = [deadline for deadline in deadlines(row) if deadline.date is not None and deadline.date < as_of]
    lines += [""] if expired_deadlines else []
    lines += [paint("error", f"  overdue: {_format_deadline(deadline)}") for deadline in expired_deadlines]
    return "\n".join(lines) + "\n"


def _format_deadline(deadline: Deadline) -> str:
    return " ".join(filter(None, [deadline.kind, deadline.detail, deadline.environment, str(deadline.date)]))


def _wrap_text(first: str, value: str, indent: int) -> list[str]:
    lines = wrap(to_printable(value), _MAX_WIDTH - indent) or [""]
    return [first + " " * (indent - len(first)) + lines[0], *(" " * indent + line for line in lines[1:])]


def _labelled_lines(label: str, value: str, styled_label: str) -> list[str]:
    first, *rest = _wrap_text(f"  {label}", value, _LABEL_WIDTH + 2)
    return [f"  {styled_label}{first[_LABEL_WIDTH + 2 :]}" if label else first, *rest]


def _owner_lines(row: Row) -> LabelledLines:
    contacts = row.contacts
    contact_texts = filter(
        None, [contacts.email, contacts.chat, contacts.on_call and f"on call: {contacts.on_call}"] if contacts else []
    )
    yield "owner", ", ".join([row.owner, *contact_texts])
    yield from _values_with_label("previousNames", row.previous_names)
    yield from _values_with_label("label", (f"{key}: {value}" for key, value in row.labels.items()))
    yield "spec", f"{row.path}:{row.line}"


def _purpose_lines(row: Row) -> LabelledLines:
    if row.use_case:
        yield "use case", f"{row.use_case.name}: {row.use_case.summary}"
        for classification in row.use_case.classification:
            decision = ", ".join(
                filter(None, [classification.decided_by, str(classification.date) if classification.date else None])
            )
            yield (
                "classification",
                f"{classification.regime}: {classification.value}{f' ({decision})' if decision else ''}",
            )
    for label, value in (
        ("materiality", row.materiality),
        ("complexity", row.complexity),
        ("intended use", row.intended_use),
    ):
        if value:
            yield label, value
    yield from _values_with_label("not for", row.out_of_scope)
    yield from _values_with_label("limitation", row.limitations)


def _environment_lines(row: Row) -> LabelledLines:
    for placement in row.environments:
        yield "runs in", f"{format_placement(placement)}{_format_cluster(placement)}"
        yield "", f"runtime    {placement.runtime_digest}"
        yield "", f"governance {placement.governance_digest}"
    if not row.environments:
        yield "runs in", "no environment"
    if row.router:
        yield "router", row.router
    if row.sla:
        yield "promised", format_sla(row.sla) + (f" over {row.sla.window}" if row.sla.window else "")


def _format_cluster(placement: Placement) -> str:
    details = ", ".join(filter(None, [placement.target, placement.cluster, placement.namespace]))
    return f", on {details}" if details else ""


def _dependency_lines(row: Row) -> LabelledLines:
    for role, label in _ROLES.items():
        yield from _values_with_label(
            label, (_format_dataset(dependency) for dependency in row.datasets if role in dependency.roles)
        )
    for dependency in row.dependencies:
        call_details = ", ".join(
            filter(
                None,
                [
                    dependency.step and f"as {dependency.step}",
                    dependency.condition and f"when {dependency.condition}",
                    dependency.weight,
                ],
            )
        )
        yield (
            "dependencies",
            f"{format_dependency(dependency)}{f' {call_details}' if call_details else ''}{_in_environments(dependency.environments)}",
        )
    yield from _values_with_label("dependents", row.dependents)
    for vendor in row.vendors:
        expiry = f" until {vendor.expires}" if vendor.expires else ""
        contract = f", contract {vendor.contract}{expiry}" if vendor.contract else ""
        yield "vendor", f"{vendor.release}: {vendor.provider}, {vendor.product}{contract}"


def _format_dataset(dataset: UsedDataset) -> str:
    sensitive = f"sensitive: {', '.join(dataset.sensitive_fields)}" if dataset.sensitive_fields else None
    details = ", ".join(
        filter(None, [dataset.classification, dataset.retention and f"kept for {dataset.retention}", sensitive])
    )
    return f"{dataset.name}{f' ({details})' if details else ''}"


def _governance_lines(row: Row) -> LabelledLines:
    if row.review:
        review_dates = (
            f"last {row.review.last}, next {row.review.next}"
            if row.review.last
            else "the date of the last one is unknown"
        )
        yield "review", f"every {row.review.interval}, {review_dates}"
    if row.validation:
        suffix = f", next {row.validation.next}" if row.validation.next else ""
        yield (
            "validation",
            f"{row.validation.conclusion} by {row.validation.validated_by} on {row.validation.date}{suffix}",
        )
    for evidence in row.evidence:
        yield "evidence", f"{evidence.control}: {evidence.uri}{_until_date(evidence.valid_until)}"
    yield from _values_with_label("approval", map(_format_approval, row.approvals))
    for waiver in row.waivers:
        scope = f" at {', '.join(waiver.paths)}" if waiver.paths else ""
        summary = f"{waiver.name}: {', '.join(waiver.policies)}{scope}{_until_date(waiver.expires)}{_in_environments(waiver.environments)}"
        yield "waiver", f"{summary}: {waiver.reason} ({waiver.ticket})"
    if row.retirement:
        suffix = f", then {row.retirement.successor}" if row.retirement.successor else ""
        yield "retirement", f"{row.retirement.date}{suffix}"


def _format_approval(approval: Approval) -> str:
    validity = "" if approval.valid else f"; invalid: {approval.invalid_reason}"
    return (
        f"{approval.environment}: {approval.decision} by {approval.team} as {approval.role} on "
        f"{approval.date}{_until_date(approval.expires)}{validity}"
    )


def _gap_lines(row: Row) -> LabelledLines:
    yield from _values_with_label(
        "patch",
        (
            f"{item.kind}{f' {item.name}' if item.name else ''}: {item.reason}{_in_environments(item.environments)}"
            for item in row.patches
        ),
    )
    yield from _values_with_label(
        "unmeasured",
        (f"{item.objective}: {item.reason}{_in_environments(item.environments)}" for item in row.unmeasured),
    )
    yield from _values_with_label(
        "unmeasured", (f"{item.signal}: no metric series" for item in row.signals if not item.measured)
    )
    for counts in row.record_fields:
        if counts.missing:
            yield "missing fields", f"{counts.regime}: {counts.missing} of {counts.total}"


def _values_with_label(label: str, values: Iterable[str]) -> LabelledLines:
    for value in values:
        yield label, value


def _in_environments(environments: tuple[str, ...]) -> str:
    return f" (in {', '.join(environments)})" if environments else ""


def _until_date(day: date | None) -> str:
    return f", until {day}" if day else ""

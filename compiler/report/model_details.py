"""One model of an inventory in full, for a terminal."""

from collections.abc import Iterable, Iterator
from datetime import date
from textwrap import wrap

from compiler.inventory.columns import asks, promised, runs
from compiler.inventory.deadlines import Deadline, deadlines
from compiler.inventory.row import Row
from compiler.inventory.row_parts import Approval, Placement, UsedDataset
from compiler.report.text_report import painter, printable

_LABEL = 16
_WIDEST = 100
_ROLES = {"training": "made from", "evaluation": "judged on", "used": "reads"}

Lines = Iterator[tuple[str, str]]


def text(row: Row, as_of: date, *, colour: bool) -> str:
    """Who answers for it, how risky it is, where it runs, on what it rests, what was agreed, and what lapses."""
    paint = painter(colour=colour)
    risk = f", {row.tier} risk" if row.tier else ""
    lines = [paint("bold", row.name) + f"  {row.type}, {row.lifecycle}{risk}"]
    lines += _wrapped("", row.summary, indent=2)
    for part in (_who, _uses, _places, _rests, _agreed, _gaps):
        said = list(part(row))
        lines += [""] if said else []
        before = None
        for label, value in said:
            lines += _labelled("" if label == before else label, value, paint("dim", f"{label:{_LABEL}}"))
            before = label or before
    lapsed = [one for one in deadlines(row) if one.date is not None and one.date < as_of]
    lines += [""] if lapsed else []
    lines += [paint("error", f"  lapsed: {_lapsed(one)}") for one in lapsed]
    return "\n".join(lines) + "\n"


def _lapsed(one: Deadline) -> str:
    return " ".join(filter(None, [one.kind, one.what, one.environment, str(one.date)]))


def _wrapped(first: str, value: str, indent: int) -> list[str]:
    found = wrap(printable(value), _WIDEST - indent) or [""]
    return [first + " " * (indent - len(first)) + found[0], *(" " * indent + line for line in found[1:])]


def _labelled(label: str, value: str, painted: str) -> list[str]:
    first, *more = _wrapped(f"  {label}", value, _LABEL + 2)
    return [f"  {painted}{first[_LABEL + 2 :]}" if label else first, *more]


def _who(row: Row) -> Lines:
    contacts = row.contacts
    reached = filter(
        None, [contacts.email, contacts.chat, contacts.on_call and f"on call: {contacts.on_call}"] if contacts else []
    )
    yield "owner", ", ".join([row.owner, *reached])
    yield from _each("formerly", row.formerly)
    yield from _each("label", (f"{key}: {value}" for key, value in row.labels.items()))
    yield "spec", f"{row.path}:{row.line}"


def _uses(row: Row) -> Lines:
    if row.use_case:
        yield "use case", f"{row.use_case.name}: {row.use_case.summary}"
        for one in row.use_case.classification:
            decided = ", ".join(filter(None, [one.decided_by, str(one.date) if one.date else None]))
            yield "class", f"{one.regime}: {one.value}{f' ({decided})' if decided else ''}"
    for label, value in (
        ("materiality", row.materiality),
        ("complexity", row.complexity),
        ("intended use", row.intended_use),
    ):
        if value:
            yield label, value
    yield from _each("not for", row.out_of_scope)
    yield from _each("limitation", row.limitations)


def _places(row: Row) -> Lines:
    for place in row.environments:
        yield "runs in", f"{runs(place)}{_within(place)}"
        yield "", f"runtime    {place.runtime_digest}"
        yield "", f"governance {place.governance_digest}"
    if not row.environments:
        yield "runs in", "no environment"
    if row.router:
        yield "router", row.router
    if row.sla:
        yield "promised", promised(row.sla) + (f" over {row.sla.window}" if row.sla.window else "")


def _within(place: Placement) -> str:
    said = ", ".join(filter(None, [place.target, place.cluster, place.namespace]))
    return f", on {said}" if said else ""


def _rests(row: Row) -> Lines:
    for role, label in _ROLES.items():
        yield from _each(label, (_dataset(one) for one in row.datasets if role in one.roles))
    for one in row.asks:
        how = ", ".join(
            filter(None, [one.step and f"as {one.step}", one.condition and f"when {one.condition}", one.weight])
        )
        yield "asks", f"{asks(one)}{f' {how}' if how else ''}{_in(one.environments)}"
    yield from _each("asked by", row.asked_by)
    for vendor in row.vendors:
        until = f" until {vendor.expires}" if vendor.expires else ""
        contract = f", contract {vendor.contract}{until}" if vendor.contract else ""
        yield "vendor", f"{vendor.release}: {vendor.provider}, {vendor.product}{contract}"


def _dataset(one: UsedDataset) -> str:
    sensitive = f"sensitive: {', '.join(one.sensitive_fields)}" if one.sensitive_fields else None
    said = ", ".join(filter(None, [one.classification, one.retention and f"kept for {one.retention}", sensitive]))
    return f"{one.name}{f' ({said})' if said else ''}"


def _agreed(row: Row) -> Lines:
    if row.review:
        known = (
            f"last {row.review.last}, next {row.review.next}"
            if row.review.last
            else "nobody says when the last one was"
        )
        yield "review", f"every {row.review.every}, {known}"
    if row.validation:
        after = f", next {row.validation.next}" if row.validation.next else ""
        yield "validation", f"{row.validation.conclusion} by {row.validation.by} on {row.validation.date}{after}"
    for one in row.evidence:
        yield "evidence", f"{one.control}: {one.uri}{_until(one.valid_until)}"
    yield from _each("approval", map(_approval, row.approvals))
    for waiver in row.waivers:
        about = f" at {', '.join(waiver.paths)}" if waiver.paths else ""
        said = f"{waiver.name}: {', '.join(waiver.policies)}{about}{_until(waiver.expires)}{_in(waiver.environments)}"
        yield "waiver", f"{said}: {waiver.reason} ({waiver.ticket})"
    if row.retirement:
        after = f", then {row.retirement.successor}" if row.retirement.successor else ""
        yield "retirement", f"{row.retirement.date}{after}"


def _approval(one: Approval) -> str:
    holds = "" if one.holds else f"; void: {one.because}"
    return f"{one.environment}: {one.decision} by {one.team} as {one.role} on {one.date}{_until(one.expires)}{holds}"


def _gaps(row: Row) -> Lines:
    yield from _each(
        "patch",
        (f"{one.kind}{f' {one.name}' if one.name else ''}: {one.reason}{_in(one.environments)}" for one in row.patches),
    )
    yield from _each("unwatched", (f"{one.objective}: {one.reason}{_in(one.environments)}" for one in row.unwatched))
    yield from _each("unwatched", (f"{one.signal}: no series holds it" for one in row.signals if not one.watched))
    for facts in row.facts:
        if facts.missing:
            yield "missing facts", f"{facts.regime}: {facts.missing} of {facts.asked}"


def _each(label: str, values: Iterable[str]) -> Lines:
    for value in values:
        yield label, value


def _in(environments: tuple[str, ...]) -> str:
    return f" (in {', '.join(environments)})" if environments else ""


def _until(day: date | None) -> str:
    return f", until {day}" if day else ""

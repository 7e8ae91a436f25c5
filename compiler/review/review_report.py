"""The review of a change as text, JSON, or a Markdown comment of a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object
from compiler.report.finding_text import pluralize
from compiler.report.json_output import dump_json
from compiler.report.line_wrap import wrap_line
from compiler.report.markdown_escape import code_span, escape_inline, escape_text, table_row
from compiler.report.text_report import make_painter, to_printable
from compiler.review.change_review import ChangeReview, DocumentChange, ModelChange, ScopedObject, VoidedApproval
from compiler.review.common_changes import CommonChange, group_changes
from compiler.review.rendered_objects import ObjectChange, label_counts
from compiler.review.review_rules import ChangeClass, ClassifiedChange, is_absent
from compiler.review.review_words import change_text, effect_text, json_value

COMMENT_MARKER = "<!-- modelyard review -->"
"""The first line of a comment: a bot finds the comment by it, and replaces it."""
MAX_COMMENT = 65_000
"""Characters; GitHub rejects a comment of more than 65,536."""
_MAX_CELL = 240
_MAX_OBJECTS = 20
_MAX_NAMES = 10
_STYLES: Mapping[ChangeClass, str] = MappingProxyType(
    {
        ChangeClass.DESTRUCTIVE: "error",
        ChangeClass.BREAKING: "error",
        ChangeClass.RISK_RAISING: "warning",
        ChangeClass.BEHAVIOUR: "info",
        ChangeClass.PROMOTION: "info",
        ChangeClass.SAFE: "green",
        ChangeClass.METADATA: "dim",
    }
)


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """The review, and the commits that it compares; `head` is empty for the work tree."""

    review: ChangeReview
    base: str
    head: str = ""
    colour: bool = False
    width: int | None = None


def summary_text(review: ChangeReview) -> str:
    """The review in one line."""
    if review.class_ is None:
        return "nothing changes" if review.is_complete else "no spec changes; rendered files were not compared"
    counts: dict[ChangeClass, set[str]] = {}
    for model in review.models:
        counts.setdefault(model.class_, set()).add(model.model)
    parts = [f"{pluralize(len(counts[class_]), 'model')} {class_.value}" for class_ in ChangeClass if class_ in counts]
    documents = pluralize(len(review.documents), "other document") if review.documents else ""
    new_findings = sum(policy.state not in {"fixed", "unbound"} for policy in review.policies)
    findings = f"{pluralize(new_findings, 'new finding')} about policies" if new_findings else ""
    owners = f"owners reached: {', '.join(review.owners)}" if review.owners else ""
    incomplete = (
        "" if review.is_complete else "rendered files were not compared, because one of the two states has errors"
    )
    return "; ".join(filter(None, [", ".join(filter(None, [*parts, documents, findings])), owners, incomplete]))


def render_text(report: ReviewReport) -> str:
    """A paragraph per model, from the most serious, then shared changes and other documents."""
    grouped, paint = group_changes(report.review), make_painter(colour=report.colour)
    lines: list[str] = []
    for model in _by_class(grouped.models):
        title = f"{model.model}{_environments_text(model)} ({', '.join(model.owners)})"
        lines.append(f"{paint(_STYLES[model.class_], model.class_.value)}  {to_printable(title)}")
        lines += [f"  {text}" for text in _placement_texts(model)]
        for scoped in model.changes:
            lines += _change_lines(report, scoped.change, _subset_text(scoped.environments, model.environments))
        lines += [f"  approval invalid {_voided_text(voided)}" for voided in model.invalidated_approvals]
        lines += _object_lines(report, model.objects)
        lines.append("")
    for common in grouped.common:
        names = _names_text(common.models)
        lines.append(
            f"{paint(_STYLES[common.change.class_], common.change.class_.value)}  {pluralize(len(common.models), 'model')}: {names}"
        )
        lines += [*_change_lines(report, common.change), ""]
    for document in report.review.documents:
        state = "" if document.state == "changed" else f" {document.state}"
        lines.append(to_printable(f"{document.kind} {document.name}{state} ({document.path})"))
        lines += [*(line for change in document.changes for line in _change_lines(report, change)), ""]
    lines += _policy_lines(report)
    return "\n".join([*lines, summary_text(report.review)]) + "\n"


def _policy_lines(report: ReviewReport) -> Iterator[str]:
    for policy in report.review.policies[:_MAX_OBJECTS]:
        finding = policy.finding
        yield from wrap_line(f"{policy.state}  {finding.code.id}: ", _finding_text(finding), report.width, indent=2)
    if len(report.review.policies) > _MAX_OBJECTS:
        yield f"and {len(report.review.policies) - _MAX_OBJECTS} more findings about policies"
    if report.review.policies:
        yield ""


def _finding_text(finding: Finding) -> str:
    location = f" ({finding.location.path}:{finding.location.line})" if finding.location else ""
    return to_printable(f"{finding.message}{location}")


def _voided_text(voided: VoidedApproval) -> str:
    return to_printable(f"in {voided.environment}: {voided.role} of {voided.date} by {voided.team}: {voided.reason}")


def _by_class(models: Sequence[ModelChange]) -> list[ModelChange]:
    order = tuple(ChangeClass)
    return sorted(models, key=lambda model: order.index(model.class_))


def _environments_text(model: ModelChange) -> str:
    return f" in {', '.join(model.environments)}" if model.environments else ""


def _names_text(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MAX_NAMES])
    return f"{shown} and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else shown


def _placement_texts(model: ModelChange) -> Iterator[str]:
    """Which environments the model comes into, or leaves."""
    if model.state != "changed":
        yield f"the model is {model.state}"
    elif model.added_in:
        yield f"comes into {', '.join(model.added_in)}"
    if model.removed_from:
        yield f"leaves {', '.join(model.removed_from)}: its objects are deleted there"


def _subset_text(environments: Sequence[str], all_environments: Sequence[str]) -> str:
    """The environments, if they are not all that are affected."""
    return f" (in {', '.join(environments)})" if environments and len(environments) < len(all_environments) else ""


def _change_lines(report: ReviewReport, change: ClassifiedChange, where: str = "") -> Iterator[str]:
    head = f"  {to_printable(change.difference.path)}: "
    yield from wrap_line(head, f"{change_text(change.difference)}{where}", report.width, indent=4)
    if change.reason:
        yield from wrap_line(f"    {change.class_.value}: ", change.reason, report.width, indent=6)


def _object_lines(report: ReviewReport, objects: Sequence[ScopedObject]) -> Iterator[str]:
    for scoped in objects[:_MAX_OBJECTS]:
        change = scoped.change
        yield to_printable(f"  {scoped.environment}: {change.change} {change.label}")
        for difference in change.differences[:_MAX_NAMES]:
            yield from wrap_line(
                f"    {to_printable(difference.path)}: ", change_text(difference), report.width, indent=6
            )
        if len(change.differences) > _MAX_NAMES:
            yield f"    and {len(change.differences) - _MAX_NAMES} more values"
    if len(objects) > _MAX_OBJECTS:
        yield f"  and {len(objects) - _MAX_OBJECTS} more objects"


def render_json(report: ReviewReport) -> str:
    """Everything, one entry per model and environments."""
    review = report.review
    return dump_json(
        {
            "version": 1,
            "base": report.base,
            "head": report.head or None,
            "class": review.class_.value if review.class_ else None,
            "complete": review.is_complete,
            "owners": list(review.owners),
            "models": [_model_json(model) for model in review.models],
            "policies": [
                {
                    "policy": policy.finding.code.id,
                    "state": policy.state,
                    "model": policy.finding.subject.name if policy.finding.subject else None,
                    "message": policy.finding.message,
                    "path": policy.finding.location.path if policy.finding.location else None,
                    "line": policy.finding.location.line if policy.finding.location else None,
                    "fingerprint": policy.finding.fingerprint,
                }
                for policy in review.policies
            ],
            "documents": [_document_json(document) for document in review.documents],
        }
    )


def _document_json(document: DocumentChange) -> Object:
    return {
        "kind": document.kind,
        "name": document.name,
        "path": document.path,
        "state": document.state,
        "changes": [_change_json(change) for change in document.changes],
    }


def _model_json(model: ModelChange) -> Object:
    return {
        "model": model.model,
        "environments": list(model.environments),
        "owners": list(model.owners),
        "path": model.path,
        "state": model.state,
        "class": model.class_.value,
        "classes": [class_.value for class_ in model.classes],
        "addedIn": list(model.added_in),
        "removedFrom": list(model.removed_from),
        "changes": [
            {**_change_json(scoped.change), "environments": list(scoped.environments)} for scoped in model.changes
        ],
        "invalidatedApprovals": [
            {
                "environment": voided.environment,
                "role": voided.role,
                "team": voided.team,
                "date": voided.date,
                "reason": voided.reason,
            }
            for voided in model.invalidated_approvals
        ],
        "objects": [{**_object_json(scoped.change), "environment": scoped.environment} for scoped in model.objects],
    }


def _change_json(change: ClassifiedChange) -> Object:
    difference = change.difference
    return {
        "path": difference.path,
        "state": _state(change),
        "old": json_value(difference.old),
        "new": json_value(difference.new),
        "effect": effect_text(difference) or None,
        "class": change.class_.value,
        "rule": change.rule or None,
        "reason": change.reason or None,
    }


def _state(change: ClassifiedChange) -> str:
    difference = change.difference
    return "added" if is_absent(difference.old) else "removed" if is_absent(difference.new) else "changed"


def _object_json(change: ObjectChange) -> Object:
    id_ = change.id
    values: list[Json] = [
        {"path": one.path, "old": json_value(one.old), "new": json_value(one.new)} for one in change.differences
    ]
    identity: Object = (
        {"group": id_.group, "kind": id_.kind, "namespace": id_.namespace, "name": id_.name}
        if id_.kind
        else {"file": id_.name}
    )
    return {**identity, "change": change.change, "values": values}


def render_markdown(report: ReviewReport) -> str:
    """A comment: the summary, what is more than metadata in a table, and everything else folded; within the limit of forges."""
    grouped = group_changes(report.review)
    head = f"{COMMENT_MARKER}\n### Modelyard review\n\n{escape_text(summary_text(report.review))}\n"
    rows = [row for model in _by_class(grouped.models) for row in _model_rows(model)]
    rows += [_common_row(common) for common in grouped.common]
    rows += [row for document in report.review.documents for row in _document_rows(document)]
    table = ["\n", table_row("class", "what", "value", "change", "why"), table_row(*["---"] * 5)] if rows else []
    rows += [
        table_row(
            policy.state,
            escape_text("policy"),
            code_span(policy.finding.code.id, _MAX_CELL),
            escape_inline(_finding_text(policy.finding), _MAX_CELL),
            "",
        )
        for policy in report.review.policies
    ]
    folded = [block for model in grouped.models if model.objects for block in [_objects_block(model)]]
    return _fit(head, table, rows, folded)


def _fit(head: str, table: Sequence[str], rows: Sequence[str], folded: Sequence[str]) -> str:
    """As many rows and blocks as the limit allows; the number of those that are left out is stated."""
    note = "\n{} omitted because of the maximum length; `modelyard review` shows all of them.\n"
    room = MAX_COMMENT - len(head) - sum(map(len, table)) - 2 * len(note) - 40
    parts, omitted = [head, *table], 0
    for index, part in enumerate((*rows, *folded)):
        if index == len(rows):
            parts.append("\n")
        room -= len(part)
        if room < 0:
            omitted = len(rows) + len(folded) - index
            break
        parts.append(part)
    if omitted:
        parts.append(note.format(pluralize(omitted, "entry").replace("entrys", "entries")))
    return "".join(parts)


def _row(class_: ChangeClass, subject: str, change: ClassifiedChange) -> str:
    return table_row(
        class_.value,
        subject,
        code_span(change.difference.path, _MAX_CELL),
        escape_inline(change_text(change.difference).replace("`", "'"), _MAX_CELL),
        escape_inline(change.reason, _MAX_CELL),
    )


def _model_rows(model: ModelChange) -> Iterator[str]:
    name = code_span(model.model, _MAX_CELL)
    for text in _placement_texts(model):
        yield table_row(model.class_.value, name, "", escape_text(text), escape_text(", ".join(model.owners)))
    for voided in model.invalidated_approvals:
        yield table_row(
            ChangeClass.RISK_RAISING.value, name, "approval", escape_inline(_voided_text(voided), _MAX_CELL), ""
        )
    for scoped in model.changes:
        environments = f" in {', '.join(scoped.environments)}" if scoped.environments else ""
        yield _row(scoped.change.class_, f"{name}{escape_text(environments)}", scoped.change)
    if model.state == "changed" and not model.changes:
        counts = label_counts(scoped.change for scoped in model.objects)
        text = ", ".join(f"{count} {state}" for state, count in counts.items())
        yield table_row(
            model.class_.value, f"{name}{escape_text(_environments_text(model))}", "rendered objects", text, ""
        )


def _common_row(common: CommonChange) -> str:
    return _row(
        common.change.class_, escape_text(f"{len(common.models)} models of {', '.join(common.owners)}"), common.change
    )


def _document_rows(document: DocumentChange) -> Iterator[str]:
    subject = f"{escape_text(document.kind)} {code_span(document.name, _MAX_CELL)}"
    if document.state != "changed":
        yield table_row(ChangeClass.METADATA.value, subject, document.state, "", "")
    for change in document.changes:
        yield _row(change.class_, subject, change)


def _objects_block(model: ModelChange) -> str:
    """The rendered objects of a model, folded."""
    title = f"{pluralize(len(model.objects), 'rendered object')} of {model.model}{_environments_text(model)}"
    rows = [
        table_row(
            escape_text(scoped.environment),
            scoped.change.change,
            code_span(scoped.change.label, _MAX_CELL),
            ", ".join(code_span(one.path, 80) for one in scoped.change.differences[:_MAX_NAMES]),
        )
        for scoped in model.objects[:_MAX_OBJECTS]
    ]
    more = len(model.objects) - _MAX_OBJECTS
    note = f"\nand {more} more\n" if more > 0 else ""
    titles = (table_row("environment", "change", "object", "values"), table_row(*["---"] * 4))
    return f"<details><summary>{escape_text(title)}</summary>\n\n{''.join((*titles, *rows))}{note}\n</details>\n\n"


FORMATS: Mapping[str, Callable[[ReviewReport], str]] = MappingProxyType(
    {"text": render_text, "json": render_json, "markdown": render_markdown}
)
"""The renderer of each format."""

"""Approvals and their state, as text or JSON."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, plain_data
from compiler.report.json_output import dump_json
from compiler.report.text_report import make_painter, to_printable
from compiler.resolve.approval_status import ApprovalStatus, ValueChange

_STYLES = {"valid": "bold", "pending": "dim", "expired": "error", "invalid": "error"}
_MAX_VALUE = 60


@dataclass(frozen=True, slots=True)
class ApprovalReport:
    """The approvals that were asked for, on a day."""

    statuses: Sequence[ApprovalStatus]
    as_of: date
    colour: bool = False


def render_text(report: ApprovalReport) -> str:
    """Two lines per approval, the changes that made it invalid, and a summary."""
    paint = make_painter(colour=report.colour)
    lines: list[str] = []
    for status in report.statuses:
        data = status.data
        release = f" {data['release']}" if "release" in data else ""
        decision = f"{data['decision']} by {_approver(status)} as {data['role']} on {data['date']}"
        title = f"{status.model}{release} in {status.environment}: {decision}"
        lines.append(f"{paint(_STYLES[status.state], f'{status.state:8}')} {to_printable(title)}")
        if status.reason:
            lines.append(f"         {to_printable(status.reason)}")
        elif status.days_left is not None and status.is_expiring:
            lines.append(f"         expires on {data.get('expires')}, in {status.days_left} days")
        lines += [f"         {_change_text(change)}" for change in status.changes]
        if status.binds != "both":
            lines.append(f"         binds the {status.binds} digest")
        lines.append(paint("dim", f"         {status.location.path}:{status.location.line}"))
    return "\n".join([*lines, _summary(report)]) + "\n"


def render_json(report: ApprovalReport) -> str:
    """All fields of each approval."""
    return dump_json({"asOf": report.as_of.isoformat(), "approvals": [_json(status) for status in report.statuses]})


def _json(status: ApprovalStatus) -> Object:
    return {
        "model": status.model,
        **plain_data(status.data),
        "state": status.state,
        "binds": status.binds,
        "changedDigests": list(status.changed_digests),
        "invalidReason": status.reason,
        "daysLeft": status.days_left,
        "changes": [
            {"digest": change.digest, "path": change.path, "old": change.old, "new": change.new}
            for change in status.changes
        ],
        "path": status.location.path,
        "line": status.location.line,
    }


def _summary(report: ApprovalReport) -> str:
    counts = Counter[str](status.state for status in report.statuses)
    expiring = sum(status.is_expiring for status in report.statuses)
    parts = [f"{counts[state]} {state}" for state in _STYLES if counts[state]]
    parts += [f"{expiring} expiring"] if expiring else []
    return ", ".join(parts) or "no approvals"


def _approver(status: ApprovalStatus) -> str:
    """The team, with the person if it names one."""
    team, approver = status.data["team"], status.data.get("approver")
    return f"{approver} of {team}" if approver else team


def _change_text(change: ValueChange) -> str:
    return to_printable(
        f"{change.path}: {_value_text(change.old)} → {_value_text(change.new)} ({change.digest} digest)"
    )


def _value_text(value: Json) -> str:
    text = "none" if value is None else value if isinstance(value, str) else dump_json(value).replace("\n", " ").strip()
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}…"


FORMATS: Mapping[str, Callable[[ApprovalReport], str]] = MappingProxyType({"text": render_text, "json": render_json})
"""The renderer of each format."""

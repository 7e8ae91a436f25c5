"""Usages of policies as rows of plain data, to store them or send them to another process. Equal usages have equal rows."""

from typing import NamedTuple, TypeAlias

from compiler.diagnostics.finding_codec import (
    FindingRows,
    LocationRow,
    decode_findings,
    decode_location,
    encode_findings,
    encode_location,
)
from compiler.foundation.json_data import Pointer
from compiler.policy.policy_usage import Placement, PolicyUsage, WaiverRejection, WaiverUse
from compiler.policy.waiver_scope import ValuePointers

UseRow: TypeAlias = tuple[str, str, str, ValuePointers]
RejectionRow: TypeAlias = tuple[str, Pointer, str]


class UsageRow(NamedTuple):
    """A usage; the collections are sorted."""

    fleet_placements: tuple[Placement, ...]
    selected_ids: tuple[str, ...]
    skipped_ids: tuple[str, ...]
    object_policy_ids: tuple[str, ...]
    matched_object_ids: tuple[str, ...]
    evaluation_failures: tuple[tuple[str, str], ...]
    waiver_uses: tuple[UseRow, ...]
    waiver_rejections: tuple[RejectionRow, ...]
    rejection_findings: FindingRows
    used_comments: tuple[tuple[LocationRow, str], ...]
    rejected_comments: tuple[LocationRow, ...]
    depends_on_date: bool
    secrets: tuple[str, ...]


def encode_usage(usage: PolicyUsage, *, includes_secrets: bool = False) -> UsageRow:
    """The row of a usage. Secrets are only included for another process; a usage with secrets cannot be encoded without."""
    if usage.secrets and not includes_secrets:
        raise ValueError("the usage contains secrets, which are never stored")
    rejections = sorted(usage.waiver_rejections, key=lambda rejection: (rejection.waiver, str(rejection.pointer)))
    return UsageRow(
        tuple(sorted(usage.fleet_placements, key=lambda placement: (placement[0], placement[1] or ""))),
        tuple(sorted(usage.selected_ids)),
        tuple(sorted(usage.skipped_ids)),
        tuple(sorted(usage.object_policy_ids)),
        tuple(sorted(usage.matched_object_ids)),
        tuple(sorted(usage.evaluation_failures)),
        tuple(sorted(((use.waiver, use.model, use.policy, use.value_pointers) for use in usage.waiver_uses), key=str)),
        tuple((rejection.waiver, rejection.pointer, rejection.model) for rejection in rejections),
        encode_findings(rejection.finding for rejection in rejections),
        tuple(sorted((encode_location(location), policy) for location, policy in usage.used_comments)),
        tuple(sorted(map(encode_location, usage.rejected_comments))),
        usage.depends_on_date,
        tuple(sorted(usage.secrets)),
    )


def decode_usage(row: UsageRow) -> PolicyUsage:
    """The usage of a row; raises `ValueError`, `TypeError`, `KeyError` or `IndexError` for data of another form."""
    row = UsageRow(*row)
    findings = decode_findings(row.rejection_findings)
    return PolicyUsage(
        fleet_placements=frozenset((name, environment) for name, environment in row.fleet_placements),
        selected_ids=frozenset(row.selected_ids),
        skipped_ids=frozenset(row.skipped_ids),
        object_policy_ids=frozenset(row.object_policy_ids),
        matched_object_ids=frozenset(row.matched_object_ids),
        evaluation_failures=frozenset((policy, model) for policy, model in row.evaluation_failures),
        waiver_uses=frozenset(
            WaiverUse(waiver, model, policy, tuple(tuple(pointer) for pointer in value_pointers))
            for waiver, model, policy, value_pointers in row.waiver_uses
        ),
        waiver_rejections=frozenset(
            WaiverRejection(waiver, tuple(pointer), model, finding)
            for (waiver, pointer, model), finding in zip(row.waiver_rejections, findings, strict=True)
        ),
        used_comments=frozenset((decode_location(location), policy) for location, policy in row.used_comments),
        rejected_comments=frozenset(map(decode_location, row.rejected_comments)),
        depends_on_date=row.depends_on_date,
        secrets=frozenset(row.secrets),
    )

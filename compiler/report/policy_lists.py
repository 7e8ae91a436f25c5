"""Lists of policies, for `modelyard policy`."""

import json
from collections.abc import Collection, Iterable, Sequence

from compiler.foundation.json_data import Object
from compiler.policy.policy_definition import Policy
from compiler.report.text_report import to_printable


def list_policies_text(policies: Sequence[Policy], bound_ids: Collection[str]) -> str:
    """One line per policy; `●` marks those that the project binds."""
    width = max((len(policy.id) for policy in policies), default=0)
    return "".join(
        f"{'●' if policy.id in bound_ids else ' '} {policy.id:{width}}  {policy.code.severity.value:8}  "
        f"{to_printable(policy.code.summary)}\n"
        for policy in policies
    )


def list_policies_json(policies: Iterable[Policy], bound_ids: Collection[str]) -> str:
    """All policies as one JSON object."""
    entries = [_to_json_data(policy, is_bound=policy.id in bound_ids) for policy in policies]
    return json.dumps({"version": 1, "policies": entries}, indent=1) + "\n"


def describe_pack(policies: Iterable[Policy], metadata: Object) -> str:
    """The title, summary and disclaimer of a pack, and its policies."""
    heading = (f"{metadata[key]}\n" for key in ("title", "summary", "disclaimer") if key in metadata)
    rows = (f"{policy.id}: {to_printable(policy.code.summary)}\n" for policy in policies)
    return "".join((*heading, "\n", *rows))


def count_policies(count: int) -> str:
    """`1 policy`, `2 policies`."""
    return f"{count} {'policy' if count == 1 else 'policies'}"


def _to_json_data(policy: Policy, *, is_bound: bool) -> Object:
    code = policy.code
    return {
        "id": policy.id,
        "title": code.summary,
        "severity": code.severity.value,
        "enforcement": code.enforcement.value,
        "scope": policy.scope,
        "controls": list(code.controls),
        "inForce": policy.spec.json.get("inForce"),
        "mandatoryFrom": policy.data.get("mandatoryFrom"),
        "bindsEverywhere": is_bound,
        "path": policy.spec.document.path,
    }

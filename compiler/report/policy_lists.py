"""Lists of policies, for `modelyard policy`."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from compiler.foundation.json_data import Object
from compiler.policy.policy_definition import Policy
from compiler.report.text_report import to_printable
from compiler.spec.data_types import EmitterSourceData


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


class Statement(NamedTuple):
    """What a policy requires, with the documents that it is based on: its own sources, or those of its pack."""

    policy: Policy
    sources: Sequence[EmitterSourceData]


def list_sources_text(statements: Iterable[Statement]) -> str:
    """Each statement with its dates and its sources."""
    return "\n".join(map(_statement_text, statements))


def _statement_text(statement: Statement) -> str:
    policy = statement.policy
    dates = (
        ("in force from", policy.in_force_from),
        ("to", policy.in_force_to),
        ("mandatory from", policy.mandatory_from),
    )
    date_text = ", ".join(f"{label} {day.isoformat()}" for label, day in dates if day is not None)
    lines = [f"{policy.id}{f' ({date_text})' if date_text else ''}: {policy.code.summary}"]
    for source in statement.sources:
        lines.append(f"    {source['title']}")
        lines += [f"      {value}" for value in (source.get("url"), source.get("date")) if value]
    return "".join(f"{to_printable(line)}\n" for line in lines)


def list_sources_json(statements: Iterable[Statement]) -> str:
    """All statements as one JSON object."""
    entries = [
        {
            "id": policy.id,
            "statement": policy.code.summary,
            "reason": policy.code.why,
            "enforcement": policy.code.enforcement.value,
            "inForce": policy.spec.json.get("inForce"),
            "mandatoryFrom": policy.data.get("mandatoryFrom"),
            "sources": [
                {"title": source["title"], "url": source.get("url"), "date": source.get("date")} for source in sources
            ],
        }
        for policy, sources in statements
    ]
    return json.dumps({"version": 1, "statements": entries}, indent=1) + "\n"


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

"""The fields of a policy that decide since when it applies and how it is waived, compared between two revisions of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Pointer, value_at
from compiler.policy.policy_definition import Policy

_NEVER = "9999-12-31"
_ALWAYS = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that requires less than before."""

    pointer: Pointer
    detail: str


def field_changes(old: Policy, new: Policy) -> Iterator[FieldChange]:
    """The fields of `new` that require less than those of `old`."""
    for pointer, is_loosened in (
        (("mandatoryFrom",), _text(new, "mandatoryFrom") > _text(old, "mandatoryFrom")),
        (("inForce", "from"), _text(new, "inForce", "from") > _text(old, "inForce", "from")),
        (("inForce", "to"), _text(new, "inForce", "to", absent=_NEVER) < _text(old, "inForce", "to", absent=_NEVER)),
        (("waiver", "allowed"), _is_allowed(new) and not _is_allowed(old)),
        (("waiver", "roles"), _has_more_roles(old, new)),
        (("waiver", "independentApprover"), _is_independent(old) and not _is_independent(new)),
        (("waiver", "maxDays"), _days(new) > _days(old)),
    ):
        if is_loosened:
            before, after = _value(old, pointer), _value(new, pointer)
            yield FieldChange(pointer, f"{'.'.join(pointer)}: {_shown(before)} → {_shown(after)}")


def _value(policy: Policy, pointer: tuple[str, ...]) -> Json:
    try:
        return value_at(policy.spec.json, pointer)
    except (KeyError, TypeError):
        return None


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _text(policy: Policy, *pointer: str, absent: str = _ALWAYS) -> str:
    value = _value(policy, pointer)
    return value if isinstance(value, str) else absent


def _is_allowed(policy: Policy) -> bool:
    return policy.waiver_rules.get("allowed", True)


def _is_independent(policy: Policy) -> bool:
    return policy.waiver_rules.get("independentApprover") or False


def _has_more_roles(old: Policy, new: Policy) -> bool:
    old_roles, new_roles = old.waiver_rules.get("roles"), new.waiver_rules.get("roles")
    return old_roles is not None and (new_roles is None or not set(new_roles) <= set(old_roles))


def _days(policy: Policy) -> float:
    return policy.waiver_rules.get("maxDays", float("inf"))

"""Who agreed to what runs, and whether that is still what runs: claims, each held against both digests."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Portfolio, Spec

_WHY: Mapping[str, str] = MappingProxyType(
    {
        "roleIsHeld": "the team does not hold the role",
        "datesInOrder": "it ends before it begins",
        "sameRuntime": "something else runs now (the runtime digest differs)",
        "sameGovernance": "what it was given for is another now (the governance digest differs)",
    }
)
"""What keeps an approval from counting, by the check that it does not pass."""


def approvals(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """What the model says of approvals for the environment that it is in, in the author's order.

    `holds`: it names the content that runs, the team holds the role, and it does not end before it begins; `because` says which of
    these it is not. When it ends is data, and judged by nobody here.
    """
    return [claim(portfolio, model, one) for _, one in approvals_in(model)]


def approvals_in(model: ResolvedModel) -> Iterator[tuple[int, Object]]:
    """The approvals of the model for the Environment that it is in, each with its index in the list."""
    if model.environment is None:
        return
    for index, said in enumerate(map(as_object, as_list(model.data.get("approvals")))):
        if said.get("environment") == model.environment.name:
            yield index, said


def claim(portfolio: Portfolio, model: ResolvedModel, said: Object) -> Object:
    """An approval with what was checked of it."""
    checks = {
        "sameRuntime": said.get("runtimeDigest") == model.runtime_digest,
        "sameGovernance": said.get("governanceDigest") == model.governance_digest,
        "roleIsHeld": said.get("role") in _roles(portfolio, said),
        "datesInOrder": _in_order(said),
    }
    because: Object = next(({"because": why} for check, why in _WHY.items() if not checks[check]), {})
    return {**said, **checks, **because, "holds": not because}


def agreed(portfolio: Portfolio, model: ResolvedModel) -> list[Json]:
    """The approvals that count: what somebody who may agreed to, and what still runs."""
    return [one for one in map(as_object, approvals(portfolio, model)) if one["holds"] and one.get("decision") == "approved"]


def claim_findings(fleet: Fleet, model: ResolvedModel, as_of: date) -> Iterator[Finding]:
    """Approvals of a model where it runs that cannot count: of a team without the role, for no day, or on a day to come."""
    for index, said in approvals_in(model):
        if fleet.find("Team", as_str(said["team"])) is not None:
            roles = _roles(fleet.portfolio, said)
            if said["role"] not in roles:
                listed = ", ".join(f"`{role}`" for role in roles) or "none"
                message = f"{said['team']} does not approve as `{said['role']}`; its roles: {listed}"
                yield _found(model, codes.APPROVAL_WITHOUT_ROLE, message, index, "role")
        if not _in_order(said):
            message = f"the approval of {said['date']} ends before it begins, on {said['expires']}"
            yield _found(model, codes.APPROVAL_DATES, message, index, "expires")
        elif as_str(said["date"]) > as_of.isoformat():
            message = f"nobody has agreed yet on a day to come: {said['date']}"
            yield _found(model, codes.DAY_TO_COME, message, index, "date")


def class_findings(portfolio: Portfolio, as_of: date) -> Iterator[Finding]:
    """Classes of use cases that were decided on a day to come."""
    for spec in portfolio.of("UseCase").values():
        for regime, said in as_object(spec.data.get("classification")).items():
            day = as_str(as_object(said).get("date"))
            if day > as_of.isoformat():
                yield _decided(spec, regime, day)


def _decided(spec: Spec, regime: str, day: str) -> Finding:
    pointer = ("classification", regime, "date")
    message = f"{spec.name}: nobody has decided yet on a day to come: {day}"
    place, subject = spec.document.place(pointer), Subject("UseCase", spec.name, None, pointer)
    return Finding(codes.DAY_TO_COME, message, place, subject, codes.DAY_TO_COME.remedy)


def _roles(portfolio: Portfolio, said: Object) -> tuple[Json, ...]:
    team = portfolio.of("Team").get(as_str(said.get("team")))
    return tuple(as_list(team.data.get("approves"))) if team else ()


def _in_order(said: Object) -> bool:
    """Whether it does not end before it begins: by dates of the spec alone, and no day of today."""
    return "expires" not in said or as_str(said["expires"]) >= as_str(said.get("date"))


def _found(model: ResolvedModel, code: Code, message: str, index: int, field: str) -> Finding:
    pointer = ("approvals", index, field)
    name = model.environment.name if model.environment else None
    return Finding(code, f"{model.name}: {message}", model.place(pointer), Subject("Model", model.name, name, pointer), code.remedy)

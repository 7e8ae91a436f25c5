"""Variables about the state of a model's governance on a day: approvals, validation, evidence, waivers, dependents, suspicious texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, Pointer, format_path, plain_data
from compiler.json_schema.validator import Validator
from compiler.policy.injection_detection import INJECTIONS_VARIABLE, find_injections
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import CheckedApproval, check_approvals, environment_approvals
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.data_types import ExampleData, ModelData
from compiler.spec.portfolio import WaiverSpec

_TEXT: Object = {"type": "string"}
_DAY: Object = {"type": "string", "format": "date"}
_FLAG: Object = {"type": "boolean"}
_NUMBER: Object = {"type": "integer"}


def _object(properties: Mapping[str, Json]) -> Object:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _list(properties: Mapping[str, Json]) -> Object:
    return {"type": "array", "items": _object(properties)}


STATUS_VARIABLES: Mapping[str, Object] = MappingProxyType(
    {
        "today": _DAY,
        "digests": _object({"runtime": _TEXT, "governance": _TEXT}),
        "approvals": _list(
            {
                "role": _TEXT, "team": _TEXT, "decision": {"enum": ["approved", "rejected"]}, "date": _DAY, "expires": _DAY,
                "ticket": _TEXT, "approver": _TEXT,
                "binds": {"enum": ["runtime", "governance", "both"]},
                "runtimeDigest": _TEXT, "governanceDigest": _TEXT, "valid": _FLAG, "invalidReason": _TEXT,
            }
        ),
        "validations": _list(
            {
                "validatedBy": _TEXT, "date": _DAY, "conclusion": {"enum": ["approved", "conditional", "rejected"]}, "next": _DAY,
                "independent": _FLAG, "overdue": _FLAG, "openFindings": _NUMBER, "overdueFindings": _NUMBER,
            }
        ),
        "evidence": _list(
            {"control": _TEXT, "uri": _TEXT, "digest": _TEXT, "date": _DAY, "validUntil": _DAY, "expired": _FLAG}
        ),
        "waivers": _list(
            {
                "name": _TEXT, "policies": {"type": "array", "items": _TEXT}, "validFrom": _DAY, "expires": _DAY,
                "reason": _TEXT, "ticket": _TEXT, "active": _FLAG,
            }
        ),
        "dependents": _list(
            {"name": _TEXT, "owner": _TEXT, "lifecycle": _TEXT, "retirement": _object({"date": _DAY, "successor": _TEXT})}
        ),
        INJECTIONS_VARIABLE: _list({"file": _TEXT, "line": _NUMBER, "pattern": _TEXT, "title": _TEXT, "text": _TEXT}),
    }
)  # fmt: skip
"""The schema of each variable, of a model in its environment."""
DAY_VARIABLES = frozenset({"today", "approvals", "validations", "evidence", "waivers"})
"""The variables whose values differ from day to day."""
NO_STATUS: Mapping[str, Json] = MappingProxyType(
    {
        "today": "", "digests": {}, "approvals": [], "validations": [], "evidence": [], "waivers": [], "dependents": [],
        INJECTIONS_VARIABLE: [],
    }
)  # fmt: skip
"""What an example does not state."""
_COMPUTED: Mapping[str, str] = MappingProxyType(
    {
        "valid": "", "invalidReason": "", "binds": "role",
        "active": "", "expired": "validUntil", "independent": "validatedBy", "overdue": "next",
        "openFindings": "findings", "overdueFindings": "findings",
    }
)  # fmt: skip
"""The field of a spec that decides about a computed field; empty: the whole entry."""
_FIELDS: Mapping[str, Pointer] = MappingProxyType(
    {"approvals": ("approvals",), "validations": ("governance", "validation"), "evidence": ("governance", "evidence")}
)
"""Where an author would write what a variable lacks."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Computes the variables of a model in its environment on a day."""

    fleet: Fleet
    model: ResolvedModel
    release: Release | None
    waivers: Sequence[WaiverSpec]
    as_of: date
    authority: ApprovalAuthority

    def value(self, name: str) -> Json:
        """The value of a variable of `STATUS_VARIABLES`."""
        factories: Mapping[str, Callable[[], Json]] = {
            "today": self.as_of.isoformat,
            "digests": lambda: {"runtime": self.model.runtime_digest, "governance": self.model.governance_digest},
            "approvals": lambda: [self._approval(approval) for approval in check_approvals(self.authority, self.model)],
            "validations": lambda: list(validations(self.model.data, self.as_of)),
            "evidence": lambda: list(self._evidence()),
            "waivers": lambda: [self._waiver(spec) for spec in self.waivers if waiver_applies(spec.data, self.model)],
            "dependents": lambda: list(self._dependents()),
            INJECTIONS_VARIABLE: lambda: [candidate.entry for candidate in find_injections(self.release)],
        }
        return factories[name]()

    def _approval(self, approval: CheckedApproval) -> Object:
        reason = approval.reason_on(self.as_of)
        data = {key: value for key, value in plain_data(approval.data).items() if key != "environment"}
        return {
            **data,
            "binds": approval.binds,
            "valid": reason is None,
            **({} if reason is None else {"invalidReason": reason}),
        }

    def _evidence(self) -> Iterator[Object]:
        """The evidence of the model, then that of its use case."""
        use_case = self.fleet.find("UseCase", self.model.data.get("useCase", ""))
        model_evidence = self.model.data.get("governance", {}).get("evidence", ())
        for entry in (*model_evidence, *(use_case.data.get("evidence", ()) if use_case else ())):
            yield {**plain_data(entry), "expired": _is_past(entry.get("validUntil"), self.as_of)}

    def _waiver(self, spec: WaiverSpec) -> Object:
        keys = ("policies", "validFrom", "expires", "reason", "ticket")
        data = {key: value for key, value in spec.json.items() if key in keys}
        starts = spec.data.get("validFrom", "")
        is_active = starts <= self.as_of.isoformat() and not _is_past(spec.data["expires"], self.as_of)
        return {"name": spec.name, **data, "active": is_active}

    def _dependents(self) -> Iterator[Object]:
        """The models that use this one; those with an invalid spec count if they name it."""
        environment, name = self.model.environment, self.model.name
        if environment is None:
            return
        for dependent in self.fleet.dependents(name, environment.name):
            resolved = self.fleet.model(dependent, environment.name)
            yield _dependent(resolved.json) if resolved else {"name": dependent}
        for invalid in self.fleet.portfolio.invalid_models:
            if any(use.get("model") == name for use in invalid.spec.data.get("uses") or ()):
                yield {"name": invalid.spec.name}


@lru_cache(maxsize=1)
def status_validator() -> Validator:
    """Validates the variables of an example."""
    return Validator(_object(STATUS_VARIABLES))


def example_status(example: ExampleData) -> Object:
    """The variables that an example of a policy states."""
    return {name: value for name, value in plain_data(example).items() if name in STATUS_VARIABLES}


def validations(model: ModelData, as_of: date) -> Iterator[Object]:
    """The validation of a model, with what follows from it on a day."""
    governance = model.get("governance", {})
    validation = governance.get("validation")
    if validation is None:
        return
    open_findings = [finding for finding in validation.get("findings", ()) if finding["status"] == "open"]
    keys = ("validatedBy", "date", "conclusion", "next")
    yield {
        **{key: value for key, value in plain_data(validation).items() if key in keys},
        "independent": validation["validatedBy"] not in {model["owner"], governance.get("developer")},
        "overdue": _is_past(validation.get("next"), as_of),
        "openFindings": len(open_findings),
        "overdueFindings": sum(_is_past(finding.get("due"), as_of) for finding in open_findings),
    }


def _dependent(model: Object) -> Object:
    return {key: value for key, value in model.items() if key in {"name", "owner", "lifecycle", "retirement"}}


def _is_past(day: Json, as_of: date) -> bool:
    return isinstance(day, str) and day < as_of.isoformat()


def status_variable_pointer(model: ResolvedModel, name: str, pointer: Pointer) -> Pointer:
    """The field of the model that a value of a variable comes from; the field that would hold it, if there is none."""
    match name, pointer:
        case "approvals", (int(position), *fields):
            index = [index for index, _ in environment_approvals(model)][position]
            return ("approvals", index, *_spec_fields(fields))
        case "validations", (_, *fields):
            return ("governance", "validation", *_spec_fields(fields))
        case "evidence", (int(index), *fields):
            if index >= len(model.data.get("governance", {}).get("evidence", ())):
                return ("useCase",)
            return ("governance", "evidence", index, *_spec_fields(fields))
    return _FIELDS.get(name, ())


def _spec_fields(fields: Sequence[str | int]) -> Pointer:
    """The fields of the spec that decide about fields of a variable."""
    if fields and fields[0] in _COMPUTED:
        return tuple(filter(None, [_COMPUTED[str(fields[0])]]))
    return tuple(fields)


def status_label(pointer: Pointer) -> str:
    """The name of a value of a variable in a message; empty if it is computed, so that the author cannot find it in a spec."""
    if len(pointer) < 2 or pointer[-1] in _COMPUTED:  # noqa: PLR2004 - a variable and an element or a field of it
        return ""
    prefix = _FIELDS.get(str(pointer[0]), (pointer[0],))
    return format_path((*prefix, *(pointer[2:] if pointer[0] == "validations" else pointer[1:])))

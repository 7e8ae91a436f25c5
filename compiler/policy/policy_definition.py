"""Policies, as documents define them, and violations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from compiler.diagnostics.finding import NOT_WAIVABLE, Code, Enforcement, Location, Severity
from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.resources import SHIPPED_SCHEMAS
from compiler.spec.data_types import MatchData, PolicyData, RuleData, WaiverTermsData
from compiler.spec.portfolio import EnvironmentSpec, PolicySpec


@dataclass(frozen=True)
class Policy:
    """One policy; `pack` is empty if it belongs to none."""

    spec: PolicySpec
    pack: str = ""

    @cached_property
    def id(self) -> str:
        """The name by which it is bound and waived: `<pack>/<name>`."""
        return f"{self.pack}/{self.spec.name}" if self.pack else self.spec.name

    @property
    def is_shipped(self) -> bool:
        """Whether it was shipped with Modelyard: tests check the types of its expressions."""
        return self.spec.document.path.startswith(SHIPPED_SCHEMAS)

    @property
    def data(self) -> PolicyData:
        """The content of the document."""
        return self.spec.data

    @cached_property
    def scope(self) -> str:
        """What its rules are evaluated for: `model`, `object` or `fleet`."""
        return self.data.get("scope", "model")

    @cached_property
    def match(self) -> MatchData:
        """The models that it selects."""
        return self.data.get("match", {})

    @cached_property
    def rules(self) -> tuple[RuleData, ...]:
        """Its rules."""
        return tuple(self.data.get("rules", ()))

    @cached_property
    def code(self) -> Code:
        """The code of its findings."""
        data = self.data
        severity = Severity(data.get("severity", "medium"))
        return Code(
            id=self.id,
            name=self.spec.name,
            severity=severity,
            enforcement=Enforcement(data.get("enforcement", "mandatory")),
            summary=data["title"],
            why=data.get("reason") or data["title"],
            remedy=data["remedy"],
            controls=tuple(data.get("controls", ())),
            docs=data.get("docs"),
            owner=data.get("owner"),
            waiver=_waiver_terms(self.waiver_rules),
        )

    @cached_property
    def waiver_rules(self) -> WaiverTermsData:
        """Who may grant a waiver, and for how long."""
        return self.data.get("waiver", {})

    @property
    def in_force_from(self) -> date | None:
        """The first day on which it is in force."""
        return _parse_date(self.data.get("inForce", {}).get("from"))

    @property
    def in_force_to(self) -> date | None:
        """The last day on which it is in force."""
        return _parse_date(self.data.get("inForce", {}).get("to"))

    @property
    def mandatory_from(self) -> date | None:
        """The day from which it is mandatory."""
        return _parse_date(self.data.get("mandatoryFrom"))

    def enforcement_in(self, environment: EnvironmentSpec | None) -> Enforcement:
        """The enforcement in an environment: by its name, else by its stage, else the general one."""
        overrides = self.data.get("enforcementIn", {})
        for key in (environment.name, environment.data["stage"]) if environment else ():
            if key in overrides:
                return Enforcement(overrides[key])
        return self.code.enforcement

    def location(self, *pointer: str | int) -> Location:
        """The location of a value in the policy."""
        return self.spec.document.location(pointer)


def pack_of(id_: str) -> str:
    """The pack in the id of a policy; empty if it belongs to none."""
    return id_.rpartition("/")[0]


def _waiver_terms(rules: WaiverTermsData) -> str:
    """Who may waive a policy, and for how long."""
    if rules.get("allowed") is False:
        return NOT_WAIVABLE
    roles = " or ".join(rules.get("roles", ())) or "any role of a Team"
    independence = ", at least one from a team other than the owner" if rules.get("independentApprover") else ""
    max_days = f", for at most {rules['maxDays']} days" if "maxDays" in rules else ""
    return f"approved by {roles}{independence}{max_days}"


def _parse_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class PolicyViolation:
    """A value that violates a policy; `root` is the variable of the rules that contains it."""

    policy: Policy
    root: str
    pointer: Pointer
    message: str
    is_missing: bool = False
    rule: Pointer = ()
    """The rule that fails, in the policy's document."""
    is_evaluation_failure: bool = False
    """Whether the rule could not be evaluated, which is the policy's fault."""


Variables = Mapping[str, Json]
"""The subjects of policies."""

DEPENDENCIES = "dependencies"
"""The variable with the dependencies of a model."""
COMPOSITE_SLA = "compositeSla"
"""The variable with the composite SLA."""


def dependency_key(section: str = "") -> str:
    """The name under which reads of a dependency's section are recorded, or of all sections."""
    return f"{DEPENDENCIES}[].{section}" if section else f"{DEPENDENCIES}[]"

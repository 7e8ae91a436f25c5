"""Policies, as documents define them, and violations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from compiler.diagnostics.finding import Code, Enforcement, Location, Severity
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.spec.portfolio import Spec

SHIPPED_PREFIX = "modelyard:schemas/"
"""The path prefix of shipped policies."""


@dataclass(frozen=True)
class Policy:
    """One policy; `pack` is empty if it belongs to none."""

    spec: Spec
    pack: str = ""

    @cached_property
    def id(self) -> str:
        """The name by which it is bound and waived: `<pack>/<name>`."""
        return f"{self.pack}/{self.spec.name}" if self.pack else self.spec.name

    @property
    def is_shipped(self) -> bool:
        """Whether it was shipped with Modelyard: tests check the types of its expressions."""
        return self.spec.document.path.startswith(SHIPPED_PREFIX)

    @property
    def data(self) -> Object:
        """The content of the document."""
        return self.spec.data

    @cached_property
    def subject_kind(self) -> str:
        """What its rules evaluate: `model`, `rendered` or `fleet`."""
        return as_str(self.data.get("on")) or "model"

    @cached_property
    def match(self) -> Object:
        """The models that it selects."""
        return as_object(self.data.get("match"))

    @cached_property
    def rules(self) -> tuple[Object, ...]:
        """Its rules."""
        return tuple(as_object(rule) for rule in as_list(self.data.get("rules")))

    @cached_property
    def code(self) -> Code:
        """The code of its findings."""
        data = self.data
        severity = Severity(as_str(data.get("severity")) or "medium")
        return Code(
            id=self.id,
            name=self.spec.name,
            severity=severity,
            enforcement=Enforcement(as_str(data.get("enforcement")) or "mandatory"),
            summary=as_str(data.get("title")),
            why=as_str(data.get("reason")) or as_str(data.get("title")),
            remedy=as_str(data.get("remedy")),
            controls=tuple(as_str(control) for control in as_list(data.get("controls"))),
            docs=as_str(data.get("docs")) or None,
        )

    @cached_property
    def waiver_rules(self) -> Object:
        """Who may grant a waiver, and for how long."""
        return as_object(self.data.get("waiver"))

    def get_date(self, *pointer: str) -> date | None:
        """A date in the policy."""
        section = self.data
        for part in pointer[:-1]:
            section = as_object(section.get(part))
        text = as_str(section.get(pointer[-1]))
        return date.fromisoformat(text) if text else None

    def enforcement_in(self, environment: Spec | None) -> Enforcement:
        """The enforcement in an environment: by its name, else by its stage, else the general one."""
        overrides = as_object(self.data.get("enforcementIn"))
        for key in (environment.name, environment.text("stage")) if environment else ():
            if key in overrides:
                return Enforcement(as_str(overrides[key]))
        return self.code.enforcement

    def location(self, *pointer: str | int) -> Location:
        """The location of a value in the policy."""
        return self.spec.document.location(pointer)


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

"""A policy as it is judged by, a waiver as it is granted, and what breaks a policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from compiler.diagnostics.finding import Code, Enforcement, Location, Severity
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.spec.portfolio import Spec

SHIPPED_PREFIX = "modelyard:schemas/"
"""Begins the path of what came with Modelyard."""


@dataclass(frozen=True)
class Policy:
    """One policy; `pack` is empty where it belongs to none."""

    spec: Spec
    pack: str = ""

    @cached_property
    def id(self) -> str:
        """The name by which it is bound and waived: `<pack>/<name>`."""
        return f"{self.pack}/{self.spec.name}" if self.pack else self.spec.name

    @property
    def is_shipped(self) -> bool:
        """Whether it came with Modelyard: its expressions were checked by the tests that ship it."""
        return self.spec.document.path.startswith(SHIPPED_PREFIX)

    @property
    def data(self) -> Object:
        """What the document says."""
        return self.spec.data

    @cached_property
    def subject_kind(self) -> str:
        """What its rules look at: `model`, `rendered` or `fleet`."""
        return as_str(self.data.get("on")) or "model"

    @cached_property
    def match(self) -> Object:
        """Which models it is for."""
        return as_object(self.data.get("match"))

    @cached_property
    def rules(self) -> tuple[Object, ...]:
        """Its conditions."""
        return tuple(as_object(rule) for rule in as_list(self.data.get("rules")))

    @cached_property
    def code(self) -> Code:
        """The kind of finding that it makes."""
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
        """Who may grant an exception."""
        return as_object(self.data.get("waiver"))

    def get_date(self, *pointer: str) -> date | None:
        """A date that it states."""
        section = self.data
        for part in pointer[:-1]:
            section = as_object(section.get(part))
        text = as_str(section.get(pointer[-1]))
        return date.fromisoformat(text) if text else None

    def enforcement_in(self, environment: Spec | None) -> Enforcement:
        """What breaking it means in an environment: its name wins over its stage, and that over the policy's general word."""
        overrides = as_object(self.data.get("enforcementIn"))
        for key in (environment.name, environment.text("stage")) if environment else ():
            if key in overrides:
                return Enforcement(as_str(overrides[key]))
        return self.code.enforcement

    def location(self, *pointer: str | int) -> Location:
        """Where the policy says something."""
        return self.spec.document.location(pointer)


@dataclass(frozen=True, slots=True)
class PolicyViolation:
    """A value at which a policy is broken: `root` is the variable of the rules that holds it."""

    policy: Policy
    root: str
    pointer: Pointer
    message: str
    is_missing: bool = False
    rule: Pointer = ()
    """The rule that does not hold, in the policy's document."""
    is_evaluation_failure: bool = False
    """Whether the rule could not be asked: then the policy is at fault, and not the model."""


Variables = Mapping[str, Json]
"""What the rules of a policy look at, by the name that they give it."""

DEPENDENCIES = "parts"
"""The variable that holds the models that a model asks."""
COMPOSITE_SLA = "composed"
"""The variable that holds what those come to together."""


def dependency_key(section: str = "") -> str:
    """The name by which what is looked at of each part is known: of a section of it, or of all."""
    return f"{DEPENDENCIES}[].{section}" if section else f"{DEPENDENCIES}[]"

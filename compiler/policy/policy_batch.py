"""Policies ready to be asked: each alone, and those that are asked together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from compiler.cel import Expression, Expressions, Together, Values, together
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer, Reads, as_str, only, widened
from compiler.json_schema import Validator
from compiler.policy.policy_definition import COMPOSED, PARTS, Policy, Variables, in_parts
from compiler.policy.secret_detection import SUSPECTS

BROKEN, KEPT, APART = range(3)
"""What a policy with rules comes to: one of them does not hold, all do, or its condition says that it is not for the model."""
BY: Pointer = ("by",)
"""Where a policy on the fleet says what groups models."""
ROOTS: Mapping[str, str] = MappingProxyType({"model": "model", "rendered": "object", "fleet": "models"})
"""The variable that a policy is about, by what it is on."""


@dataclass(frozen=True)
class Compiled:
    """A policy's expressions by their place in it; those that are wrong are told by `mistakes`."""

    policy: Policy
    found: Mapping[Pointer, Expression]
    mistakes: tuple[Finding, ...]
    schema: Validator | None

    @cached_property
    def looks_at_releases(self) -> bool:
        """Whether another release of the same model may break what one keeps."""
        return any(name in {"release", SUSPECTS, COMPOSED} or name.startswith(PARTS) for name in self.reads)

    def as_one(self) -> "Compiled":
        """The same for the models of one group."""
        return replace(self, found={pointer: one for pointer, one in self.found.items() if pointer != BY})

    @cached_property
    def reads(self) -> Reads:
        """The variables that the policy looks at, and of each the fields; `None` stands for all of it."""
        asked = (one for pointer, one in self.found.items() if pointer != BY)
        found = dict(widened(read for one in asked for read in _read_by(one)))
        if "schema" in self.policy.data:
            found[ROOTS[self.policy.on]] = None
        if "amounts" in found:  # what is said of an amount shows how it was written
            found = {**found, **widened([*found.items(), ("model", found["amounts"])])}
        return found


def _read_by(expression: Expression) -> Iterator[tuple[str, frozenset[str] | None]]:
    """What an expression looks at, and what of other models that the model asks."""
    for path in expression.reads:
        yield str(path[0]), None if len(path) == 1 else frozenset({str(path[1])})
    for path in expression.reads_of(PARTS):
        yield in_parts(*map(str, path[:1])), frozenset({str(path[1])}) if len(path) > 1 else None


@dataclass(frozen=True, slots=True)
class Answers:
    """What policies come to for the values of a subject, by id: `BROKEN`, `KEPT` or `APART`; empty where one cannot be asked."""

    values: Values
    by_id: Mapping[str, int]


@dataclass(frozen=True)
class Group:
    """Policies on one kind of subject, and what holds of them whatever the subject."""

    members: tuple[Compiled, ...]
    expressions: Expressions

    @cached_property
    def ids(self) -> frozenset[str]:
        """What they are called."""
        return frozenset(one.policy.id for one in self.members)

    @cached_property
    def reads(self) -> Reads:
        """The variables that they look at, and of each the fields; `None` stands for all of it."""
        return widened(read for one in self.members for read in one.reads.items())

    @cached_property
    def by_group(self) -> tuple[Policy, ...]:
        """Those that see one group of models at a time."""
        return tuple(one.policy for one in self.members if not one.mistakes and BY in one.found)

    @cached_property
    def as_one(self) -> tuple[Policy, ...]:
        """Those that can be asked of what there is as a whole."""
        return tuple(one.policy for one in self.members if not one.mistakes and BY not in one.found)

    @cached_property
    def with_schema(self) -> tuple[Policy, ...]:
        """Those that hold a subject to a schema."""
        return tuple(policy for policy in self.as_one if "schema" in policy.data)

    def values(self, variables: Variables) -> Values:
        """The variables ready for their expressions: what none of them reads is left out, for it costs as much."""
        reads = self.reads
        return self.expressions.values(
            {name: only(reads[name], value) for name, value in variables.items() if name in reads}
        )

    def asked(self, variables: Variables) -> Answers:
        """What they come to; those with rules are asked at once, for most of them hold."""
        values = self.values(variables)
        found = self._together.answers(values, int) if self._together else None
        ids = [policy.id for policy in self._with_rules]
        return Answers(values, dict(zip(ids, found, strict=True)) if found is not None else {})

    def broken(self, answers: Answers) -> Sequence[Policy]:
        """Those of which a rule does not hold, or may not."""
        return [policy for policy in self._with_rules if answers.by_id.get(policy.id, BROKEN) == BROKEN]

    @cached_property
    def _with_rules(self) -> tuple[Policy, ...]:
        return tuple(policy for policy in self.as_one if policy.rules)

    @cached_property
    def _together(self) -> Together | None:
        return together(self.expressions, [_joined(policy) for policy in self._with_rules])


def _joined(policy: Policy) -> str:
    """Whether all rules of a policy hold, or whether it is for the model at all."""
    rules = " && ".join(f"({as_str(rule.get('that'))}\n)" for rule in policy.rules)
    when, told = as_str(policy.match.get("when")), f"(({rules}) ? {KEPT} : {BROKEN})"
    return f"({when}\n) ? {told} : {APART}" if when else told

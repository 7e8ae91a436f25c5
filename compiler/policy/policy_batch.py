"""Policies ready to be asked: each alone, and those that are asked together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from compiler.cel import Activation, CelEnvironment, Expression, ExpressionBatch, compile_batch
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import FieldReads, Pointer, as_str, merge_reads, pick_fields
from compiler.json_schema import Validator
from compiler.policy.policy_definition import COMPOSITE_SLA, DEPENDENCIES, Policy, Variables, dependency_key
from compiler.policy.secret_detection import SUSPECTS_VARIABLE

FAIL, PASS, NOT_APPLICABLE = range(3)
"""What a policy with rules comes to: one of them does not hold, all do, or its condition says that it is not for the model."""
GROUP_BY: Pointer = ("by",)
"""Where a policy on the fleet says what groups models."""
SUBJECT_VARIABLES: Mapping[str, str] = MappingProxyType({"model": "model", "rendered": "object", "fleet": "models"})
"""The variable that a policy is about, by what it is on."""


@dataclass(frozen=True)
class CompiledPolicy:
    """A policy's expressions by their place in it; those that are wrong are told by `mistakes`."""

    policy: Policy
    expressions: Mapping[Pointer, Expression]
    compile_findings: tuple[Finding, ...]
    schema: Validator | None

    @cached_property
    def reads_release(self) -> bool:
        """Whether another release of the same model may break what one keeps."""
        return any(
            name in {"release", SUSPECTS_VARIABLE, COMPOSITE_SLA} or name.startswith(DEPENDENCIES)
            for name in self.field_reads
        )

    def without_group_by(self) -> "CompiledPolicy":
        """The same for the models of one group."""
        return replace(
            self,
            expressions={
                pointer: expression for pointer, expression in self.expressions.items() if pointer != GROUP_BY
            },
        )

    @cached_property
    def field_reads(self) -> FieldReads:
        """The variables that the policy looks at, and of each the fields; `None` stands for all of it."""
        rule_expressions = (expression for pointer, expression in self.expressions.items() if pointer != GROUP_BY)
        all_reads = dict(merge_reads(read for expression in rule_expressions for read in _expression_reads(expression)))
        if "schema" in self.policy.data:
            all_reads[SUBJECT_VARIABLES[self.policy.subject_kind]] = None
        if "amounts" in all_reads:  # what is said of an amount shows how it was written
            all_reads = {**all_reads, **merge_reads([*all_reads.items(), ("model", all_reads["amounts"])])}
        return all_reads


def _expression_reads(expression: Expression) -> Iterator[tuple[str, frozenset[str] | None]]:
    """What an expression looks at, and what of other models that the model asks."""
    for path in expression.read_paths:
        yield str(path[0]), None if len(path) == 1 else frozenset({str(path[1])})
    for path in expression.element_paths(DEPENDENCIES):
        yield dependency_key(*map(str, path[:1])), frozenset({str(path[1])}) if len(path) > 1 else None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What policies come to for the values of a subject, by id: `BROKEN`, `KEPT` or `APART`; empty where one cannot be asked."""

    activation: Activation
    outcome_by_id: Mapping[str, int]


@dataclass(frozen=True)
class PolicyBatch:
    """Policies on one kind of subject, and what holds of them whatever the subject."""

    members: tuple[CompiledPolicy, ...]
    cel_environment: CelEnvironment

    @cached_property
    def ids(self) -> frozenset[str]:
        """What they are called."""
        return frozenset(member.policy.id for member in self.members)

    @cached_property
    def field_reads(self) -> FieldReads:
        """The variables that they look at, and of each the fields; `None` stands for all of it."""
        return merge_reads(read for member in self.members for read in member.field_reads.items())

    @cached_property
    def grouped_policies(self) -> tuple[Policy, ...]:
        """Those that see one group of models at a time."""
        return tuple(
            member.policy for member in self.members if not member.compile_findings and GROUP_BY in member.expressions
        )

    @cached_property
    def ungrouped_policies(self) -> tuple[Policy, ...]:
        """Those that can be asked of what there is as a whole."""
        return tuple(
            member.policy
            for member in self.members
            if not member.compile_findings and GROUP_BY not in member.expressions
        )

    @cached_property
    def schema_policies(self) -> tuple[Policy, ...]:
        """Those that hold a subject to a schema."""
        return tuple(policy for policy in self.ungrouped_policies if "schema" in policy.data)

    def activation(self, variables: Variables) -> Activation:
        """The variables ready for their expressions: what none of them reads is left out, for it costs as much."""
        reads = self.field_reads
        return self.cel_environment.activation(
            {name: pick_fields(reads[name], value) for name, value in variables.items() if name in reads}
        )

    def evaluate(self, variables: Variables) -> BatchResult:
        """What they come to; those with rules are asked at once, for most of them hold."""
        activation = self.activation(variables)
        outcomes = self._expression_batch.evaluate(activation, int) if self._expression_batch else None
        ids = [policy.id for policy in self._rule_policies]
        return BatchResult(activation, dict(zip(ids, outcomes, strict=True)) if outcomes is not None else {})

    def failed_policies(self, result: BatchResult) -> Sequence[Policy]:
        """Those of which a rule does not hold, or may not."""
        return [policy for policy in self._rule_policies if result.outcome_by_id.get(policy.id, FAIL) == FAIL]

    @cached_property
    def _rule_policies(self) -> tuple[Policy, ...]:
        return tuple(policy for policy in self.ungrouped_policies if policy.rules)

    @cached_property
    def _expression_batch(self) -> ExpressionBatch | None:
        return compile_batch(self.cel_environment, [_combine_rules(policy) for policy in self._rule_policies])


def _combine_rules(policy: Policy) -> str:
    """Whether all rules of a policy hold, or whether it is for the model at all."""
    rules = " && ".join(f"({as_str(rule.get('that'))}\n)" for rule in policy.rules)
    condition, outcome = as_str(policy.match.get("when")), f"(({rules}) ? {PASS} : {FAIL})"
    return f"({condition}\n) ? {outcome} : {NOT_APPLICABLE}" if condition else outcome

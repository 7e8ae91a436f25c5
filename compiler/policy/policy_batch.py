"""Compiled policies: each alone, and batches that are evaluated together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from compiler.cel import Activation, CelEnvironment, Expression, ExpressionBatch, compile_batch
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import FieldReads, Pointer, merge_reads
from compiler.json_schema.validator import Validator
from compiler.policy.policy_definition import COMPOSITE_SLA, DEPENDENCIES, Policy, Variables, dependency_key
from compiler.policy.secret_detection import SUSPECTS_VARIABLE
from compiler.policy.status_variables import DAY_VARIABLES

FAIL, PASS, NOT_APPLICABLE = range(3)
"""The result of a policy with rules: a rule fails, all pass, or its condition excludes the model."""
GROUP_BY: Pointer = ("groupBy",)
"""The pointer of a fleet policy's grouping expression."""
SUBJECT_VARIABLES: Mapping[str, str] = MappingProxyType({"model": "model", "object": "object", "fleet": "models"})
"""The variable that holds the subject, by kind of subject."""


@dataclass(frozen=True)
class CompiledPolicy:
    """The compiled expressions of a policy by their pointer; `compile_findings` has the errors of the others."""

    policy: Policy
    expressions: Mapping[Pointer, Expression]
    compile_findings: tuple[Finding, ...]
    schema: Validator | None

    @cached_property
    def reads_release(self) -> bool:
        """Whether another release of the same model can violate a policy that one release satisfies."""
        return any(
            name in {"release", SUSPECTS_VARIABLE, COMPOSITE_SLA} or name.startswith(DEPENDENCIES)
            for name in self.field_reads
        )

    @cached_property
    def reads_day(self) -> bool:
        """Whether the same state can violate the policy on one day, and satisfy it on another."""
        return not DAY_VARIABLES.isdisjoint(self.field_reads)

    def without_group_by(self) -> "CompiledPolicy":
        """The same policy for the models of one group."""
        return replace(
            self,
            expressions={
                pointer: expression for pointer, expression in self.expressions.items() if pointer != GROUP_BY
            },
        )

    @cached_property
    def field_reads(self) -> FieldReads:
        """The variables that the policy reads, and the fields of each; `None` means all."""
        rule_expressions = (expression for pointer, expression in self.expressions.items() if pointer != GROUP_BY)
        all_reads = dict(merge_reads(read for expression in rule_expressions for read in _expression_reads(expression)))
        if "schema" in self.policy.data:
            all_reads[SUBJECT_VARIABLES[self.policy.scope]] = None
        if "quantities" in all_reads:  # messages show a quantity as it was written
            all_reads = {**all_reads, **merge_reads([*all_reads.items(), ("model", all_reads["quantities"])])}
        return all_reads


def _expression_reads(expression: Expression) -> Iterator[tuple[str, frozenset[str] | None]]:
    """The fields that an expression reads, including those of dependencies."""
    for path in expression.read_paths:
        yield str(path[0]), None if len(path) == 1 else frozenset({str(path[1])})
    for path in expression.element_paths(DEPENDENCIES):
        yield dependency_key(*map(str, path[:1])), frozenset({str(path[1])}) if len(path) > 1 else None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The results of policies for the values of a subject, by id: `FAIL`, `PASS` or `APART`; empty if one cannot be evaluated."""

    activation: Activation
    outcome_by_id: Mapping[str, int]


@dataclass(frozen=True)
class PolicyBatch:
    """Policies about one kind of subject, with facts that do not depend on the subject."""

    members: tuple[CompiledPolicy, ...]
    cel_environment: CelEnvironment

    @cached_property
    def ids(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(member.policy.id for member in self.members)

    @cached_property
    def field_reads(self) -> FieldReads:
        """The variables that they read, and the fields of each; `None` means all."""
        return merge_reads(read for member in self.members for read in member.field_reads.items())

    @cached_property
    def grouped_policies(self) -> tuple[Policy, ...]:
        """The policies that are evaluated per group of models."""
        return tuple(
            member.policy for member in self.members if not member.compile_findings and GROUP_BY in member.expressions
        )

    @cached_property
    def ungrouped_policies(self) -> tuple[Policy, ...]:
        """The policies that are evaluated once for all."""
        return tuple(
            member.policy
            for member in self.members
            if not member.compile_findings and GROUP_BY not in member.expressions
        )

    @cached_property
    def schema_policies(self) -> tuple[Policy, ...]:
        """The policies with a JSON Schema."""
        return tuple(policy for policy in self.ungrouped_policies if "schema" in policy.data)

    @cached_property
    def conditional_policies(self) -> tuple[Policy, ...]:
        """The policies whose `match` has a condition."""
        return tuple(member.policy for member in self.members if "when" in member.policy.match)

    def activation(self, variables: Variables) -> Activation:
        """The variables converted for their expressions; unread variables are left out, because converting them costs as much."""
        return self.cel_environment.activation(variables, self.field_reads)

    def evaluate(self, variables: Variables) -> BatchResult:
        """Evaluate the policies; those with rules together, because most rules hold."""
        activation = self.activation(variables)
        outcomes = self._expression_batch.evaluate(activation, int) if self._expression_batch else None
        ids = [policy.id for policy in self._rule_policies]
        return BatchResult(activation, dict(zip(ids, outcomes, strict=True)) if outcomes is not None else {})

    def failed_policies(self, result: BatchResult) -> Sequence[Policy]:
        """The policies with a rule that fails, or cannot be evaluated."""
        return [policy for policy in self._rule_policies if result.outcome_by_id.get(policy.id, FAIL) == FAIL]

    @cached_property
    def _rule_policies(self) -> tuple[Policy, ...]:
        return tuple(policy for policy in self.ungrouped_policies if policy.rules)

    @cached_property
    def _expression_batch(self) -> ExpressionBatch | None:
        return compile_batch(self.cel_environment, [_combine_rules(policy) for policy in self._rule_policies])


def _combine_rules(policy: Policy) -> str:
    """Combine rules into one expression: whether all hold, or whether the policy applies at all."""
    rules = " && ".join(f"({rule['expression']}\n)" for rule in policy.rules)
    condition, outcome = policy.match.get("when", ""), f"(({rules}) ? {PASS} : {FAIL})"
    return f"({condition}\n) ? {outcome} : {NOT_APPLICABLE}" if condition else outcome

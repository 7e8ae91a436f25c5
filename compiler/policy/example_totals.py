"""Totals of policy tests: how many examples and rules there are, and how much of the rules they cover."""

from collections.abc import Iterable
from dataclasses import dataclass

from compiler.policy.policy_examples import PolicyTestResult


@dataclass(frozen=True, slots=True)
class ExampleTotals:
    """Counts over the tests of several policies."""

    examples: int
    rules: int
    violated_rules: int
    """Rules that a bad example violates."""
    conditions: int
    """Parts of the rules' conditions."""
    covered_conditions: int
    """Parts that are true in one example and false in another."""


def total_examples(results: Iterable[PolicyTestResult]) -> ExampleTotals:
    """The totals of these results."""
    results = tuple(results)
    outcomes = [outcome for result in results for outcome in result.branch_outcomes().values()]
    rule_count = sum(result.rule_count for result in results)
    return ExampleTotals(
        examples=sum(len(result.example_results) for result in results),
        rules=rule_count,
        violated_rules=rule_count - sum(len(result.untested_rules) for result in results),
        conditions=len(outcomes),
        covered_conditions=sum(len(values) > 1 for values in outcomes),
    )

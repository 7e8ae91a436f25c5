"""What stages about the fleet read of all models: their facts, and the merged usage of policies."""

from compiler.pipeline.results import CheckedModel
from compiler.plan.model_facts import ModelFacts
from compiler.plan.shared_facts import FactsPool
from compiler.policy.policy_usage import PolicyUsage, UsageRecorder


class FleetTotals:
    """Takes models one by one."""

    def __init__(self) -> None:
        self._pool = FactsPool()
        self._facts: dict[str, ModelFacts] = {}
        self._usage = UsageRecorder()

    def add(self, model: CheckedModel) -> None:
        """Take a model."""
        self._facts[model.facts.name] = self._pool.share(model.facts)
        self._usage.add(model.usage)

    @property
    def facts(self) -> tuple[ModelFacts, ...]:
        """The facts, by name."""
        return tuple(self._facts[name] for name in sorted(self._facts))

    @property
    def usage(self) -> PolicyUsage:
        """The usage of all models."""
        return self._usage.usage

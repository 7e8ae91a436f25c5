"""Holds the facts of many models in little memory: equal parts are one object."""

from dataclasses import replace

from compiler.foundation.provenance import Origins
from compiler.plan.deployment_facts import DeploymentFacts
from compiler.plan.max_requests import ResourceTotals
from compiler.plan.model_facts import ModelFacts


class FactsPool:
    """The parts of facts that models have in common. Facts of 10,000 models take 10 MB, instead of 50 if each has its own parts."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._origins: dict[Origins, Origins] = {}
        self._amounts: dict[tuple[object, ...], ResourceTotals] = {}

    def share(self, facts: ModelFacts) -> ModelFacts:
        """Equal facts."""
        names: dict[tuple[str, ...], tuple[str, ...]] = {}  # few models have those of another
        deployments = tuple(self._shared_deployment(facts, deployment, names) for deployment in facts.deployments)
        return replace(facts, base_owner=self._text(facts.base_owner), deployments=deployments)

    def _shared_deployment(
        self, facts: ModelFacts, deployment: DeploymentFacts, names: dict[tuple[str, ...], tuple[str, ...]]
    ) -> DeploymentFacts:
        requests, dependencies = deployment.max_requests, deployment.dependency_names
        origins, namespace_origins = deployment.owner_origins, deployment.namespace_origins
        return replace(
            deployment,
            model=facts.name,
            path=facts.path,
            environment=self._text(deployment.environment),
            owner=self._text(deployment.owner),
            owner_origins=self._origins.setdefault(origins, origins),
            dependency_names=names.setdefault(dependencies, dependencies),
            namespace=self._text(deployment.namespace),
            namespace_origins=self._origins.setdefault(namespace_origins, namespace_origins),
            max_requests=self._amount(requests) if isinstance(requests, ResourceTotals) else requests,
        )

    def _text(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _amount(self, amount: ResourceTotals) -> ResourceTotals:
        return self._amounts.setdefault((amount.cpu, amount.memory, *amount.accelerators.items()), amount)

"""The checked models of a fleet: their findings, and what stages about the fleet read of them, as far as it is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from compiler.diagnostics.finding_codec import decode_findings
from compiler.pipeline.result_summaries import check_summary

if TYPE_CHECKING:
    from compiler.diagnostics.finding import Finding
    from compiler.pipeline.fleet_totals import FleetTotals
    from compiler.pipeline.result_keeper import Result
    from compiler.pipeline.results import CheckedModel
    from compiler.plan.deployment_facts import DeploymentFacts
    from compiler.plan.model_facts import ModelFacts
    from compiler.policy.policy_usage import PolicyUsage


class CheckedFleet:
    """Takes the results of models as they arrive. Kept results are read only if facts or usages are needed."""

    def __init__(self, results: Iterable[Result[CheckedModel]]) -> None:
        self._findings: list[Finding] = []
        self._unread: list[Result[CheckedModel]] = []
        digest = hashlib.sha256()
        for result in results:
            summary = check_summary(result.summary)
            digest.update(f"{result.name} {summary.digest}\n".encode())
            self._findings += decode_findings(summary.findings)
            if result.is_kept:
                self._unread.append(result)
            else:
                self._take(result.value)
        self.digest = digest.hexdigest()[:32]
        """A digest of the facts and the usages of all models."""

    @cached_property
    def _totals(self) -> FleetTotals:
        from compiler.pipeline.fleet_totals import FleetTotals  # noqa: PLC0415 - most runs need no facts and no usages

        return FleetTotals()

    def _take(self, model: CheckedModel) -> None:
        self._totals.add(model)

    def _read_all(self) -> None:
        for result in self._unread:
            self._take(result.value)
        self._unread = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings about models."""
        return tuple(self._findings)

    @property
    def new_secrets(self) -> frozenset[str]:
        """The secrets in models that were checked in this run; a result with a secret is not kept."""
        return self._totals.usage.secrets if "_totals" in vars(self) else frozenset()

    @cached_property
    def models(self) -> tuple[ModelFacts, ...]:
        """The facts of the models, by name."""
        self._read_all()
        return self._totals.facts

    @cached_property
    def deployments(self) -> tuple[DeploymentFacts, ...]:
        """The facts of each deployment, by name, then in order of promotion."""
        return tuple(deployment for model in self.models for deployment in model.deployments)

    @cached_property
    def usage(self) -> PolicyUsage:
        """The merged usage of policies."""
        self._read_all()
        return self._totals.usage

"""A model and its deployments, as the edits see them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Pointer
from compiler.resolve.fleet import Fleet, promotion_groups
from compiler.resolve.lifecycle import ALL_STAGES, ALLOWED_STAGES
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.model_lookup import require_valid_model
from compiler.spec.portfolio import EnvironmentSpec, ModelSpec


@dataclass(frozen=True)
class DeploymentState:
    """A model, an environment, and the model as it runs there now (`None` if it does not)."""

    fleet: Fleet
    spec: ModelSpec
    environment: EnvironmentSpec
    current: ResolvedModel | None

    @property
    def is_listed(self) -> bool:
        """Whether the model lists the environment."""
        return self.environment.name in self.spec.data.get("environments", {})

    @property
    def reference_model(self) -> ResolvedModel:
        """The model as it runs there; else as it runs in the nearest environment before, or in none."""
        if self.current is not None:
            return self.current
        upstream_models = [model for group in reversed(self.upstream) for model in group]
        if upstream_models:
            return upstream_models[0]
        model, _ = self.fleet.resolve(self.spec.name, None)
        if model is None:
            raise UsageError(f"the model `{self.spec.name}` has errors", help="run `modelyard check` to see them")
        return model

    @property
    def upstream(self) -> list[list[ResolvedModel]]:
        """The model in the nearest earlier environments, by groups that are promoted together.

        Raises `UsageError` if it runs in an earlier environment that is broken: the release there is not known.
        """
        groups: list[list[ResolvedModel]] = []
        for names in promotion_groups(self.fleet.portfolio):
            if self.environment.name in names:
                break
            self._require_valid(names)
            deployed_models = (self.fleet.model(self.spec.name, name) for name in names)
            groups.append([model for model in deployed_models if model is not None])
        return [group for group in groups if group]

    def _require_valid(self, names: Iterable[str]) -> None:
        """Raise `UsageError` if the model runs in one of the environments, and that has no valid document."""
        environments = self.fleet.portfolio.by_kind("Environment")
        for name in names:
            if name in self.spec.data.get("environments", {}) and name not in environments:
                raise UsageError(
                    f"there is no valid Environment `{name}`", help="run `modelyard check` to see its errors"
                )

    def finding(self, message: str, help_: str, pointer: Pointer = ()) -> Finding:
        """A finding about an edit that is not allowed."""
        subject = Subject("Model", self.spec.name, self.environment.name, pointer)
        return Finding(codes.TRANSITION_NOT_ALLOWED, message, self.spec.document.location(pointer), subject, help_)

    def stage_findings(self) -> Iterator[Finding]:
        """The finding if the model's lifecycle does not allow the environment."""
        lifecycle, stage = self.reference_model.data["lifecycle"], self.environment.data["stage"]
        if stage not in ALLOWED_STAGES[lifecycle]:
            allowed_stages = (
                ", ".join(allowed_stage for allowed_stage in ALL_STAGES if allowed_stage in ALLOWED_STAGES[lifecycle])
                or "no stage"
            )
            message = (
                f"a model with lifecycle `{lifecycle}` is allowed in {allowed_stages}, "
                f"but {self.environment.name} has stage `{stage}`"
            )
            location = self.reference_model.location(("lifecycle",))
            subject = Subject("Model", self.spec.name, self.environment.name, ("lifecycle",))
            yield Finding(
                codes.TRANSITION_NOT_ALLOWED,
                message,
                location,
                subject,
                "change `lifecycle` first, if the model has advanced",
            )


def load_deployment_state(fleet: Fleet, name: str, environment: str) -> DeploymentState:
    """Load the state of a model in an environment; raises `UsageError` for unknown names."""
    spec = require_valid_model(fleet.portfolio, name)
    environment_spec = fleet.portfolio.by_kind("Environment")[environment]
    is_deployed = environment in spec.data.get("environments", {})
    return DeploymentState(fleet, spec, environment_spec, fleet.model(name, environment) if is_deployed else None)

"""The deployments of a model, and values that several of them share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.inventory.coerce import optional_str
from compiler.inventory.row_parts import Canary, Placement
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelPlacements:
    """A model in each of its environments, in order of promotion; its base layers alone if it is not deployed."""

    models: tuple[ResolvedModel, ...]

    @property
    def last_model(self) -> ResolvedModel:
        """The model in its last environment, whose values a row shows."""
        return self.models[-1]

    def group_environments(self, pairs: Iterable[tuple[T, str]]) -> Iterator[tuple[T, tuple[str, ...]]]:
        """Each value once, in order of first appearance, with the environments that have it."""
        environments_by_value: dict[T, dict[str, None]] = {}
        for value, environment in pairs:
            environments_by_value.setdefault(value, {})[environment] = None
        for value, environments in environments_by_value.items():
            yield value, tuple(filter(None, environments))


def placements(models: Sequence[ResolvedModel]) -> Iterator[Placement]:
    """The model in each of its environments."""
    for model in models:
        if model.environment is not None and model.release is not None:
            deploy = model.data.get("deploy", {})
            yield Placement(
                environment=model.environment.name,
                stage=model.environment.data["stage"],
                cluster=optional_str(model.environment.data.get("cluster")),
                namespace=namespace(model),
                target=optional_str(deploy.get("target")),
                release=model.release.version,
                release_digest=model.release.digest,
                canary=_canary(model),
                suspended=deploy.get("suspended") is True,
                runtime_digest=model.runtime_digest,
                governance_digest=model.governance_digest,
            )


def environment_name(model: ResolvedModel) -> str:
    """The environment of the deployment; empty if there is none."""
    return model.environment.name if model.environment else ""


def _canary(model: ResolvedModel) -> Canary | None:
    if model.canary is None:
        return None
    return Canary(model.canary.version, model.data.get("canary", {}).get("weight", ""))

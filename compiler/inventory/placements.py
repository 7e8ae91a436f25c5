"""Where a model runs: what is said of it there, and what is said in several places, once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.foundation.json_data import as_object, as_str
from compiler.inventory.coerce import optional_str
from compiler.inventory.row_parts import Canary, Placement
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelPlacements:
    """A model in each Environment in which it runs, by promotion; where it runs nowhere, its general layers alone."""

    models: tuple[ResolvedModel, ...]

    @property
    def last_model(self) -> ResolvedModel:
        """The model in the last of them: whose values a row tells."""
        return self.models[-1]

    def group_environments(self, pairs: Iterable[tuple[T, str]]) -> Iterator[tuple[T, tuple[str, ...]]]:
        """Each thing once, in the order in which it was said first, with the Environments in which it was."""
        environments_by_value: dict[T, dict[str, None]] = {}
        for value, environment in pairs:
            environments_by_value.setdefault(value, {})[environment] = None
        for value, environments in environments_by_value.items():
            yield value, tuple(filter(None, environments))


def placements(models: Sequence[ResolvedModel]) -> Iterator[Placement]:
    """The model in each Environment in which it runs."""
    for model in models:
        if model.environment is not None and model.release is not None:
            deploy = as_object(model.data.get("deploy"))
            yield Placement(
                environment=model.environment.name,
                stage=model.environment.text("stage"),
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
    """Where the model runs; empty for nowhere."""
    return model.environment.name if model.environment else ""


def _canary(model: ResolvedModel) -> Canary | None:
    if model.canary is None:
        return None
    return Canary(model.canary.version, as_str(as_object(model.data.get("canary")).get("weight")))

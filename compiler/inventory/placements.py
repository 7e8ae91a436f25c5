"""Where a model runs: what is said of it there, and what is said in several places, once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from compiler.foundation.json_data import as_object, as_str
from compiler.inventory.coerce import text
from compiler.inventory.row_parts import Canary, Placement
from compiler.resolve.placement import namespace
from compiler.resolve.resolved_model import ResolvedModel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """A model in each Environment in which it runs, by promotion; where it runs nowhere, its general layers alone."""

    places: tuple[ResolvedModel, ...]

    @property
    def last(self) -> ResolvedModel:
        """The model in the last of them: whose values a row tells."""
        return self.places[-1]

    def gathered(self, said: Iterable[tuple[T, str]]) -> Iterator[tuple[T, tuple[str, ...]]]:
        """Each thing once, in the order in which it was said first, with the Environments in which it was."""
        found: dict[T, dict[str, None]] = {}
        for thing, environment in said:
            found.setdefault(thing, {})[environment] = None
        for thing, environments in found.items():
            yield thing, tuple(filter(None, environments))


def placements(places: Sequence[ResolvedModel]) -> Iterator[Placement]:
    """The model in each Environment in which it runs."""
    for model in places:
        if model.environment is not None and model.release is not None:
            deploy = as_object(model.data.get("deploy"))
            yield Placement(
                environment=model.environment.name,
                stage=model.environment.text("stage"),
                cluster=text(model.environment.data.get("cluster")),
                namespace=namespace(model),
                target=text(deploy.get("target")),
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

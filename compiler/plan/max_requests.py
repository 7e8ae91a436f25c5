"""What a model's replicas can come to request at most: how many there can be at once, each with its resources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.plan.context.model_context import late_context
from compiler.plan.context.network import exports, target_of
from compiler.plan.planning_services import Planner
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.quantities import Cpu, Memory

PODS = "pods"
"""What a target exports of replicas: `surge`, how many a rollout adds (a number, or a share); `beside`, how many there are beside
the model's own, such as a canary's; `accelerator`, what one is called. A target that says nothing of a model runs none."""


@dataclass(frozen=True, slots=True)
class Amount:
    """CPU in thousandths of a core, memory in bytes, accelerators by name."""

    cpu: int = 0
    memory: int = 0
    accelerators: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Amount") -> "Amount":
        names = {*self.accelerators, *other.accelerators}
        both = {name: self.accelerators.get(name, 0) + other.accelerators.get(name, 0) for name in sorted(names)}
        return Amount(self.cpu + other.cpu, self.memory + other.memory, both)

    def raised(self, percent: int) -> "Amount":
        """So much more, rounded up; whole thousandths of a core, whole MiB, and whole accelerators."""
        return Amount(
            _raised(self.cpu, percent),
            _raised(self.memory, percent, 1024**2),
            {name: _raised(count, percent) for name, count in self.accelerators.items()},
        )


def total(amounts: Iterable[Amount]) -> Amount:
    """All of them together."""
    return sum(amounts, Amount())


def at_most(planner: Planner, model: ResolvedModel) -> Amount | tuple[str, ...]:
    """What its replicas can request at most; or the resources that it does not say, though it has replicas."""
    pods = _pods(planner, model)
    if not pods:
        return Amount()
    resources = as_object(as_object(model.data.get("deploy")).get("resources"))
    missing = tuple(name for name in ("cpu", "memory") if name not in resources)
    if missing:
        return missing
    count, gpu = replicas(model, pods), resources.get("gpu", 0)
    accelerators = {as_str(pods.get("accelerator")): count * gpu} if isinstance(gpu, int) and gpu else {}
    cpu, memory = Cpu(as_str(resources["cpu"])).millicores, Memory(as_str(resources["memory"])).bytes
    return Amount(count * cpu, count * memory, accelerators)


def replicas(model: ResolvedModel, pods: Object) -> int:
    """How many there can be at once: the most that scaling allows, those of a rollout, and those beside them."""
    deploy = as_object(model.data.get("deploy"))
    scaling = as_object(deploy.get("scaling"))
    most = 1 if "batch" in deploy else max(_number(scaling.get("min"), 1), _number(scaling.get("max"), 1))
    return most + _surge(pods.get("surge"), most) + _number(pods.get("beside"), 0)


def _pods(planner: Planner, model: ResolvedModel) -> Object:
    emitter = planner.emitters.by_id.get(target_of(model))
    if emitter is None:
        return {}
    found = exports(planner, emitter, late_context(planner, model, emitter), PODS)
    return found if isinstance(found, Mapping) else {}


def _surge(said: Json, most: int) -> int:
    """A share is rounded up, as Kubernetes does with `maxSurge` of rolling updates."""
    if isinstance(said, str) and said.endswith("%"):
        return ceil(Fraction(said[:-1]) * most / 100)
    return _number(said, 0)


def _number(value: Json, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def _raised(amount: int, percent: int, unit: int = 1) -> int:
    return ceil(Fraction(amount * (100 + percent), 100 * unit)) * unit

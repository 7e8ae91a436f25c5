"""Fields of `deploy` that only some models have, each with two values."""

from collections.abc import Callable
from typing import Any

Variant = tuple[Any, Any] | tuple[str, Any, Any]
"""Two values of a field; or of a field above it, named first, where the field does not stand alone."""

NODES = {"parallelism": {"tensor": 1, "data": 4, "dataLocal": 2}, "worker": {}}
PROMPTS = {"scheduler": {}, "prefill": {}}
EXPOSED = {"target": "kserve", "expose": {"host": "a.example"}, "scaling": {"min": 1, "max": 1}}


AMOUNTS: dict[str, tuple[Any, Any]] = {
    "cpu": (1, 2),
    "memory": ("1Gi", "2Gi"),
    "gpu": (1, 2),
    "gpuType": ("large", "small"),
    "extended": ({"rdma/hca": 1}, {"rdma/hca": 2}),
    "ephemeralStorage": ("1Gi", "2Gi"),
}
"""Two amounts of each resource."""


def parts(one: dict, other: dict) -> Variant:
    """Two ways to spread an exposed language model over servers."""
    return ("deploy", {**EXPOSED, **one}, {**EXPOSED, **other})


def nodes(**more: Any) -> dict:
    return {"worker": NODES["worker"], "parallelism": {**NODES["parallelism"], **more}}


def amounts(key: str, holder: Callable[[dict[str, Any]], dict[str, Any]]) -> Variant:
    """Two amounts of a resource, in the part that `holder` returns for the resources."""
    return parts(*(holder({"gpu": 1, key: amount}) for amount in AMOUNTS[key]))


def prompts(one: dict[str, Any], other: dict[str, Any]) -> Variant:
    """Two servers of prompts."""
    return parts({**PROMPTS, "prefill": one}, {**PROMPTS, "prefill": other})


PARTS_OF_LANGUAGE_MODELS: dict[str, Variant] = {
    "parallelism.tensor": parts({"parallelism": {"tensor": 1}}, {"parallelism": {"tensor": 2}}),
    "parallelism.pipeline": parts(*({"worker": {}, "parallelism": {"pipeline": count}} for count in (2, 3))),
    "parallelism.data": parts(nodes(), nodes(data=6)),
    "parallelism.dataLocal": parts(nodes(), nodes(dataLocal=1)),
    "parallelism.expert": parts(nodes(expert=True), nodes(expert=False)),
    **{f"worker.resources.{key}": amounts(key, lambda one: {**NODES, "worker": {"resources": one}}) for key in AMOUNTS},
    "prefill.replicas": prompts({"replicas": 1}, {"replicas": 2}),
    **{
        f"prefill.resources.{key}": amounts(key, lambda one: {**PROMPTS, "prefill": {"resources": one}})
        for key in AMOUNTS
    },
    "prefill.parallelism.tensor": prompts({"parallelism": {"tensor": 1}}, {"parallelism": {"tensor": 2}}),
    "prefill.parallelism.pipeline": prompts(*({"worker": {}, "parallelism": {"pipeline": count}} for count in (2, 3))),
    "prefill.parallelism.data": prompts(nodes(), nodes(data=6)),
    "prefill.parallelism.dataLocal": prompts(nodes(), nodes(dataLocal=1)),
    "prefill.parallelism.expert": prompts(nodes(expert=True), nodes(expert=False)),
    **{
        f"prefill.worker.resources.{key}": amounts(
            key, lambda one: {**PROMPTS, "prefill": {**NODES, "worker": {"resources": one}}}
        )
        for key in AMOUNTS
    },
    "scheduler.replicas": parts({"scheduler": {"replicas": 1}}, {"scheduler": {"replicas": 2}}),
    "scheduler.config": parts({"scheduler": {"config": {"kind": "a"}}}, {"scheduler": {"config": {"kind": "b"}}}),
}

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


COMPONENT = {"image": "registry.example/front:1", "digest": "sha256:" + "1" * 64, "args": ["a"]}


def components(field: str) -> dict[str, Variant]:
    """Two values of each field of a container in front of the server; with the protocol v1, which an explainer needs."""

    def variant(one: dict[str, Any], other: dict[str, Any]) -> Variant:
        return (f"deploy.{field}", {**COMPONENT, **one}, {**COMPONENT, **other})

    return {
        f"{field}.image": variant({}, {"image": "registry.example/front:2"}),
        f"{field}.digest": variant({}, {"digest": "sha256:" + "2" * 64}),
        f"{field}.command": variant({"command": ["a"]}, {"command": ["b"]}),
        f"{field}.args": variant({}, {"args": ["b"]}),
        f"{field}.env.name": variant({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "B", "value": "1"}]}),
        f"{field}.env.value": variant({"env": [{"name": "A", "value": "1"}]}, {"env": [{"name": "A", "value": "2"}]}),
        f"{field}.scaling.min": variant({"scaling": {"min": 1, "max": 3}}, {"scaling": {"min": 2, "max": 3}}),
        f"{field}.scaling.max": variant({"scaling": {"max": 2}}, {"scaling": {"max": 3}}),
        **{
            f"{field}.resources.{key}": variant(*({"resources": {"gpu": 1, key: amount}} for amount in AMOUNTS[key]))
            for key in AMOUNTS
        },
    }


LOG = {"url": "http://log.audit.svc:80"}
PARTS_OF_SERVICES: dict[str, Variant] = {
    **components("transformer"),
    **components("explainer"),
    "batcher.maxBatchSize": ("deploy.batcher", {"maxBatchSize": 1}, {"maxBatchSize": 2}),
    "batcher.maxLatency": (
        "deploy.batcher", {"maxBatchSize": 1, "maxLatency": 1}, {"maxBatchSize": 1, "maxLatency": 2},
    ),
    "logger.url": ("deploy.logger", LOG, {"url": "http://log.other.svc:80"}),
    "logger.mode": ("deploy.logger", {**LOG, "mode": "all"}, {**LOG, "mode": "request"}),
    "logger.metadataHeaders": ("deploy.logger", {**LOG, "metadataHeaders": ["a"]}, {**LOG, "metadataHeaders": ["b"]}),
}  # fmt: skip

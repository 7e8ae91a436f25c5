"""What a spec says of how a model runs changes what is rendered, or is refused: nothing is dropped in silence."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

DIGEST, OTHER = "sha256:" + "0" * 64, "sha256:" + "1" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
IMAGE = {"image": "registry.example/own:1.0", "digest": DIGEST}
PROGRAM = {**IMAGE, "port": 9000, "health": "/ready"}
TOOL = {"name": "a", "server": "http://a.tools.svc:80", "allow": ["find"], "sideEffects": "none", "approval": "never"}
STORED = {"uri": "s3://models/one/1.0.0/", "digest": DIGEST}
OWN = {"runtime": {"image": "registry.example/agent:1.0", "digest": DIGEST}}


def model(kind: str, target: str, source: dict, deploy: dict | None = None, name: str = "one", **more: Any) -> dict:
    deploy = {
        "target": target,
        "resources": {"cpu": 1, "memory": "1Gi"},
        "scaling": {"min": 2, "max": 4},
        **(deploy or {}),
    }
    return {
        **HEAD,
        "name": name,
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


RETAIL = model("ml", "kserve", {"format": "sklearn", **STORED}, name="retail")
POLICY = model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"]}, name="policy")
MODELS = {
    "ml": model("ml", "kserve", {"format": "sklearn", **STORED}),
    "statistical": model("statistical", "kserve", {"method": "a", "format": "onnx", **STORED}),
    "llm": model(
        "llm", "kserve", {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"},
        {"scaling": {"min": 2, "max": 2}}, interface={"protocol": "openai"},
    ),
    "ensemble": model("ensemble", "kserve", {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]}),
    "rules": model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"], "entrypoint": "a/b"}),
    "heuristic": model("heuristic", "kubernetes", {**PROGRAM, "as": {"env": "S"}}),
    "optimization": model(
        "optimization", "kubernetes", {**PROGRAM, "solver": "highs", "limits": {"time": "1m"}, "as": {"env": "S"}}
    ),
    "knowledge-graph": model(
        "knowledge-graph", "kubernetes",
        {"ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]}, "files": ["companies.ttl"]},
    ),
    "agent": model("agent", "kubernetes", {**PROGRAM, "as": {"env": "S"}, "limits": {"steps": 5}, "tools": [TOOL]}),
}  # fmt: skip

BATCH = {"schedule": "0 1 * * *"}
COMMON: dict[str, tuple[Any, Any]] = {
    "deploy.resources.cpu": (2, 3),
    "deploy.resources.memory": ("2Gi", "3Gi"),
    "deploy.resources.gpu": (1, 2),
    "deploy.scaling": ({"min": 1, "max": 1}, {"min": 1, "max": 3}),
    "deploy.options.priorityClass": ("low", "high"),
    "deploy.scaling.cpu": ("50%", "60%"),
    "deploy.scaling.memory": ("50%", "60%"),
    "deploy.scaling.concurrency": (2, 3),
    "deploy.scaling.requestsPerSecond": (2, 3),
    "deploy.disruptionBudget": (1, 2),
    "deploy.suspended": (True, True),
    "deploy.batch": (BATCH, {**BATCH, "schedule": "0 2 * * *"}),
    "deploy.volume": ({"size": "1Gi"}, {"size": "2Gi"}),
    "deploy.expose": ({"host": "a.example"}, {"host": "b.example"}),
    "deploy.env": ([{"name": "A", "value": "1"}], [{"name": "A", "value": "2"}]),
    "deploy.secrets": (
        [{"name": "a", "key": "x/y", "as": {"env": "A"}}],
        [{"name": "b", "key": "x/y", "as": {"env": "A"}}],
    ),
    "deploy.egress": (["http://a.b.svc:80"], ["http://a.c.svc:80"]),
    "runtime.image": ("registry.example/x:1", "registry.example/x:2"),
    "runtime.args": (["a"], ["b"]),
    "runtime.version": ("1.0", "2.0"),
    "interface.protocol": ("v1", "grpc-v2"),
    "uses": ([{"model": "retail", "as": {"env": "A"}}], [{"model": "policy", "as": {"env": "A"}}]),
}
SOURCE: dict[str, dict[str, tuple[Any, Any]]] = {
    "ml": {
        "format": ("xgboost", "lightgbm"), "formatVersion": ("1", "2"), "uri": ("s3://a/b", "s3://a/c"),
        "digest": (OTHER, "sha256:" + "2" * 64),
    },
    "statistical": {"format": ("pmml", "custom"), "uri": ("s3://a/b", "s3://a/c"), "digest": (OTHER, "sha256:" + "2" * 64)},
    "llm": {
        "baseModel.name": ("a/c", "a/d"), "baseModel.revision": ("2", "3"), "uri": ("hf://a/c", "hf://a/d"), "digest": (OTHER, DIGEST),
        "contextLength": (1024, 2048),
        "adapters": ([{"name": "a", "uri": "s3://a/b"}], [{"name": "a", "uri": "s3://a/c"}]),
    },
    "ensemble": {
        "router": ("sequence", "switch"),
        "steps": ([{"name": "b", "model": "retail"}], [{"name": "a", "model": "policy"}]),
    },
    "rules": {
        "files": (["data.json"], ["policy.rego", "data.json"]),
        "entrypoint": ("a.b", "c.d"),
    },
    "heuristic": {
        "image": ("registry.example/x:1", "registry.example/x:2"), "digest": (OTHER, "sha256:" + "2" * 64), "port": (1, 2),
        "health": ("/a", "/b"), "args": (["a"], ["b"]), "files": (["cash.lp"], ["data.json"]), "as": ({"env": "A"}, {"env": "B"}),
        "parameters": (
            [{"name": "a", "value": 1, "rationale": "a"}], [{"name": "a", "value": 2, "rationale": "a"}]
        ),
        "timeLimit": ("1s", "2s"),
    },
    "optimization": {"limits": ({"time": "2m"}, {"time": "3m"}), "files": (["cash.lp"], ["data.json"])},
    "knowledge-graph": {"files": (["task.md"], ["cash.lp"]), "ontology.files": (["task.md"], ["cash.lp"])},
    "agent": {
        "tools": ([{**TOOL, "allow": ["a"]}], [{**TOOL, "server": "http://b.tools.svc:80"}]), "limits": ({"steps": 6}, {"steps": 7}),
        "prompts": ([{"name": "a", "file": "task.md"}], [{"name": "a", "file": "cash.lp"}]),
        "killSwitch": ({"group": "a", "procedure": "b"}, {"group": "c", "procedure": "b"}),
    },
}  # fmt: skip

_SPOKEN = "a program speaks what it speaks; who asks it reads the protocol from what the target exports"
UNREAD: dict[str, str] = {
    **{f"{kind}: interface.protocol": _SPOKEN for kind in ("heuristic", "optimization", "agent", "ensemble")},
    **{
        f"{kind}: deploy.egress": "without `storageCidrs` the egress of what KServe fetches stays open"
        for kind in ("ml", "statistical", "llm")
    },
}
"""What changes nothing that is rendered, and why. It may only shrink."""


def changed(spec: dict, path: str, value: Any) -> dict:
    out = copy.deepcopy(spec)
    *above, key = path.split(".")
    holder = out
    for part in above:
        holder = holder.setdefault(part, {})
    holder[key] = value
    return out


def variants(kind: str) -> Iterator[tuple[str, tuple[Any, Any]]]:
    yield from COMMON.items()
    for path, values in SOURCE[kind].items():
        yield f"source.{path}", values


@pytest.mark.parametrize("kind", MODELS)
def test_whatever_is_said_is_rendered_or_refused(kind, made):
    def outcome(spec: dict) -> tuple[dict, str]:
        unit = made(spec, RETAIL, POLICY, gateway={"namespace": "gateways", "name": "public"})
        return dict(unit.texts), unit.reasons

    before = outcome(MODELS[kind])
    assert before[0]
    assert not before[1]
    silent = []
    for path, (one, other) in variants(kind):
        first, second = (outcome(changed(MODELS[kind], path, value)) for value in (one, other))
        is_told = first != before and (first != second or bool(first[1]) or one == other)
        silent += [] if is_told or f"{kind}: {path}" in UNREAD else [path]
    assert silent == []

"""What a spec says of how a model runs changes what is rendered, or is refused: nothing is dropped in silence."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from compiler.foundation.resources import kind_schemas, shipped_folder
from tests.targets.field_variants import PARTS_OF_LANGUAGE_MODELS, PARTS_OF_SERVICES, Variant

DIGEST, OTHER_DIGEST, THIRD = ("sha256:" + digit * 64 for digit in "012")
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
IMAGE = {"image": "registry.example/own:1.0", "digest": DIGEST}
PROGRAM = {**IMAGE, "port": 9000, "health": "/ready"}
TOOL = {"name": "a", "server": "http://a.tools.svc:80", "allow": ["find"], "sideEffects": "none", "approval": "never"}
TOOL_PODS = {"url": "http://a.tools.svc:80", "podSelector": {"matchLabels": {"app": "a"}}}
VENDOR = {
    "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
    "egress": {"cidrs": ["203.0.113.0/25"]},
}  # fmt: skip
STORED_ARTIFACT = {"uri": "s3://models/one/1.0.0/", "digest": DIGEST}
OTHER_IMAGE = {"image": "registry.example/x:1", "digest": DIGEST}
FACTS = {
    "ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]}, "uri": "s3://a/b", "digest": DIGEST,
}  # fmt: skip
OWN_RUNTIME = {"runtime": {"image": "registry.example/agent:1.0", "digest": DIGEST}}


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


RETAIL = model("ml", "kserve", {"format": "sklearn", **STORED_ARTIFACT}, name="retail")
POLICY = model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"]}, name="policy")
MODELS = {
    "ml": model("ml", "kserve", {"format": "sklearn", **STORED_ARTIFACT}),
    "statistical": model("statistical", "kserve", {"method": "a", "format": "onnx", **STORED_ARTIFACT}),
    "llm": model(
        "llm", "kserve", {"baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b"},
        {"scaling": {"min": 2, "max": 2}}, interface={"protocol": "openai"},
    ),
    "ensemble": model("ensemble", "kserve", {"router": "ensemble", "steps": [{"name": "a", "model": "retail"}]}),
    "rules": model("rules", "kubernetes", {"engine": "opa", "files": ["policy.rego"], "entrypoint": "a/b"}),
    "heuristic": model("heuristic", "kubernetes", {**PROGRAM, "settingsEnv": "S"}),
    "optimization": model(
        "optimization", "kubernetes", {**PROGRAM, "solver": "highs", "limits": {"time": "1m"}, "settingsEnv": "S"}
    ),
    "knowledge-graph": model(
        "knowledge-graph", "kubernetes",
        {"ontology": {"iri": "https://x.example/o", "version": "1", "files": ["ownership.ttl"]}, "files": ["companies.ttl"]},
    ),
    "agent": model(
        "agent", "kubernetes", {**PROGRAM, "settingsEnv": "S", "limits": {"steps": 5}, "tools": [TOOL]}, {"egress": [TOOL_PODS]},
    ),
    "vendor": {**model("vendor", "kubernetes", VENDOR), "deploy": {"target": "kubernetes"}},
}  # fmt: skip


BATCH = {"schedule": "0 1 * * *"}
SECRET = {"name": "a", "key": "x/y", "env": "A"}
CALLER = {"name": "a", "namespace": "a", "podSelector": {"matchLabels": {"app": "a"}}, "serviceAccount": "a"}
TOLERATION = {"key": "a", "value": "a", "effect": "NoExecute", "tolerationSeconds": 1}
SPREAD = {"topologyKey": "kubernetes.io/hostname", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
PEER = {"url": "http://a.b.svc:80", "podSelector": {"matchLabels": {"app": "a"}}, "ports": [{"port": 80}]}


def list_variant(path: str, one: dict, **more: Any) -> Variant:
    """A list of one element, and the same with that element changed."""
    return (path, [one], [{**one, **more}])


COMMON: dict[str, Variant] = {
    "deploy.target": ("kserve", "kubernetes"),
    "deploy.resources.cpu": (2, 3),
    "deploy.resources.memory": ("2Gi", "3Gi"),
    "deploy.resources.gpu": (1, 2),
    "deploy.resources.gpuType": ("deploy.resources", *({"gpu": 1, "gpuType": name} for name in ("large", "small"))),
    "deploy.resources.extended": ({"rdma/hca": 1}, {"rdma/hca": 2}),
    "deploy.resources.ephemeralStorage": ("1Gi", "2Gi"),
    "deploy.scheduling.nodeSelector": ({"pool": "a"}, {"pool": "b"}),
    **{
        f"deploy.scheduling.tolerations.{key}": list_variant("deploy.scheduling.tolerations", TOLERATION, **{key: value})
        for key, value in {
            "key": "b", "operator": "Equal", "value": "b", "effect": "NoSchedule", "tolerationSeconds": 2,
        }.items()
    },
    "deploy.scheduling.priorityClassName": ("low", "high"),
    **{
        f"deploy.scheduling.topologySpreadConstraints.{key}": list_variant(
            "deploy.scheduling.topologySpreadConstraints", SPREAD, **{key: value}
        )
        for key, value in {"topologyKey": "zone", "maxSkew": 2, "whenUnsatisfiable": "ScheduleAnyway", "minDomains": 2}.items()
    },
    "deploy.scaling.min": ("deploy.scaling", {"min": 1, "max": 4}, {"min": 3, "max": 4}),
    "deploy.scaling.max": ("deploy.scaling", {"min": 1, "max": 1}, {"min": 1, "max": 3}),
    "deploy.scaling.cpu": ("50%", "60%"),
    "deploy.scaling.memory": ("50%", "60%"),
    "deploy.scaling.concurrency": (2, 3),
    "deploy.scaling.requestsPerSecond": (2, 3),
    "deploy.disruptionBudget": (1, 2),
    **{f"deploy.{field}": variant for field, variant in {**PARTS_OF_LANGUAGE_MODELS, **PARTS_OF_SERVICES}.items()},
    "deploy.suspended": (True, False),
    "deploy.batch.schedule": ("0 1 * * *", "0 2 * * *"),
    "deploy.batch.timeZone": ("deploy.batch", {**BATCH, "timeZone": "Europe/Zurich"}, {**BATCH, "timeZone": "Europe/Paris"}),
    "deploy.batch.concurrencyPolicy": (
        "deploy.batch", {**BATCH, "concurrencyPolicy": "allow"}, {**BATCH, "concurrencyPolicy": "replace"},
    ),
    "deploy.batch.deadline": ("deploy.batch", {**BATCH, "deadline": "1h"}, {**BATCH, "deadline": "2h"}),
    "deploy.batch.retries": ("deploy.batch", {**BATCH, "retries": 1}, {**BATCH, "retries": 2}),
    "deploy.volume.size": ("1Gi", "2Gi"),
    "deploy.volume.storageClass": ("deploy.volume", {"size": "1Gi", "storageClass": "a"}, {"size": "1Gi", "storageClass": "b"}),
    "deploy.expose.host": ("a.example", "b.example"),
    "deploy.expose.path": ("deploy.expose", {"host": "a.example", "path": "/a"}, {"host": "a.example", "path": "/b"}),
    "deploy.callers.name": ("deploy.callers", [CALLER], [{**CALLER, "name": "b"}]),
    "deploy.callers.namespace": ("deploy.callers", [CALLER], [{**CALLER, "namespace": "b"}]),
    "deploy.callers.podSelector.matchLabels": ("deploy.callers", [CALLER], [{**CALLER, "podSelector": {"matchLabels": {"app": "b"}}}]),
    "deploy.callers.serviceAccount": ("deploy.callers", [CALLER], [{**CALLER, "serviceAccount": "b"}]),
    "deploy.adopt.name": ("a", "b"),
    "deploy.adopt.namespace": ("a", "b"),
    "deploy.adopt.selector": ({"app": "a"}, {"app": "b"}),
    "deploy.env.name": ("deploy.env", [{"name": "A", "value": "1"}], [{"name": "B", "value": "1"}]),
    "deploy.env.value": ("deploy.env", [{"name": "A", "value": "1"}], [{"name": "A", "value": "2"}]),
    "deploy.secrets.name": ("deploy.secrets", [SECRET], [{**SECRET, "name": "b"}]),
    "deploy.secrets.key": ("deploy.secrets", [SECRET], [{**SECRET, "key": "x/z"}]),
    "deploy.secrets.env": ("deploy.secrets", [SECRET], [{**SECRET, "env": "B"}]),
    "deploy.options": ({"decisionLog": True}, {"decisionLog": False}),
    "deploy.egress.url": ("deploy.egress", [PEER], [{**PEER, "url": "http://a.c.svc:80"}]),
    "deploy.egress.namespace": ("deploy.egress", [PEER], [{**PEER, "namespace": "d"}]),
    "deploy.egress.podSelector.matchLabels": ("deploy.egress", [PEER], [{**PEER, "podSelector": {"matchLabels": {"app": "b"}}}]),
    "deploy.egress.ports.port": ("deploy.egress", [PEER], [{**PEER, "ports": [{"port": 81}]}]),
    "deploy.egress.ports.protocol": ("deploy.egress", [PEER], [{**PEER, "ports": [{"port": 80, "protocol": "UDP"}]}]),
    "runtime.image": ("runtime", OTHER_IMAGE, {**OTHER_IMAGE, "image": "registry.example/x:2"}),
    "runtime.args": (["a"], ["b"]),
    "runtime.version": ("1.0", "2.0"),
    "interface.protocol": ("v1", "grpc-v2"),
    "uses": ([{"model": "retail", "env": "A"}], [{"model": "policy", "env": "A"}]),
}  # fmt: skip

PARAMETER = {"name": "a", "value": 1, "rationale": "a"}
ARTIFACT: dict[str, Variant] = {"uri": ("s3://a/b", "s3://a/c"), "digest": (OTHER_DIGEST, THIRD)}
RUN: dict[str, Variant] = {
    "image": ("registry.example/x:1", "registry.example/x:2"), "digest": (OTHER_DIGEST, THIRD), "port": (1, 2), "health": ("/a", "/b"),
    "metrics.port": ("metrics", {"path": "/metrics", "port": 1}, {"path": "/metrics", "port": 2}),
    "args": (["a"], ["b"]), "files": (["cash.lp"], ["data.json"]), "settingsEnv": ("A", "B"),
    "parameters.name": ("parameters", [PARAMETER], [{**PARAMETER, "name": "b"}]),
    "parameters.value": ("parameters", [PARAMETER], [{**PARAMETER, "value": 2}]),
}  # fmt: skip
DECISIONS = {"engine": "gorules", "files": ["pricing.json"]}
LORA = {"name": "a", "uri": "s3://a/b", "digest": DIGEST}
STEP = {"name": "a", "model": "retail"}
CONDITION = {"field": "a", "op": "==", "value": 1}


def switch_variant(**more: Any) -> Variant:
    """A switch by a condition, and by another."""
    one, other = (
        {"router": "switch", "steps": [{**STEP, "when": when}]} for when in (CONDITION, {**CONDITION, **more})
    )
    return ("", one, other)


def router_variant(router: str, one: dict, other: dict) -> Variant:
    last = {"name": "b", "model": "policy"}
    return ("", *({"router": router, "steps": [{**STEP, **each}, {**last, **each}]} for each in (one, other)))


SOURCE: dict[str, dict[str, Variant]] = {
    "ml": {
        **ARTIFACT, "format": ("xgboost", "lightgbm"), "formatVersion": ("1", "2"),
        "files": ("", {"format": "onnx", "files": ["cash.lp"]}, {"format": "onnx", "files": ["data.json"]}),
    },
    "statistical": {
        **ARTIFACT, "format": ("pmml", "custom"),
        "files": ("", *({"method": "a", "format": "onnx", "files": [name]} for name in ("cash.lp", "data.json"))),
    },
    "llm": {
        "baseModel.name": ("a/c", "a/d"), "baseModel.revision": ("2", "3"), "uri": ("hf://a/c", "hf://a/d"),
        "digest": (OTHER_DIGEST, DIGEST),
        "contextLength": (1024, 2048), "adapters.name": list_variant("adapters", LORA, name="b"),
        "adapters.uri": list_variant("adapters", LORA, uri="s3://a/c"),
        "adapters.digest": list_variant("adapters", LORA, digest=OTHER_DIGEST),
    },
    "ensemble": {
        "router": ("sequence", "ensemble"), "steps.name": list_variant("steps", STEP, name="b"),
        "steps.model": list_variant("steps", STEP, model="policy"),
        "steps.when.field": switch_variant(field="b"), "steps.when.op": switch_variant(op="!="),
        "steps.when.value": switch_variant(value=2),
        "steps.weight": router_variant("splitter", {"weight": "50%"}, {"weight": "40%"}),
        "steps.data": router_variant("sequence", {"data": "request"}, {"data": "response"}),
        "steps.required": router_variant("ensemble", {"required": True}, {"required": False}),
    },
    "rules": {
        "engine": ("gorules", "opa"), "files": (["data.json"], ["policy.rego", "data.json"]),
    },
    "heuristic": {
        **RUN, "timeLimit": ("1s", "2s"), "engine": ("", PROGRAM, DECISIONS),
    },
    "optimization": {**RUN, "limits.time": ("2m", "3m"), "limits.gap": ("1%", "2%")},
    "knowledge-graph": {
        "files": (["task.md"], ["cash.lp"]), "ontology.files": (["task.md"], ["cash.lp"]),
        **{key: ("", FACTS, {**FACTS, key: value}) for key, value in (("uri", "s3://a/c"), ("digest", OTHER_DIGEST))},
    },
    "agent": {
        **{key: value for key, value in RUN.items() if key not in ("files", "parameters.name", "parameters.value")},
        **{f"limits.{key}": (6, 7) for key in ("steps", "toolCalls", "tokens")}, "limits.time": ("1m", "2m"),
        "tools.name": list_variant("tools", TOOL, name="b"), "tools.server": list_variant("tools", TOOL, server="http://b.tools.svc:80"),
        "tools.allow": list_variant("tools", TOOL, allow=["a"]),
        "tools.sideEffects": list_variant("tools", TOOL, sideEffects="irreversible"),
        "tools.approval": list_variant("tools", TOOL, approval="always"),
        "prompts.file": list_variant("prompts", {"name": "a", "file": "task.md"}, file="cash.lp"),
        "killSwitch.group": ("killSwitch", {"group": "a", "procedure": "b"}, {"group": "c", "procedure": "b"}),
    },
    "vendor": {
        "endpoint.host": ("a.example", "b.example"), "endpoint.port": (444, 445), "egress.cidrs": (["198.51.100.0/24"], ["203.0.113.0/24"]),
    },
}  # fmt: skip

CHOSEN_PARAMETERS = ("parameters.unit", "parameters.min", "parameters.max", "parameters.rationale")
RENDERED_ELSEWHERE: dict[str, dict[str, tuple[str, ...]]] = {
    "read by `check --sources`, and not shipped": {
        **dict.fromkeys(("ml", "statistical", "ensemble", "heuristic"), ("tests",)),
        "optimization": ("tests", "objective.sense", "constraints.name"),
        "rules": ("tests", "hitPolicy"),
        "knowledge-graph": (
            "ontology.iri", "shapes", *(f"questions.{key}" for key in ("question", "query", "expectedRows", "minRows", "expectedAnswer")),
        ),
        "agent": ("tools.manifest", "prompts.variables"),
    },
    "read by `check`: who is named runs, in a release that will do, and answers": {
        "ensemble": ("steps.release",),
        "llm": ("retrieval.index", "retrieval.embedding", "guardrails.input.model", "guardrails.output.model"),
        **dict.fromkeys(("heuristic", "optimization", "vendor"), ("fallback.model",)),
    },
    "what callers read: who asks the model does it, and the target exports it": {
        **dict.fromkeys(("rules", "heuristic"), ("entrypoint",)), "vendor": ("endpoint.path",),
        "llm": ("prompts.name", "prompts.file", "prompts.variables"), "agent": ("prompts.name",),
    },
    "what a Prometheus reads: the target exports it, and monitors say it to an operator": {
        **dict.fromkeys(("heuristic", "optimization", "agent"), ("metrics.path",)),
    },
    "for records, which are to come; part of the release's digest": {
        "statistical": ("method", "estimationPeriod.from", "estimationPeriod.to", "assumptions"),
        "llm": (
            "baseModel.license", "retrieval.topK", "budget.inputTokens", "budget.outputTokens", "budget.tokensPerDay",
            *(f"guardrails.{side}.{key}" for side in ("input", "output") for key in ("name", "summary", "file")),
        ),
        "heuristic": (*CHOSEN_PARAMETERS, "fallback.behaviour"),
        "optimization": (
            *CHOSEN_PARAMETERS, "fallback.behaviour", "solver", "objective.summary", "constraints.summary",
        ),
        "knowledge-graph": ("ontology.version", "updates.interval", "updates.process"),
        "agent": ("killSwitch.procedure",),
        "vendor": ("provider", "product", "version", "contract.id", "contract.expires", "fallback.behaviour"),
    },
}  # fmt: skip
"""What of a source no target reads: why, by type. It may only shrink."""
PATCH_FIELDS = {f"deploy.patches.{key}" for key in ("target.kind", "target.name", "merge", "reason")}
"""What is merged over objects after a target made them, whatever the target; its reason is for records."""

_PROTOCOL_REASON = "a program speaks what it speaks; who asks it reads the protocol from what the target exports"
UNREAD_FIELDS: dict[str, str] = {
    **{
        f"{kind}: interface.protocol": _PROTOCOL_REASON
        for kind in ("heuristic", "optimization", "agent", "ensemble", "vendor")
    },
    **{
        f"{kind}: {field}": "without `storageCidrs` the egress of what KServe fetches stays open"
        for kind in ("ml", "statistical", "llm")
        for field in COMMON
        if field.startswith("deploy.egress.")
    },
    **{f"{kind}: deploy.callers.name": "it identifies the entry when layers are merged" for kind in MODELS},
}
"""What changes nothing that is rendered, and why. It may only shrink."""


def with_value(spec: dict, path: str, value: Any) -> dict:
    result = copy.deepcopy(spec)
    *above, key = path.split(".")
    holder = result
    for part in above:
        holder = holder.setdefault(part, {})
    holder[key] = value
    return result


def variants(kind: str) -> Iterator[tuple[str, str, Any, Any]]:
    """Each field, and two values at a path."""
    for field, variant in COMMON.items():
        path, one, other = variant if len(variant) == 3 else (field, *variant)
        yield field, path, one, other
    for field, variant in SOURCE[kind].items():
        path, one, other = variant if len(variant) == 3 else (field, *variant)
        yield f"source.{field}", f"source.{path}".rstrip("."), one, other


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_is_rendered_or_refused(kind, build_unit):
    def outcome(spec: dict) -> tuple[dict, str]:
        capabilities = {
            "gateway": {"namespace": "gateways", "name": "public", "inferencePools": True},
            "leaderWorkerSet": True,
            "mesh": {"kind": "istio", "namespace": "istio-system"},
            "accelerators": {"large": {"resource": "nvidia.com/gpu"}, "small": {"resource": "nvidia.com/mig-1g.10gb"}},
        }
        unit = build_unit(spec, RETAIL, POLICY, **capabilities)
        return dict(unit.texts), unit.reasons

    before = outcome(MODELS[kind])
    assert before[0]
    assert not before[1]
    silent = []
    for field, path, one, other in variants(kind):
        first, second = (outcome(with_value(MODELS[kind], path, value)) for value in (one, other))
        is_told = first != second or bool(first[1])
        silent += [] if is_told or f"{kind}: {field}" in UNREAD_FIELDS else [field]
    assert silent == []


def leaves(node: Mapping[str, Any], definitions: Mapping[str, Any], parents: tuple[str, ...] = ()) -> Iterator[str]:
    """Every field of a schema that has no fields of its own, with dots between it and those above; lists are their elements."""
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    below = [one for one in node.get("anyOf", []) if one.get("type") != "null"]
    if "items" in node or below:
        yield from leaves(node.get("items") or below[0], definitions, parents)
    elif node.get("properties"):
        for key in node["properties"].keys() - {"$delete"}:
            yield from leaves(node["properties"][key], definitions, (*parents, key))
    else:
        yield ".".join(parents)


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_of_a_source_is_rendered_refused_or_read_elsewhere(kind):
    definitions = kind_schemas()["Model"]["$defs"]
    elsewhere = [field for fields in RENDERED_ELSEWHERE.values() for field in fields.get(kind, ())]
    assert sorted([*SOURCE[kind], *elsewhere]) == sorted(leaves(definitions[f"{kind}.Source"], definitions))


def test_every_field_of_deploy_is_rendered_or_refused():
    definitions = kind_schemas()["Model"]["$defs"]
    known = {f"deploy.{field}" for field in leaves(definitions["PartialDeploy"], definitions)}
    assert known == {field for field in COMMON if field.startswith("deploy.")} | PATCH_FIELDS


OPTIONS: dict[str, dict[str, Any]] = {
    "kubernetes": {
        "decisionLog": True, "authorization": "custom", "filesPath": "/other", "promptsPath": "/other", "volumePath": "/other",
        "gpuResource": "amd.com/gpu",
    },
    "kserve": {
        "runtime": "other", "imageAs": "runtime", "autoscaler": "external", "serviceAccount": "other", "storageKey": "other",
        "storageCidrs": ["198.51.100.0/24"], "storagePort": 9000, "gpuResource": "amd.com/gpu", "baseRefs": ["other"],
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
def test_every_option_is_rendered_or_refused(kind, build_unit):
    spec = MODELS[kind]
    before = build_unit(spec, RETAIL, POLICY)
    for option, value in OPTIONS[spec["deploy"]["target"]].items():
        after = build_unit(with_value(spec, f"deploy.options.{option}", value), RETAIL, POLICY)
        assert after.reasons or after.texts != before.texts, option


def test_every_option_is_tried():
    for target, tried in OPTIONS.items():
        emitter = yaml.load(
            (shipped_folder("templates") / "targets" / target / "emitter.yaml").read_text(encoding="utf-8"),
            Loader=yaml.CSafeLoader,
        )
        assert set(tried) == set(emitter["options"]["properties"])

"""Every option of a target changes what is rendered, or is refused. `test_every_field` tries the fields of the language."""

import copy
from typing import Any

import pytest
import yaml

from compiler.foundation.resources import shipped_folder

DIGEST, OTHER_DIGEST = ("sha256:" + digit * 64 for digit in "01")
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


def with_value(spec: dict, path: str, value: Any) -> dict:
    result = copy.deepcopy(spec)
    *above, key = path.split(".")
    holder = result
    for part in above:
        holder = holder.setdefault(part, {})
    holder[key] = value
    return result


OPTIONS: dict[str, dict[str, Any]] = {
    "kubernetes": {
        "decisionLog": True, "authorization": "custom", "filesPath": "/other", "promptsPath": "/other", "volumePath": "/other",
        "gpuResource": "amd.com/gpu",
    },
    "kserve": {
        "runtime": "other", "imageAs": "runtime", "autoscaler": "external", "storageKey": "other",
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

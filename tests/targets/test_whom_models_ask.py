"""A reference to a model that accepts no requests is reported at the reference, whatever the caller's target."""

from typing import Any

import pytest

DIGEST = "sha256:" + "0" * 64
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "version": "1.0.0"}
IMAGE = {"image": "registry.example/own:1.0", "digest": DIGEST}
PROGRAM = {**IMAGE, "port": 9000, "health": "/ready"}
SKLEARN = {"format": "sklearn", "uri": "s3://models/one/1.0.0/", "digest": DIGEST}
USES = {"uses": [{"model": "nightly", "env": "NIGHTLY"}]}


def model(name: str, kind: str, target: str, source: dict, deploy: dict | None = None, **more: Any) -> dict:
    deploy = {"target": target, **(deploy or {})}
    return {
        **HEAD,
        "name": name,
        "type": kind,
        "source": source,
        "deploy": deploy,
        "environments": {"prod": {}},
        **more,
    }


JOB = model("nightly", "heuristic", "kubernetes", IMAGE, {"batch": {"schedule": "0 1 * * *"}})
SERVER = model("nightly", "heuristic", "kubernetes", PROGRAM)
CALLERS = {
    "a program": model("one", "heuristic", "kubernetes", PROGRAM, **USES),
    "a job": model("one", "heuristic", "kubernetes", IMAGE, {"batch": {"schedule": "0 2 * * *"}}, **USES),
    "a trained model": model("one", "ml", "kserve", SKLEARN, **USES),
    "a step of a graph": model(
        "one", "ensemble", "kserve", {"router": "sequence", "steps": [{"name": "a", "model": "nightly"}]}
    ),
    "a fallback": model("one", "heuristic", "kubernetes", {**PROGRAM, "fallback": {"model": "nightly"}}),
    "a fallback of a vendor": model(
        "one", "vendor", "kubernetes",
        {
            "provider": "Bureau", "product": "Score", "contract": {"id": "C-1"}, "endpoint": {"host": "api.bureau.example"},
            "egress": {"cidrs": ["203.0.113.0/25"]}, "fallback": {"model": "nightly"},
        },
    ),
    "a guardrail": model(
        "one", "llm", "kserve",
        {
            "baseModel": {"name": "a/b", "revision": "1", "license": "MIT"}, "uri": "hf://a/b",
            "guardrails": {"input": [{"name": "pii", "summary": "Names.", "model": "nightly"}]},
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
def test_a_caller_of_a_scheduled_job_is_rejected_at_its_line(caller, build_unit):
    unit = build_unit(caller, JOB)
    message = "one cannot call nightly: a scheduled job accepts no requests"
    assert unit.blamed_lines[message].removeprefix("- ").startswith("model: nightly")
    assert unit.objects == {}


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
def test_a_caller_of_a_server_receives_its_address(caller, build_unit):
    unit = build_unit(caller, SERVER)
    assert unit.reasons == ""
    assert ("http://nightly.models.svc.cluster.local" in "".join(unit.texts.values())) == (
        "uses" in caller or caller["type"] == "ensemble"
    )

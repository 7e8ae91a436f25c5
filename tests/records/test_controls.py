"""Records say of each declared control whether something enforces it: by one table, for every record."""

import json

import pytest

from .conftest import DIGEST, documents

STATEMENT = "declared, not enforced"
LLM_SOURCE = {
    "baseModel": {"name": "a/b", "revision": "1", "license": "MIT"},
    "uri": "s3://models/scorer/",
    "digest": DIGEST,
    "contextLength": 4096,
    "adapters": [{"name": "tone", "uri": "s3://models/tone/", "digest": DIGEST}],
    "prompts": [{"name": "task", "file": "task.md"}],
    "retrieval": {"index": "index"},
    "guardrails": {"input": [{"name": "no-orders", "summary": "Orders."}]},
    "budget": {"tokensPerDay": 9},
}
GUARDED = """
id: guarded
title: Guarded gateway
supports: {types: [llm]}
enforces:
  - {control: source.guardrails, by: the guarded gateway}
  - {control: source.budget, when: 'environment.name == "prod"', by: the guarded gateway}
  - {control: source.prompts, by: the guarded gateway, isPassedOn: true}
files:
  - {path: gateway.json, template: gateway.json.j2}
"""
GATEWAY = """{
"block": "{{ release.source.guardrails.input[0].name }}",
"by": "{{ enforced["source.guardrails"].by | prose }}",
"model": [{{ release.source.uri }}, {{ release.source.digest }}, {{ release.source.baseModel }}, {{ release.source.contextLength }}],
"adapters": {{ release.source.adapters }}, "budget": {{ release.source.budget }}, "prompts": {{ release.source.prompts }}
}
"""
FOREIGN = {"templates/targets/guarded/emitter.yaml": GUARDED, "templates/targets/guarded/gateway.json.j2": GATEWAY}


def language_model(target: str) -> list[dict]:
    model = {
        "apiVersion": "modelyard/v1", "kind": "Model", "name": "scorer", "type": "llm", "lifecycle": "production", "summary": "A.",
        "owner": "risk", "useCase": "lending", "version": "1.0.0", "source": LLM_SOURCE, "deploy": {"target": target},
        "environments": {"dev": {}, "prod": {}},
    }  # fmt: skip
    specs = [one for one in documents(model) if one["kind"] != "Waiver"]
    for environment in specs:
        if environment["kind"] == "Environment":
            environment["capabilities"] = {
                "kubernetes": {"version": "1.34"},
                "kserve": {"version": "0.20", "mode": "Standard"},
            }
    return [one for one in specs if one["name"] != "helper"]


def statuses(records) -> dict[str, str]:
    return {control["field"]: control["status"] for control in json.loads(records["model-risk.json"])["controls"]}


@pytest.fixture(scope="module")
def on_kserve(make_records):
    return make_records(language_model("kserve"), **{"models/task.md": "Be kind."})


def test_what_the_shipped_target_does_not_enforce_is_declared(on_kserve) -> None:
    assert statuses(on_kserve) == {
        "source.digest": "declared, not verified",
        "source.contextLength": "enforced by the server's argument --max-model-len",
        "source.adapters.digest": "declared, not verified",
        "source.prompts": STATEMENT,
        "source.retrieval": STATEMENT,
        "source.guardrails": STATEMENT,
        "source.budget": STATEMENT,
    }


@pytest.mark.parametrize(
    "name", ["MODEL_CARD.md", "model-card.html", "TECHNICAL_DOCUMENTATION.md", "technical-documentation.html", "MODEL_RISK.md",
             "model-risk.json", "scorer-1.0.0.cdx.json"],
)  # fmt: skip
def test_every_record_says_so(name, on_kserve) -> None:
    assert on_kserve[name].count(STATEMENT) >= 4, "prompts, retrieval, guardrails, budget"


def test_the_bill_of_materials_says_it_of_each_digest(on_kserve) -> None:
    bill = json.loads(on_kserve["scorer-1.0.0.cdx.json"])
    properties = {one["name"]: one["value"] for one in bill["metadata"]["component"]["properties"]}
    assert properties["modelyard:source.digest"] == "declared, not verified"
    [adapter] = [one for one in bill["components"] if one["bom-ref"] == "adapter:tone"]
    assert adapter["properties"] == [{"name": "modelyard:digest", "value": "declared, not verified"}]


def test_a_target_that_enforces_a_control_is_named(make_records) -> None:
    records = make_records(language_model("guarded"), **{"models/task.md": "Be kind."}, **FOREIGN)
    found = statuses(records)
    assert found["source.guardrails"] == "enforced by the guarded gateway"
    assert found["source.budget"] == "declared; enforced in prod only, by the guarded gateway"
    assert found["source.prompts"] == "declared, passed to the guarded gateway"
    assert found["source.retrieval"] == STATEMENT
    gateway = json.loads(records.files["prod/scorer/gateway.json"])
    assert (gateway["block"], gateway["by"]) == ("no-orders", "the guarded gateway")
    assert "guardrail (enforced by the guarded gateway)" in records["MODEL_CARD.md"]


def test_a_model_that_runs_nowhere_enforces_nothing(make_records) -> None:
    specs = language_model("guarded")
    next(one for one in specs if one["name"] == "scorer").pop("environments")
    records = make_records(specs, **{"models/task.md": "Be kind."}, **FOREIGN)
    assert statuses(records)["source.guardrails"] == STATEMENT


def test_the_digest_of_a_dataset_is_declared(full) -> None:
    assert statuses(full)["dataset.digest"] == "declared, not verified"
    assert f"`{DIGEST}` (declared, not verified)" in full["TECHNICAL_DOCUMENTATION.md"]


TOKENS = {
    "jwtRules": [
        {"issuer": "https://login.bank.example", "audiences": ["a"], "jwksUri": "https://login.bank.example/keys"}
    ]
}
MESH = {"kind": "istio", "namespace": "istio-system"}
PHRASES = {
    "dev and prod": "enforced by Istio: the proxies of its pods deny requests without a valid token",
    "prod": "declared; enforced in prod only, by Istio: the proxies of its pods deny requests without a valid token",
}


@pytest.mark.parametrize("where", PHRASES)
def test_tokens_are_enforced_where_a_policy_is_rendered(where, make_records) -> None:
    specs = language_model("kserve")
    model = next(one for one in specs if one["name"] == "scorer")
    if where == "prod":
        model["environments"] = {"dev": {}, "prod": {"deploy": {"authentication": TOKENS}}}
    else:
        model["deploy"]["authentication"] = TOKENS
    for one in specs:
        if one["kind"] == "Environment":
            one["capabilities"] |= {"mesh": MESH}
    records = make_records(specs, **{"models/task.md": "Be kind."})
    assert statuses(records)["deploy.authentication"] == PHRASES[where]
    rendered = records.files["prod/scorer/requestauthentication.yaml"]
    assert "issuer: https://login.bank.example" in rendered
    assert ("dev/scorer/requestauthentication.yaml" in records.files) == (where != "prod")
    if where != "prod":
        for name in ("MODEL_CARD.md", "model-card.html", "TECHNICAL_DOCUMENTATION.md", "technical-documentation.html"):
            assert f"https://login.bank.example ({PHRASES[where]})" in records[name], name


def test_tokens_that_nothing_verifies_are_declared(make_records) -> None:
    specs = language_model("guarded")
    next(one for one in specs if one["name"] == "scorer")["deploy"]["authentication"] = TOKENS
    foreign = {
        **FOREIGN,
        "templates/targets/guarded/gateway.json.j2": GATEWAY.replace(
            '"budget"', '"tokens": {{ model.deploy.authentication }}, "budget"'
        ),
    }
    records = make_records(specs, **{"models/task.md": "Be kind."}, **foreign)
    assert statuses(records)["deploy.authentication"] == STATEMENT


def test_the_retention_of_logs_is_declared(full) -> None:
    """No target passes it to what keeps the payloads."""
    assert statuses(full)["governance.logging.retention"] == STATEMENT
    text = full["TECHNICAL_DOCUMENTATION.md"]
    assert "400d" in text.partition("Retention of the logs")[2].partition(f"({STATEMENT})")[0]

"""`review` shows what a change does to each model, how serious that is, and nothing that has no effect."""

import json
from pathlib import Path

import pytest

from .test_policy import git

TOOL = """id: objects
title: Objects
files: [{path: deployment.yaml, template: deployment.yaml.j2, when: model == model && release == release}]
exports: {endpoint: {url: 'http://{{ name }}.{{ namespace }}.svc:80'}}
"""
TEMPLATE = """apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ name }}, namespace: {{ namespace }}}
spec: {replicas: {{ model.deploy.scaling.min }}}
"""
MODEL = """apiVersion: modelyard/v1
kind: Model
name: {name}
type: rules
owner: risk
tenant: risk
lifecycle: production
summary: Scores.   # a comment
version: 1.0.0
source: {{engine: opa, files: [scorer.rego]}}
sla: {{availability: 99.5%, window: 30d}}
deploy: {{target: objects, scaling: {{min: 2, max: 2}}}}
governance: {{risk: {{tier: high, rationale: It decides.}}}}
environments: {{dev: {{}}, prod: {{}}}}
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """The small project with two models that are rendered as objects, in a repository."""
    emitter = project / "templates" / "targets" / "objects"
    emitter.mkdir()
    (emitter / "emitter.yaml").write_text(TOOL, encoding="utf-8")
    (emitter / "deployment.yaml.j2").write_text(TEMPLATE, encoding="utf-8")
    for name in ("price", "basket"):
        (project / "models" / f"{name}.yaml").write_text(MODEL.format(name=name), encoding="utf-8")
    git(project, "init", "--quiet", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "--quiet", "-m", "first")
    return project


def edit(shop: Path, old: str, new: str, file: str = "price.yaml") -> None:
    path = shop / "models" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def review(run_command, *words: str) -> dict:
    result = run_command("review", "HEAD", "--format", "json", *words)
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_nothing_is_reviewed_without_an_effect(shop, run_command) -> None:
    """A comment, another spelling, another order, a default made explicit and a moved file."""
    edit(shop, "   # a comment", "")
    edit(shop, "availability: 99.5%, window: 30d", "window: 30d, availability: 99.50%")
    edit(shop, "scaling: {min: 2, max: 2}}", "scaling: {max: 2, min: 2}}\ninterface: {protocol: rest}")
    (shop / "models" / "shop").mkdir()
    (shop / "models" / "basket.yaml").rename(shop / "models" / "shop" / "basket.yaml")
    edit(shop, "[scorer.rego]", "[../scorer.rego]", "shop/basket.yaml")
    (shop / "models" / "shop" / "basket.yaml").rename(shop / "models" / "other.yaml")
    edit(shop, "[../scorer.rego]", "[scorer.rego]", "other.yaml")
    data = review(run_command)
    assert (data["models"], data["documents"], data["class"]) == ([], [], None)
    assert run_command("review", "HEAD").out == "nothing changes\n"


def test_a_lower_tier_and_a_looser_objective_raise_the_risk(shop, run_command) -> None:
    edit(shop, "tier: high", "tier: low")
    edit(shop, "99.5%", "95%")
    [model] = review(run_command)["models"]
    assert (model["model"], model["class"], model["environments"]) == ("price", "risk-raising", ["dev", "prod"])
    changes = {change["path"]: change for change in model["changes"]}
    assert changes["governance.risk.tier"]["rule"] == "tier-lowered"
    assert changes["sla.availability"]["effect"] == "allowed downtime per 30 days 3 h 36 min → 36 h"
    assert model["objects"] == [], "no rendered object depends on them"


def test_a_change_in_one_environment_names_it_and_the_object(shop, run_command) -> None:
    edit(shop, "prod: {}", "prod: {deploy: {scaling: {min: 3, max: 3}}}")
    [model] = review(run_command)["models"]
    assert model["environments"] == ["prod"]
    assert [(one["kind"], one["name"], one["environment"], one["change"]) for one in model["objects"]] == [
        ("Deployment", "price", "prod", "changed")
    ]
    assert model["objects"][0]["values"] == [{"path": "spec.replicas", "old": 2, "new": 3}]
    assert model["class"] == "safe"


def test_a_removed_model_is_destructive_and_its_objects_are_deleted(shop, run_command) -> None:
    (shop / "models" / "price.yaml").unlink()
    [model] = review(run_command)["models"]
    assert (model["state"], model["class"], model["removedFrom"]) == ("removed", "destructive", ["dev", "prod"])
    assert {one["change"] for one in model["objects"]} == {"deleted"}
    assert "leaves dev, prod: its objects are deleted there" in run_command("review", "HEAD").out


def test_a_model_that_leaves_an_environment_is_destructive(shop, run_command) -> None:
    edit(shop, "environments: {dev: {}, prod: {}}", "environments: {dev: {}}")
    [model] = review(run_command)["models"]
    assert (model["state"], model["class"], model["removedFrom"]) == ("changed", "destructive", ["prod"])


def test_a_change_that_three_models_share_appears_once(shop, run_command) -> None:
    edit(shop, "deploy: {target: plain}", "deploy: {target: plain}\nlabels: {a: b}", "scorer.yaml")
    for file in ("price.yaml", "basket.yaml"):
        edit(shop, "version: 1.0.0", "version: 1.0.0\nlabels: {a: b}", file)
    text = run_command("review", "HEAD").out
    assert text.count("labels") == 1
    assert "3 models: basket, price, scorer" in text
    assert len(review(run_command)["models"]) == 3, "JSON holds each"


def test_a_policy_that_fails_now_is_shown_and_one_that_is_fixed_too(shop, run_command) -> None:
    settings = shop / "modelyard.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "policies: [baseline/has-risk-tier]\n", encoding="utf-8")
    git(shop, "add", "-A")
    git(shop, "commit", "--quiet", "-m", "bind")
    edit(shop, "governance: {risk: {tier: high, rationale: It decides.}}\n", "")
    states = {(one["policy"], one["model"], one["state"]) for one in review(run_command)["policies"]}
    assert states == {("baseline/has-risk-tier", "price", "fails")}
    git(shop, "commit", "--quiet", "-am", "without a tier")
    edit(shop, "version: 1.0.0", "version: 1.0.0\ngovernance: {risk: {tier: high, rationale: It decides.}}")
    assert {one["state"] for one in review(run_command)["policies"]} == {"fixed"}


def test_documents_that_models_share_are_compared(shop, run_command) -> None:
    settings = shop / "modelyard.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "policies: [baseline]\n", encoding="utf-8")
    [document] = review(run_command)["documents"]
    assert (document["kind"], document["state"]) == ("Project", "changed")
    assert [change["path"] for change in document["changes"]] == ["policies"]


def test_two_revisions_are_compared_without_the_work_tree(shop, run_command) -> None:
    edit(shop, "tier: high", "tier: low")
    git(shop, "commit", "--quiet", "-am", "lower")
    edit(shop, "tier: low", "tier: medium")
    result = run_command("review", "HEAD~1", "HEAD", "--format", "json")
    [change] = json.loads(result.out)["models"][0]["changes"]
    assert (change["old"], change["new"]) == ("high", "low")


def test_a_state_with_errors_is_compared_without_its_files(shop, run_command) -> None:
    edit(shop, "tier: high", "tier: low")
    edit(shop, "owner: risk", "owner: riks", "basket.yaml")
    result = run_command("review", "HEAD", "--format", "json")
    data = json.loads(result.out)
    assert (result.code, data["complete"]) == (0, False)
    assert "rendered files were not compared" in result.err
    assert "price" in {model["model"] for model in data["models"]}


def test_a_comment_has_a_marker_and_disarms_hostile_text(shop, run_command) -> None:
    edit(shop, "summary: Scores.", 'summary: "@everyone <img src=x> [x](http://evil.example) | `a` #1"')
    text = run_command("review", "HEAD", "--format", "markdown").out
    assert text.startswith("<!-- modelyard review -->\n")
    assert r"\<img" in text
    assert "@everyone" not in text
    assert r"\[x\]" in text


def test_a_comment_of_a_large_change_fits_and_counts_what_is_left_out(shop, run_command) -> None:
    for number in range(60):
        text = MODEL.format(name=f"many-{number}").replace("99.5%", f"9{number % 10}.{number}%")
        (shop / "models" / f"many-{number}.yaml").write_text(text, encoding="utf-8")
    for file in (shop / "models").glob("many-*.yaml"):
        file.write_text(
            file.read_text(encoding="utf-8").replace("summary: Scores.", f"summary: {'long ' * 80}{file.stem}"),
            encoding="utf-8",
        )
    text = run_command("review", "HEAD", "--format", "markdown").out
    assert len(text) <= 65_536


def test_a_revision_that_does_not_exist_is_refused(shop, run_command) -> None:
    result = run_command("review", "no-such-branch")
    assert result.code == 2
    assert "no-such-branch" in result.err

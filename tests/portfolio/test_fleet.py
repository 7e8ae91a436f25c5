"""The sample portfolio is a bank's fleet: what models/README.md says that it shows, it cannot lose silently."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from compiler.pipeline.session import Session
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.worktree import WorkTree
from compiler.spec.kinds.model import Lifecycle
from compiler.spec.portfolio import release_contents

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
ORDER = ["dev", "staging", "prod"]


@pytest.fixture(scope="module")
def run() -> Session:
    return Session(WorkTree(ROOT))


@pytest.fixture(scope="module")
def specs(run: Session) -> dict[str, dict]:
    """Each Model as its file says it."""
    return {name: dict(spec.data) for name, spec in run.portfolio.by_kind("Model").items()}


@pytest.fixture(scope="module")
def deployed_models(run: Session) -> dict[tuple[str, str], ResolvedModel]:
    """Each model where it runs."""
    found = {(name, place): run.fleet.model(name, place) for name, place in run.fleet.deployments()}
    return {at: model for at, model in found.items() if model}


def sources(specs: dict[str, dict], model_type: str) -> list[tuple[str, dict]]:
    """The sources of every release of the models of a type, each with the model's name."""
    return [
        (name, content["source"])
        for name, spec in specs.items()
        if spec["type"] == model_type
        for content in release_contents(spec).values()
    ]


def folder(run: Session, name: str) -> Path:
    return (ROOT / run.portfolio.by_kind("Model")[name].document.path).parent


def version(model: ResolvedModel) -> tuple[int, ...]:
    assert model.release is not None
    return tuple(int(part) for part in model.release.version.split("-")[0].split("."))


def test_it_is_a_fleet_over_all_types_and_both_targets(run: Session, specs: dict, deployed_models: dict) -> None:
    assert len(specs) >= 16
    assert {spec["type"] for spec in specs.values()} == set(run.language.types)
    taken = {(model.data["type"], model.data["deploy"]["target"]) for model in deployed_models.values()}
    assert {target for _, target in taken} == {"kserve", "kubernetes"}
    assert {model_type for model_type, _ in taken} == set(run.language.types), "each type runs somewhere"


def test_teams_and_tenants_are_several_and_environments_three(run: Session, deployed_models: dict) -> None:
    assert list(run.fleet.environments) == ORDER
    for field in ("owner", "tenant"):
        assert len({model.data[field] for model in deployed_models.values()}) >= 5, field
    namespaces = run.portfolio.by_kind("Environment")["prod"].data["namespaces"]
    assert {model.data["tenant"] for model in deployed_models.values()} == set(namespaces), (
        "every namespace has a tenant"
    )


def test_every_team_use_case_and_dataset_is_referenced(run: Session) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in MODELS.rglob("*.yaml")}
    for kind in ("Team", "UseCase", "Dataset"):
        for name in run.portfolio.by_kind(kind):
            mention_count = sum(len(re.findall(rf"\b{name}\b", text)) for text in texts.values())
            assert mention_count > 1, f"the {kind} {name} is not referenced"


def test_every_use_case_is_classified_with_its_reason_by_a_team_on_a_day(run: Session) -> None:
    found = {name: spec.data["classification"]["eu-ai-act"] for name, spec in run.portfolio.by_kind("UseCase").items()}
    assert {one["value"] for one in found.values()} == {"minimal-risk", "limited-risk", "high-risk"}
    assert all(one["rationale"] and one["decidedBy"] and one["date"] for one in found.values())


def test_it_holds_each_point_of_a_model_s_life_from_development_on(specs: dict, run: Session) -> None:
    found = {run.fleet.resolve(name, None)[0].data["lifecycle"] for name in specs}
    assert found == set(get_args(Lifecycle)) - {"proposed"}


def test_what_is_retired_runs_nowhere_and_what_is_deprecated_still_runs(
    run: Session, specs: dict, deployed_models: dict
) -> None:
    lives = {name: run.fleet.resolve(name, None)[0].data["lifecycle"] for name in specs}
    ending = {name for name, life in lives.items() if life in {"retired", "deprecated"}}
    assert {lives[name] for name in ending} == {"retired", "deprecated"}
    for name in ending:
        assert specs[name]["retirement"]["date"]
        assert specs[name]["retirement"]["successor"] in specs
        assert ((name, "prod") in deployed_models) == (lives[name] == "deprecated")


def test_a_promotion_is_in_flight(deployed_models: dict) -> None:
    dev, staging, prod = (deployed_models["card-fraud", place] for place in ORDER)
    assert version(dev) == version(staging) > version(prod)


def test_a_model_is_suspended_in_prod_while_staging_tries_the_next_release(deployed_models: dict) -> None:
    staging, prod = deployed_models["dispute-agent", "staging"], deployed_models["dispute-agent", "prod"]
    assert prod.data["deploy"]["suspended"] is True
    assert "suspended" not in staging.data["deploy"]
    assert version(staging) > version(prod)


def test_an_ensemble_joins_models_on_different_targets(specs: dict, deployed_models: dict) -> None:
    steps = {step["model"] for _, source in sources(specs, "ensemble") for step in source["steps"]}
    assert {deployed_models[name, "staging"].data["deploy"]["target"] for name in steps} == {"kserve", "kubernetes"}


def test_a_model_asks_a_vendor_and_what_stands_in_for_it(specs: dict, deployed_models: dict) -> None:
    fallbacks = dict(sources(specs, "vendor"))
    assert all(source["fallback"] for source in fallbacks.values())
    stand_in = specs["bureau-score"]["releases"]["2026.2.0"]["source"]["fallback"]["model"]
    assert {use["model"] for use in specs["default-risk"]["uses"]} == {"bureau-score", stand_in}
    assert (stand_in, "prod") in deployed_models


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("cash-logistics", "batch"),
        ("ownership-graph", "volume"),
        ("ownership-graph", "expose"),
        ("complaint-summary", "resources.gpu"),
        ("collections-priority", "scaling.memory"),
        ("card-fraud", "secrets"),
        ("card-fraud", "egress"),
        ("dispute-agent", "expose"),
    ],
)
def test_prod_shows_what_deploy_can_say(name: str, pointer: str, deployed_models: dict) -> None:
    value = deployed_models[name, "prod"].data["deploy"]
    for part in pointer.split("."):
        value = value[part]
    assert value


def test_a_job_by_the_clock_runs_at_another_time_in_another_environment(deployed_models: dict) -> None:
    schedules = {
        deployed_models["cash-logistics", place].data["deploy"]["batch"]["schedule"] for place in ("staging", "prod")
    }
    assert len(schedules) == 2


def test_every_chosen_parameter_has_a_rationale(specs: dict) -> None:
    kinds = ("heuristic", "optimization")
    found = [one for kind in kinds for _, source in sources(specs, kind) for one in source["parameters"]]
    assert all(one["rationale"] for one in found)
    assert {"min", "max"} <= set.intersection(*(set(one) for one in found))


def test_the_numbers_of_the_decision_are_those_that_have_a_reason(run: Session, specs: dict) -> None:
    name, source = next(found for found in sources(specs, "heuristic") if "engine" in found[1])
    graph = json.loads((folder(run, name) / source["files"][0]).read_text(encoding="utf-8"))
    table = next(node for node in graph["nodes"] if node["type"] == "decisionTableNode")["content"]
    numbers = {
        float(n) for rule in table["rules"] for key in ("days", "instalments") for n in re.findall(r"\d+", rule[key])
    }
    assert numbers == {one["value"] for one in source["parameters"]}


def test_an_agent_asks_a_person_before_what_cannot_be_undone_and_can_be_stopped(run: Session, specs: dict) -> None:
    for name, source in sources(specs, "agent"):
        assert source["killSwitch"]
        assert {tool["sideEffects"] for tool in source["tools"]} == {"none", "reversible", "irreversible"}
        for tool in source["tools"]:
            assert (tool["approval"] == "always") == (tool["sideEffects"] == "irreversible")
            manifest = json.loads((folder(run, name) / tool["manifest"]).read_text(encoding="utf-8"))
            assert set(tool["allow"]) <= {one["name"] for one in manifest["tools"]}


def test_what_prompts_ask_for_is_what_their_text_has_room_for(run: Session, specs: dict) -> None:
    variables = [
        (name, prompt)
        for kind in ("llm", "agent")
        for name, source in sources(specs, kind)
        for prompt in source["prompts"]
    ]
    assert variables
    for name, prompt in variables:
        text = (folder(run, name) / prompt["file"]).read_text(encoding="utf-8")
        assert set(re.findall(r"\{\{ (\w+) \}\}", text)) == set(prompt["variables"])


def test_every_type_that_can_lie_beside_its_spec_does_so_with_cases(run: Session, specs: dict) -> None:
    engines = {
        "ml": "onnx", "statistical": "pmml", "rules": "rego", "heuristic": "json", "optimization": "lp", "knowledge-graph": "ttl",
    }  # fmt: skip
    for kind, ending in engines.items():
        whole = [source for _, source in sources(specs, kind) if source.get("tests") or source.get("questions")]
        names = {file.rsplit(".", 1)[-1] for source in whole for file in source["files"]}
        assert ending in names, kind


def test_the_table_in_the_readme_names_every_model_with_its_type_and_places(specs: dict) -> None:
    text = (MODELS / "README.md").read_text(encoding="utf-8")
    rows = {
        row[0]: row[1:]
        for row in re.findall(r"^\| \[`([\w-]+)`\]\S* \| ([\w-]+) \| \w+ \| ([\w ,]+) \|", text, re.MULTILINE)
    }
    places = {"everywhere": ORDER, "none": []}
    assert rows.keys() == specs.keys()
    for name, (model_type, where) in rows.items():
        assert model_type == specs[name]["type"], name
        assert sorted(places.get(where, where.split(", "))) == sorted(specs[name].get("environments", {})), name


def test_no_file_beside_a_spec_is_larger_than_a_few_kilobytes() -> None:
    assert {
        path.name: path.stat().st_size for path in MODELS.rglob("*") if path.is_file() and path.stat().st_size > 8000
    } == {}

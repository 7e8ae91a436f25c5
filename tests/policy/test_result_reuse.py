"""What is remembered from one environment to the next is what would be found anew."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.policy.pack import shipped_pack_names
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).parents[2]
write_project = runpy.run_path(str(ROOT / "bench" / "generate.py"))["write_project"]
DAY = date(2026, 11, 24)


def generate_project(folder: Path) -> Path:
    write_project(40, folder)
    names = ", ".join(shipped_pack_names(WorkTree(resources.shipped_folder("schemas"))))
    project = folder / "modelyard.yaml"
    project.write_text(f"{project.read_text()}\npolicies: [{names}]\n")
    return folder


@pytest.mark.parametrize("model_name", ["the sample", "a generated fleet"])
def test_each_place_is_judged_as_if_it_were_the_only_one(model_name, tmp_path) -> None:
    tree = WorkTree(ROOT if model_name == "the sample" else generate_project(tmp_path))
    full_run = Session(tree, DAY)
    places = 0
    evaluation = full_run.policy_engine.start_evaluation()
    for name in full_run.fleet.portfolio.by_kind("Model"):
        for environment in full_run.fleet.environments_of(name):
            model, _ = full_run.fleet.resolve(name, environment)
            if model is None:
                continue
            alone = Session(tree, DAY)
            alone.__dict__["portfolio"] = full_run.portfolio
            assert list(evaluation.evaluate(model)) == list(alone.policy_engine.start_evaluation().evaluate(model)), (
                name,
                environment,
            )
            places += 1
    assert places > 20

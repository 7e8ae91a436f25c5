"""Conditions of emitters are cached across models, with the same results as for each model alone."""

import runpy
from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.plan.context.network import network_access, network_findings
from compiler.plan.emitters.conditions import ALL_SECTIONS, COMPATIBILITY_SECTIONS
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
write_project = runpy.run_path(str(ROOT / "bench" / "generate.py"))["write_project"]


def target_findings(run: Session, name: str, environment: str) -> list[object]:
    model, _ = run.fleet.resolve(name, environment)
    emitters = run.emitters.by_id.values()
    findings = [
        run.plan_stage.evaluator.evaluate(model, emitter, sections)
        for emitter in emitters
        for sections in (COMPATIBILITY_SECTIONS, ALL_SECTIONS)
    ]
    access = network_access(run.fleet, run.plan_stage.exports, model)
    return [
        access,
        *network_findings(run.fleet, run.plan_stage.exports, model, access),
        *((one.condition_results, one.images, one.findings) for one in findings),
    ]


@pytest.mark.parametrize("model_name", ["the sample", "a generated fleet"])
def test_each_deployment_has_the_findings_that_it_has_alone(model_name, tmp_path) -> None:
    if model_name == "a generated fleet":
        write_project(30, tmp_path)
    tree = WorkTree(ROOT if model_name == "the sample" else tmp_path)
    whole_session = Session(tree)
    for name, environment in whole_session.fleet.deployments():
        single_session = Session(tree)
        single_session.__dict__ |= {
            "portfolio": whole_session.portfolio,
            "emitters": whole_session.emitters,
            "language": whole_session.language,
        }
        assert target_findings(whole_session, name, environment) == target_findings(
            single_session, name, environment
        ), (
            name,
            environment,
        )


def test_paths_of_files_are_filled_for_each_model(tmp_path) -> None:
    write_project(30, tmp_path)
    run = Session(WorkTree(tmp_path))
    units = [(unit.id, [file for file in unit.files if file.rule.scope == "deployment"]) for unit in run.plan_units()]
    assert any(files for _, files in units)
    for id_, files in units:
        assert all(file.path.startswith(f"{id_}/") for file in files)

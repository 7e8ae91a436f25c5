"""A dashboard is delivered as an object that Grafana's sidecar or its operator reads, and it contains the rendered file unchanged."""

import json
from typing import Any

import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

DIGEST = "sha256:" + "0" * 64
SIDECAR, OPERATOR = {"sidecar": {}}, {"operator": {"instanceSelector": {"dashboards": "grafana"}, "folder": "Models"}}


def document(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "modelyard/v1", "kind": kind, "name": name, **fields}


def build(grafana: dict[str, Any] | None) -> tuple[dict[str, str], list[str]]:
    """The files of a model in prod, by name, and the reasons why there are none."""
    capabilities = {"kubernetes": {"version": "1.34"}, "metrics": {"namespace": "monitoring"}}
    capabilities |= {"grafana": grafana} if grafana is not None else {}
    total = {"metric": "requests_total", "labels": {"app": "scorer"}}
    slo = {
        "availability": "99%",
        "indicators": {
            "availability": {"total": total, "errors": {"metric": "errors_total", "labels": {"app": "${x}"}}}
        },
    }
    model = document(
        "Model", "scorer", type="heuristic", owner="risk", lifecycle="production", summary="Scores.", version="1.0.0", slo=slo,
        source={"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"},
        deploy={"target": "kubernetes"}, environments={"prod": {}},
    )  # fmt: skip
    project = document(
        "Project", "bank", environments=["prod"], emitters={name: {"enabled": True} for name in ("grafana", "slsa")}
    )
    prod = document("Environment", "prod", stage="prod", namespace="models", capabilities=capabilities)
    files = {"modelyard.yaml": [project], "models/all.yaml": [document("Team", "risk"), prod, model]}
    session = Session(
        MemoryTree({path: yaml.dump_all(found, Dumper=yaml.CSafeDumper).encode() for path, found in files.items()})
    )
    unit = next(unit for unit in session.plan_units() if unit.id == "prod/scorer")
    rendered_files, findings = session.render_stage.render_unit(unit)
    reasons = [
        one.message
        for one in [*session.portfolio.findings, *session.capability_problems, *unit.findings, *findings]
        if one.is_blocking
    ]
    return {file.path.rpartition("/")[2]: file.content.decode() for file in rendered_files}, reasons


def read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def test_the_sidecar_finds_a_config_map_by_its_label() -> None:
    """kiwigrid/k8s-sidecar reads ConfigMaps with the label LABEL=LABEL_VALUE, which Grafana's chart sets to `grafana_dashboard=1`."""
    files, reasons = build(SIDECAR)
    assert reasons == []
    config_map = read(files["dashboard-configmap.yaml"])
    assert config_map["kind"] == "ConfigMap"
    assert config_map["metadata"]["labels"]["grafana_dashboard"] == "1"
    [(name, text)] = config_map["data"].items()
    assert name.endswith(".json")
    assert text == files["scorer.dashboard.json"]
    assert json.loads(text)["uid"] == f"modelyard-{name.removesuffix('.json')}"
    assert "grafanadashboard.yaml" not in files


def test_the_label_of_the_sidecar_can_be_another() -> None:
    files, _ = build({"sidecar": {"label": "bank.example/dashboard", "labelValue": "yes"}})
    assert read(files["dashboard-configmap.yaml"])["metadata"]["labels"]["bank.example/dashboard"] == "yes"


def test_the_operator_imports_an_object_into_the_grafana_that_it_selects() -> None:
    """Fields of GrafanaDashboard in grafana/grafana-operator v5.9.2, api/v1beta1/grafanadashboard_types.go."""
    files, reasons = build(OPERATOR)
    assert reasons == []
    dashboard = read(files["grafanadashboard.yaml"])
    assert dashboard["spec"] == {
        "allowCrossNamespaceImport": True,
        "folder": "Models",
        "instanceSelector": {"matchLabels": {"dashboards": "grafana"}},
        "json": files["scorer.dashboard.json"],
    }
    assert "dashboard-configmap.yaml" not in files


@pytest.mark.parametrize("grafana", [SIDECAR, OPERATOR])
def test_what_delivers_the_model_delivers_the_dashboard(grafana) -> None:
    files, _ = build(grafana)
    [name] = {"dashboard-configmap.yaml", "grafanadashboard.yaml"} & files.keys()
    assert name in read(files["kustomization.yaml"])["resources"]
    assert "scorer.dashboard.json" not in read(files["kustomization.yaml"])["resources"]
    subjects = [one["name"] for one in json.loads(files["scorer.statements.jsonl"].splitlines()[0]).get("subject", [])]
    assert any(subject.endswith(name) for subject in subjects)
    annotations = read(files[name])["metadata"]["annotations"]
    assert annotations == {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}, (
        "Flux replaces `${datasource}` otherwise"
    )


def test_without_the_capability_a_dashboard_is_a_file_only() -> None:
    files, _ = build(None)
    assert "scorer.dashboard.json" in files
    assert not {"dashboard-configmap.yaml", "grafanadashboard.yaml"} & files.keys()


@pytest.mark.parametrize("grafana", [{}, SIDECAR | OPERATOR, {"operator": {}}, {"sidecar": {"label": "a b"}}])
def test_a_capability_that_names_no_reader_is_refused(grafana) -> None:
    assert build(grafana)[1]

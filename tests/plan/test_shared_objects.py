"""Objects that two models would share in a cluster, those that KServe makes included."""

from typing import Any

import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.plan.shared_objects import SharedObjectChecker
from compiler.source.memory_tree import MemoryTree

DIGEST = "sha256:" + "0" * 64
SOURCE = {"format": "sklearn", "uri": "s3://models/a/", "digest": DIGEST}
HEAD = {"apiVersion": "modelyard/v1", "kind": "Model", "lifecycle": "production", "summary": "A.", "owner": "risk"}
PROGRAM = {"image": "registry.example/limits:1", "digest": DIGEST, "port": 8080, "health": "/healthz"}
STANDARD, KNATIVE = ({"version": "0.20", "mode": mode} for mode in ("Standard", "Knative"))


def served(name: str, **fields: Any) -> dict[str, Any]:
    fields = {"environments": {"prod": {}}, "version": "1.0.0", "source": SOURCE, **fields}
    return {**HEAD, "name": name, "type": "ml", "deploy": {"target": "kserve"}, **fields}


def program(name: str, **deploy: Any) -> dict[str, Any]:
    source = {key: value for key, value in PROGRAM.items() if not ("batch" in deploy and key in {"port", "health"})}
    return {
        **HEAD, "name": name, "type": "heuristic", "version": "1.0.0", "source": source,
        "deploy": {"target": "kubernetes", "resources": {"cpu": 1, "memory": "1Gi"}, **deploy}, "environments": {"prod": {}},
    }  # fmt: skip


def with_canary(name: str) -> dict[str, Any]:
    return {
        key: value
        for key, value in served(
            name,
            releases={"1.0.0": {"source": SOURCE}, "1.1.0": {"source": {**SOURCE, "uri": "s3://models/b/"}}},
            environments={"prod": {"release": "1.0.0", "canary": {"release": "1.1.0", "weight": "10%"}}},
        ).items()
        if key not in {"version", "source"}
    }


def environment(name: str, kserve: dict[str, str], **fields: Any) -> dict[str, Any]:
    known = {
        "kubernetes": {"version": "1.34"},
        "kserve": kserve,
        "gateway": {"namespace": "gateways", "name": "models"},
    }
    head = {"apiVersion": "modelyard/v1", "kind": "Environment", "name": name, "stage": "prod"}
    return {**head, "namespace": "models", "capabilities": known, **fields}


def conflicts(*models: dict[str, Any], kserve: dict[str, str] = STANDARD, **fields: Any) -> list[tuple[str, str]]:
    """The message of each conflict, and the text of its line."""
    team = {"apiVersion": "modelyard/v1", "kind": "Team", "name": "risk"}
    environments = [
        environment(name, kserve, **fields) for name in sorted({*(one for m in models for one in m["environments"])})
    ]
    project = {
        "apiVersion": "modelyard/v1", "kind": "Project", "name": "bank", "environments": [[one["name"] for one in environments]],
    }  # fmt: skip
    files = {
        "modelyard.yaml": yaml.safe_dump(project),
        "models/all.yaml": yaml.safe_dump_all([team, *environments, *models]),
    }
    lines = files["models/all.yaml"].splitlines()
    findings = [one for one in check(Session(MemoryTree(files))) if one.code.id in {"MY421", "MY412"}]
    return [(one.message, lines[one.location.line - 1].strip()) for one in findings if one.location]


@pytest.mark.parametrize("name", ["price-predictor-00001", "price-predictor-00042", "price-predictor-00001-private"])
def test_a_service_has_the_name_of_a_revision(name: str) -> None:
    """Knative Serving 1.23: `MakeRevision` names revisions `<configuration>-%05d`, `PrivateService` appends `-private`."""
    [(message, line)] = conflicts(served("price"), program(name), kserve=KNATIVE)
    assert "Service price-predictor-" in message
    assert line == f"name: {name}"
    assert conflicts(served("price"), program(name)) == []


def test_a_deployment_has_the_name_of_that_of_a_revision() -> None:
    [(message, _)] = conflicts(served("price"), program("price-predictor-00003-deployment"), kserve=KNATIVE)
    assert "Deployment price-predictor-00003-deployment" in message


@pytest.mark.parametrize(
    "name", ["price-predictor-1", "price-predictor-000001", "price-predictor-00001-cache", "price-00001"]
)
def test_other_numbers_are_not_those_of_revisions(name: str) -> None:
    assert conflicts(served("price"), program(name), program("other-00001"), kserve=KNATIVE) == []


def test_numbers_of_two_models_are_different_names() -> None:
    assert conflicts(program("price-00001"), program("price-00002")) == []


def test_models_that_differ_in_their_number_are_not_compared(monkeypatch) -> None:
    """A fleet with many of them would take the square of their number."""
    compared = []
    monkeypatch.setattr(SharedObjectChecker, "_pair_findings", lambda _, *pair: compared.append(pair) or ())
    conflicts(*(served(f"price-{number:05}") for number in range(4)), kserve=KNATIVE)
    assert compared == []
    conflicts(served("price"), program("price-predictor-00001"), kserve=KNATIVE)
    assert len(compared) == 1


def test_a_service_has_the_name_that_kserve_gives_a_predictor() -> None:
    """`PredictorServiceName` in pkg/constants/constants.go of v0.20.0: `<name>-predictor`."""
    assert conflicts(served("price"), program("price-predictor")) == [
        (
            "price-predictor and price would both have the Deployment and Service price-predictor in the namespace models",
            "name: price-predictor",
        )
    ]


METRICS = {"min": 1, "max": 3, "metrics": [{"name": "backlog", "query": "sum(queue)", "threshold": 20}]}


def test_an_autoscaler_has_the_name_that_keda_gives_one() -> None:
    """`getHPAName` in controllers/keda/hpa.go of v2.20.0: `keda-hpa-<name of the ScaledObject>`."""
    scaled = program("keda-hpa-limits", scaling={"min": 1, "max": 3})
    [(message, line)] = conflicts(program("limits", scaling=METRICS), scaled)
    assert "the HorizontalPodAutoscaler keda-hpa-limits" in message
    assert line == "name: limits"
    assert conflicts(program("limits", scaling={"min": 1, "max": 3}), scaled) == []
    keda = {"deploy": {"target": "kserve", "options": {"autoscaler": "keda"}}}
    predicted = program("keda-hpa-price-predictor", scaling={"min": 1, "max": 3})
    [(message, _)] = conflicts(served("price", **keda), predicted)
    assert "the HorizontalPodAutoscaler keda-hpa-price-predictor" in message
    assert conflicts(served("price"), predicted) == []


def test_a_model_has_the_name_that_kserve_gives_a_canary() -> None:
    """`reconcileCanaryDeployments` in predictor.go of v0.20.0: `<name>-<canary>-predictor`."""
    [(message, _)] = conflicts(with_canary("price"), served("price-canary"))
    assert "the Deployment and Service price-canary-predictor" in message
    assert conflicts(served("price"), served("price-canary")) == []
    assert conflicts(with_canary("price"), served("price-canary"), kserve=KNATIVE) == []


def test_similar_names_without_a_common_object_are_accepted() -> None:
    assert conflicts(served("price"), program("price-predictor", batch={"schedule": "0 3 * * 1"})) == []
    assert conflicts(served("price"), served("price-predictor")) == []
    assert conflicts(program("price"), program("price-predictor")) == []


def test_a_model_in_two_environments_of_one_namespace_is_one_object() -> None:
    both = program("limits") | {"environments": {"blue": {}, "green": {}}}
    [(message, _)] = conflicts(both, cluster="main")
    assert message.startswith("limits and limits in blue would both have the ")
    assert "Deployment" in message
    assert "Service" in message
    assert message.endswith(" limits in the namespace models")
    assert conflicts(both) == [], "environments that name no cluster have one each"


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ({"host": "models.example", "path": "/price"}, {"host": "models.example", "path": "/price/"}, 1),
        ({"host": "models.example"}, {"host": "models.example", "path": "/"}, 1),
        ({"host": "models.example", "path": "/price"}, {"host": "models.example", "path": "/limits"}, 0),
        ({"host": "models.example"}, {"host": "other.example"}, 0),
    ],
)
def test_two_models_have_different_addresses(first: dict, second: dict, count: int) -> None:
    found = conflicts(program("limits", expose=first), program("rates", expose=second))
    assert len(found) == count
    for message, line in found:
        assert message.startswith("rates and limits are both exposed at models.example/")
        assert line.startswith("host: ")


def test_adopted_objects_are_compared_with_those_of_controllers():
    adopting = program("limits", adopt={"name": "price-predictor"})
    [(message, line)] = conflicts(served("price"), adopting)
    assert "limits and price" in message or "price and limits" in message
    assert "Service price-predictor" in message
    assert line in {"name: price-predictor", "name: price"}
    assert conflicts(served("price"), program("limits", adopt={"name": "price-old"})) == []
    assert conflicts(served("price"), program("limits", adopt={"name": "price-predictor", "namespace": "other"})) == []
    elsewhere = {**adopting, "environments": {"test": {}}}
    assert conflicts(served("price"), elsewhere) == []


def test_two_models_that_adopt_one_name_have_one_finding():
    one, other = (program(name, adopt={"name": "legacy", "selector": {"app": name}}) for name in ("a", "b"))
    assert len(conflicts(one, other)) == 1

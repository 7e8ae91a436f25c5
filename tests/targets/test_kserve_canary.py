"""Canaries on KServe, and the other features that depend on its release."""

import pytest

from compiler.plan.emitters.features import available_features

KNATIVE = {"kserve": {"version": "0.20", "mode": "Knative"}}


def source(version: str) -> dict:
    return {"source": {"format": "sklearn", "uri": f"s3://models/a/{version}/", "digest": "sha256:" + version[2] * 64}}


SCORER = {
    "apiVersion": "modelyard/v1",
    "kind": "Model",
    "name": "scorer",
    "type": "ml",
    "lifecycle": "production",
    "summary": "Scores.",
    "releases": {"1.0.0": source("1.0.0"), "1.1.0": source("1.1.0")},
    "deploy": {"target": "kserve", "scaling": {"min": 1, "max": 1}},
    "environments": {"prod": {"release": "1.0.0", "canary": {"release": "1.1.0", "weight": "10%"}}},
}


def test_a_canary_is_a_second_predictor_in_a_release_that_splits_requests(build_unit, splitting_kserve):
    unit = build_unit(SCORER, files=splitting_kserve)
    assert unit.reasons == ""
    spec = unit.objects["inferenceservice.yaml"]["spec"]
    (canary,) = spec["canary"]
    assert canary["trafficPercent"] == 10
    assert "maxReplicas" not in canary["predictor"]
    assert spec["predictor"]["model"]["storageUri"].endswith("/1.0.0/")
    assert canary["predictor"]["model"]["storageUri"].endswith("/1.1.0/")


def test_a_canary_with_a_server_of_its_own_is_one_too(build_unit, splitting_kserve):
    image = {"image": "registry.example/own:1.0", "digest": "sha256:" + "0" * 64, "port": 8080}
    unit = build_unit({**SCORER, "runtime": image}, files=splitting_kserve)
    assert unit.reasons == ""
    (canary,) = unit.objects["inferenceservice.yaml"]["spec"]["canary"]
    [container] = canary["predictor"]["containers"]
    assert {"name": "STORAGE_URI", "value": "s3://models/a/1.1.0/"} in container["env"]


def test_a_canary_takes_the_predictors_place_in_knative_mode(build_unit):
    predictor = build_unit(SCORER, **KNATIVE).objects["inferenceservice.yaml"]["spec"]["predictor"]
    assert predictor["canaryTrafficPercent"] == 10
    assert predictor["model"]["storageUri"].endswith("/1.1.0/")


def test_a_canary_in_standard_mode_is_refused_at_the_canary(build_unit):
    """`createRawTopLevelHTTPRoute` in `httproute_reconciler.go` of v0.20.0 has one backend, the predictor."""
    unit = build_unit(SCORER)
    [(message, line)] = unit.blamed_lines.items()
    assert "starts the pods of a canary in Standard mode, but sends them no requests" in message
    assert line == "release: 1.1.0"
    assert unit.objects == {}


def test_a_canary_needs_a_gateway_in_a_release_that_splits_requests(build_unit, splitting_kserve):
    reasons = build_unit(SCORER, files=splitting_kserve, gateway=None).reasons
    assert "in Standard mode a canary needs a Gateway (Gateway API) that splits the requests" in reasons


def test_a_canary_in_knative_mode_is_a_warning_at_the_canary(refusals):
    """Without the status of the cluster it came from, KServe sends all requests to the latest revision, which is the canary.

    `createKnativeService` in `ksvc_reconciler.go` of v0.20.0: the split needs `lastRolledoutRevision`.
    """
    [(text, line)] = refusals(SCORER, **KNATIVE).items()
    assert "a cluster that is rebuilt from git sends it all requests" in text
    assert line == "release: 1.1.0"


@pytest.mark.parametrize(
    ("version", "available"),
    [
        ("0.15", set()),
        ("0.16.0", {"modeNames"}),
        ("0.17", {"modeNames", "languageModels"}),
        ("0.18.1", {"modeNames", "languageModels", "languageModelArguments", "languageModelScaling"}),
        ("0.19", {"modeNames", "languageModels", "languageModelArguments", "languageModelScaling", "adapters"}),
        (
            "0.20",
            {
                "modeNames",
                "languageModels",
                "languageModelArguments",
                "languageModelScaling",
                "adapters",
                "tensorParallelism",
                "cacheOffloading",
            },
        ),
        (
            "1.0",
            {
                "modeNames",
                "languageModels",
                "languageModelArguments",
                "languageModelScaling",
                "adapters",
                "tensorParallelism",
                "cacheOffloading",
            },
        ),
    ],
)
def test_a_release_of_kserve_has_the_features_that_the_table_lists(sample_session, version, available):
    """No release up to 0.20.0 splits the requests of a canary in Standard mode: commit 85b090806 is in no tag."""
    emitter = sample_session.emitters.by_id["kserve"]
    features = available_features(emitter, {"capabilities": {"kserve": {"version": version, "mode": "Standard"}}})
    assert {name for name, is_available in features.items() if is_available} == available

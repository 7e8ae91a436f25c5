"""Documents of OpenSLO v1 keep its last published schemas, and name each other."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7


@pytest.fixture(scope="module")
def official(external_schemas: Path) -> Draft7Validator:
    folder = external_schemas / "openslo" / "v1"
    read = [json.loads(path.read_bytes()) for path in folder.rglob("*.json")]
    registry = Registry().with_resources([(one["$id"], Resource(one, DRAFT7)) for one in read])
    return Draft7Validator(json.loads((folder / "openslo.schema.json").read_bytes()), registry=registry)


@pytest.fixture(scope="session")
def slo_documents(portfolio, documents) -> dict[str, list]:
    return {path: documents(text) for path, text in portfolio.items() if path.endswith(".openslo.yaml")}


def test_every_document_keeps_the_official_schemas_and_ours(slo_documents, official, schema):
    own_schema = schema("openslo", "openslo.schema.json")
    assert len(slo_documents) > 10
    for path, found in slo_documents.items():
        for document in found:
            assert [error.message for error in official.iter_errors(document)] == [], path
            assert own_schema.violations(document) == (), path


@pytest.mark.parametrize("kind", ["Service", "SLI", "SLO", "AlertCondition", "AlertPolicy", "AlertNotificationTarget"])
def test_no_mutant_of_any_kind_does(slo_documents, schema, mutants, kind):
    ours = schema("openslo", "openslo.schema.json")
    document = next(one for one in slo_documents["prod/card-fraud/card-fraud.openslo.yaml"] if one["kind"] == kind)
    for what, broken in mutants(document):
        assert ours.violations(broken), what


OFFICIAL = {
    "no service": ("SLO", ("spec", "service"), None),
    "a target of all": ("SLO", ("spec", "objectives", 0, "target"), 1),
    "a window of words": ("SLO", ("spec", "timeWindow", 0, "duration"), "a month"),
    "neither good nor bad": ("SLI", ("spec", "ratioMetric", "bad"), None),
    "no burn rate": ("AlertCondition", ("spec", "condition", "threshold"), None),
    "no condition": ("AlertPolicy", ("spec", "conditions"), []),
    "nobody": ("AlertNotificationTarget", ("spec", "target"), None),
}


@pytest.mark.parametrize(("kind", "path", "value"), OFFICIAL.values(), ids=OFFICIAL)
def test_nor_does_a_mutant_the_official_ones(slo_documents, official, kind, path, value):
    document = json.loads(
        json.dumps(next(one for one in slo_documents["prod/card-fraud/card-fraud.openslo.yaml"] if one["kind"] == kind))
    )
    holder = document
    for part in path[:-1]:
        holder = holder[part]
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    assert list(official.iter_errors(document))


def test_what_is_referred_to_is_there(slo_documents):
    for path, found in slo_documents.items():
        names = {(document["kind"], document["metadata"]["name"]) for document in found}
        assert len(names) == len(found), path
        for document in found:
            spec = document["spec"]
            if document["kind"] == "SLO":
                assert {("Service", spec["service"]), ("SLI", spec["indicatorRef"])} <= names
                assert {("AlertPolicy", policy) for policy in spec.get("alertPolicies", [])} <= names
            if document["kind"] == "AlertPolicy":
                assert {("AlertCondition", ref["conditionRef"]) for ref in spec["conditions"]} <= names
                assert {("AlertNotificationTarget", ref["targetRef"]) for ref in spec["notificationTargets"]} <= names


def test_objectives_and_burn_rates_are_those_of_the_rules(slo_documents):
    documents = slo_documents["prod/card-fraud/card-fraud.openslo.yaml"]
    targets = {
        document["metadata"]["name"]: document["spec"]["objectives"][0]["target"]
        for document in documents
        if document["kind"] == "SLO"
    }
    assert targets == {
        "prod-card-fraud-availability": 0.999,
        "prod-card-fraud-latency-100ms": 0.95,
        "prod-card-fraud-latency-250ms": 0.99,
    }
    burn_conditions = [
        document["spec"]["condition"]
        for document in documents
        if document["kind"] == "AlertCondition" and "availability" in document["metadata"]["name"]
    ]
    assert [(document["threshold"], document["lookbackWindow"], document["alertAfter"]) for document in burn_conditions] == [
        (14.4, "1h", "5m"), (6, "6h", "30m"), (3, "1d", "2h"), (1, "3d", "6h"),
    ]  # fmt: skip

"""Entities of a Backstage catalogue: its official schema and its own library take them, and every relation leads to one of them."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator

from .conftest import DIGEST, HELPER, bank, documents, set_field

MODEL, SHARED_FILE = "records/scorer/catalog-info.yaml", "records/catalog-info.yaml"


def entities(records, *paths: str) -> list[dict[str, Any]]:
    return [one for path in paths for one in yaml.load_all(records.files[path], Loader=yaml.CSafeLoader)]


@pytest.fixture(scope="session")
def official(external_schemas: Path) -> Draft7Validator:
    """The schema of catalog-info.yaml at schemastore.org; it refers to itself by a relative name."""
    schema = json.loads((external_schemas / "schemastore/catalog-info.json").read_text("utf-8"))
    registry = Registry().with_resource("https://json.schemastore.org/catalog-info.json", Resource(schema, DRAFT7))
    return Draft7Validator(schema, registry=registry)


def test_the_official_schema_takes_every_entity(full, bare, official) -> None:
    for records in (full, bare):
        paths = [path for path in records.files if path.endswith("catalog-info.yaml")]
        assert len(paths) == 3
        assert [error.message for one in entities(records, *paths) for error in official.iter_errors(one)] == []


MUTANTS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "no owner": lambda one: one["spec"].pop("owner"),
    "no lifecycle": lambda one: one["spec"].pop("lifecycle"),
    "no type": lambda one: one["spec"].pop("type"),
    "no name": lambda one: one["metadata"].pop("name"),
    "a name with a space": lambda one: one["metadata"].update(name="a b"),
    "a kind that is none": lambda one: one.update(kind="Model"),
    "a version that is none": lambda one: one.update(apiVersion="v1"),
    "relations that are a text": lambda one: one["spec"].update(dependsOn="component:helper"),
    "a tag with capitals": lambda one: one["metadata"].update(tags=["Tier High"]),
}


@pytest.mark.parametrize(
    "mutant", [one for name, one in MUTANTS.items() if name not in {"a name with a space", "a tag with capitals"}]
)
def test_the_official_schema_refuses_what_is_no_entity(mutant, full, official) -> None:
    component = entities(full, MODEL)[0]
    mutant(component)
    assert list(official.iter_errors(component))


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_so_does_the_schema_that_the_emitter_brings(mutant, full) -> None:
    own_schema = Validator(
        json.loads((shipped_folder("templates") / "records/backstage/entity.schema.json").read_text("utf-8"))
    )
    component = entities(full, MODEL)[0]
    assert own_schema.violations(component) == ()
    mutant(component)
    assert own_schema.violations(component)


CHECK = """
const model = require(process.argv[1]);
const entities = JSON.parse(require("fs").readFileSync(0, "utf8"));
const kinds = {
  Component: model.componentEntityV1alpha1Validator, API: model.apiEntityV1alpha1Validator, Group: model.groupEntityV1alpha1Validator,
  System: model.systemEntityV1alpha1Validator, Resource: model.resourceEntityV1alpha1Validator,
  Location: model.locationEntityV1alpha1Validator,
};
const policies = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(), new model.NoForeignRootFieldsEntityPolicy(), new model.FieldFormatEntityPolicy(),
]);
(async () => {
  const wrong = [];
  for (const entity of entities) {
    try {
      await policies.enforce(entity);
      if (!(entity.kind in kinds) || !(await kinds[entity.kind].check(entity))) { wrong.push(`no kind ${entity.kind}`); }
    } catch (error) { wrong.push(String(error)); }
  }
  console.log(JSON.stringify(wrong));
})();
"""


@pytest.fixture(scope="session")
def library(
    program: Callable[[str], str], skip_without: Callable[[str, str], NoReturn]
) -> Callable[[list[dict[str, Any]]], list[str]]:
    """What Backstage's own library has against entities."""
    folder = os.environ.get("MODELYARD_TEST_BACKSTAGE", "")
    if not folder:
        remedy = "npm install @backstage/catalog-model@1.10.1, and name its folder in MODELYARD_TEST_BACKSTAGE"
        skip_without("backstage", remedy)
    node = program("node")

    def check(found: list[dict[str, Any]]) -> list[str]:
        run = subprocess.run(
            [node, "-e", CHECK, folder], input=json.dumps(found), capture_output=True, text=True, check=True
        )
        return json.loads(run.stdout)

    return check


def test_the_library_of_backstage_takes_every_entity(full, bare, library) -> None:
    for records in (full, bare):
        assert library(entities(records, *(path for path in records.files if path.endswith("catalog-info.yaml")))) == []


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_library_of_backstage_refuses_what_is_no_entity(mutant, full, library) -> None:
    component = entities(full, MODEL)[0]
    mutant(component)
    assert library([component])


def test_a_model_is_a_component_and_its_interface_an_api(full) -> None:
    component, api = entities(full, MODEL)
    assert component["spec"] == {
        "type": "model", "lifecycle": "production", "owner": "group:risk", "system": "lending", "providesApis": ["scorer"],
        "dependsOn": ["component:helper", "resource:loans", "resource:index"],
    }  # fmt: skip
    assert component["metadata"]["annotations"] == {
        "backstage.io/kubernetes-label-selector": "app.kubernetes.io/name=scorer,app.kubernetes.io/part-of=bank"
    }
    assert component["metadata"]["links"] == [{"url": "https://a.example/paper", "title": "Paper"}], (
        "an address of no browser is left out"
    )
    assert json.loads(api["spec"]["definition"])["inputs"][0] == {
        "name": "amount",
        "datatype": "FP64",
        "shape": [-1, 3],
    }


def test_a_language_model_is_selected_by_the_labels_that_kserve_sets(make_records) -> None:
    """KServe sets these labels on the pods; of the object's own labels only those of Kueue and of local models reach them.

    See expectedSingleNodeMainDeployment, singleNodeLabels and propagateDeploymentMetadata in KServe v0.20.0,
    pkg/controller/v1alpha2/llmisvc/workload_single_node.go.
    """
    base_model = {"name": "bank/base", "revision": "1", "license": "MIT"}
    source = {"baseModel": base_model, "uri": "s3://a/b", "digest": DIGEST}
    annotations = entities(
        make_records(documents({**HELPER, "name": "scorer", "type": "llm", "source": source})), MODEL
    )[0]["metadata"]["annotations"]
    assert annotations["backstage.io/kubernetes-label-selector"] == (
        "app.kubernetes.io/name=scorer,app.kubernetes.io/part-of=llminferenceservice,kserve.io/component=workload"
    )


def test_every_relation_leads_to_an_entity_of_the_project(full) -> None:
    found = entities(full, *(path for path in full.files if path.endswith("catalog-info.yaml")))
    entity_refs = {f"{one['kind'].lower()}:{one['metadata']['name']}" for one in found}
    for one in found:
        spec = one["spec"]
        references = [*spec.get("dependsOn", []), *([spec["owner"]] if "owner" in spec else [])]
        references += [f"system:{spec['system']}"] if "system" in spec else []
        references += [f"api:{name}" for name in spec.get("providesApis", [])]
        assert set(references) <= entity_refs


@pytest.mark.parametrize(
    ("lifecycle", "expected_lifecycle"),
    [
        ("proposed", "experimental"), ("development", "experimental"), ("validation", "experimental"), ("pilot", "experimental"),
        ("production", "production"), ("deprecated", "deprecated"), ("retired", "deprecated"),
    ],
)  # fmt: skip
def test_a_lifecycle_is_one_that_backstage_knows(lifecycle, expected_lifecycle, make_records) -> None:
    found = documents()
    set_field(found, "Model", "scorer", "lifecycle", lifecycle)
    if (expected_lifecycle == "experimental" and lifecycle != "pilot") or lifecycle == "retired":
        set_field(found, "Model", "scorer", "environments", None)
    assert entities(make_records(found), MODEL)[0]["spec"]["lifecycle"] == expected_lifecycle


def test_one_file_leads_to_all_and_teams_may_come_from_elsewhere(full, make_records) -> None:
    location, *rest = entities(full, SHARED_FILE)
    assert location["spec"] == {"targets": ["./*/catalog-info.yaml"]}
    assert {one["kind"] for one in rest} == {"Group", "System", "Resource"}
    project = bank(emitters={"backstage": {"enabled": True, "options": {"groups": False, "type": "ai-model"}}})
    records = make_records(documents(), project)
    assert "Group" not in {one["kind"] for one in entities(records, SHARED_FILE)}
    assert entities(records, MODEL)[0]["spec"]["type"] == "ai-model"


def test_a_dataset_without_an_owner_is_not_a_resource(make_records) -> None:
    found = documents()
    set_field(found, "Dataset", "index", "owner", None)
    records = make_records(found)
    assert "index" not in {one["metadata"]["name"] for one in entities(records, SHARED_FILE)}
    assert "resource:index" not in entities(records, MODEL)[0]["spec"]["dependsOn"]

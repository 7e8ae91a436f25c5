"""Bills of materials: CycloneDX's own strict validator takes them and no mutant, and every reference leads somewhere."""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator

from .conftest import DIGEST, OTHER_DIGEST, bank, documents, set_field
from .test_model_cards import TYPES, of_type

STRICT = JsonStrictValidator(SchemaVersion.V1_6)


def wrong(bom: Mapping[str, Any]) -> object:
    """What the official validator has against a bill."""
    return STRICT.validate_str(json.dumps(bom))


@pytest.fixture(scope="session")
def bill(full) -> dict[str, Any]:
    return json.loads(full["scorer-1.0.0.cdx.json"])


def test_the_official_validator_takes_the_bills_of_a_model_that_says_all_and_of_one_that_says_nothing(
    full, bare
) -> None:
    for records in (full, bare):
        bills = [records[name] for name in records.names if name.endswith(".cdx.json")]
        assert len(bills) == 2
        assert [wrong(json.loads(one)) for one in bills] == [None, None]


@pytest.mark.parametrize(("kind", "target", "source"), [(kind, *rest[:2]) for kind, rest in TYPES.items()], ids=TYPES)
def test_the_official_validator_takes_the_bill_of_each_type(kind, target, source, make_records) -> None:
    bom = json.loads(make_records(of_type(kind, source, target))["scorer-1.0.0.cdx.json"])
    assert wrong(bom) is None
    component = bom["metadata"]["component"]
    learnt = kind in {"ml", "statistical", "llm"}
    assert component["type"] == ("machine-learning-model" if learnt else "application")
    assert ("modelCard" in component) is learnt, "CycloneDX has a model card for what learnt from data alone"
    assert_refers(bom)


def test_facts_are_data(make_records) -> None:
    source = {"ontology": {"iri": "https://a.example/o", "version": "1", "files": ["o.ttl"]}, "files": ["f.ttl"]}
    extra_files = {"models/o.ttl": "<urn:o> a <urn:Ontology> .\n", "models/f.ttl": "<urn:a> <urn:b> <urn:c> .\n"}
    project = bank(images={"oxigraph": {"image": "registry.example/oxigraph:1", "digest": DIGEST}})
    bom = json.loads(
        make_records(of_type("knowledge-graph", source, "kubernetes"), project, **extra_files)["scorer-1.0.0.cdx.json"]
    )
    assert wrong(bom) is None
    assert bom["metadata"]["component"]["type"] == "data"
    files = {one["name"]: one["hashes"][0]["content"] for one in bom["components"] if one["type"] == "file"}
    assert files == {
        path.removeprefix("models/"): hashlib.sha256(text.encode()).hexdigest() for path, text in extra_files.items()
    }
    [image] = [one for one in bom["components"] if one["type"] == "container"]
    assert (image["name"], image["version"]) == ("registry.example/oxigraph:1", DIGEST), (
        "the image that its target runs it with"
    )


def test_every_image_that_the_spec_names_is_a_component(make_records) -> None:
    target, source = TYPES["statistical"][:2]
    specs = of_type("statistical", source, target)
    front = {"image": "registry.example/front:1", "digest": DIGEST}
    sidecar = {
        "name": "log",
        "image": "registry.example/log:1",
        "digest": OTHER_DIGEST,
        "resources": {"cpu": "10m", "memory": "16Mi"},
    }
    set_field(specs, "Model", "scorer", "deploy/transformer", front)
    set_field(specs, "Model", "scorer", "deploy/pod/containers", [sidecar])
    records = make_records(specs)
    bom = json.loads(records["scorer-1.0.0.cdx.json"])
    assert wrong(bom) is None
    assert_refers(bom)
    found = {one["name"]: one["version"] for one in bom["components"] if one["type"] == "container"}
    assert found.items() >= {"registry.example/front:1": DIGEST, "registry.example/log:1": OTHER_DIGEST}.items()


def assert_refers(bom: Mapping[str, Any]) -> None:
    """Each name of a part is one part's, and each reference leads to one."""
    parts = [bom["metadata"]["component"], *bom.get("components", []), *bom.get("services", [])]
    names = [part["bom-ref"] for part in parts]
    assert len(names) == len(set(names))
    references = [ref for one in bom["dependencies"] for ref in (one["ref"], *one["dependsOn"])]
    card = bom["metadata"]["component"].get("modelCard", {})
    references += [one["ref"] for one in card.get("modelParameters", {}).get("datasets", [])]
    assert set(references) <= set(names)


def test_it_holds_the_model_its_data_and_what_serves_it(bill) -> None:
    assert_refers(bill)
    component = bill["metadata"]["component"]
    assert component["hashes"] == [{"alg": "SHA-256", "content": OTHER_DIGEST.removeprefix("sha256:")}]
    assert component["licenses"] == [{"expression": "MIT"}]
    assert component["manufacturer"] == {"name": "Example Bank Ltd"}
    components = {part["bom-ref"]: part for part in bill["components"]}
    data = components["dataset:loans"]["data"][0]
    assert components["dataset:loans"]["hashes"][0]["content"] == DIGEST.removeprefix("sha256:")
    assert data["governance"] == {
        "owners": [{"organization": {"name": "risk"}}],
        "stewards": [{"organization": {"name": "risk"}}],
    }
    assert (data["classification"], data["sensitiveData"], data["contents"]) == (
        "restricted",
        ["name"],
        {"url": "s3://data/loans/"},
    )
    assert components["image:registry.example/scorer:1"]["version"] == OTHER_DIGEST
    assert components["model:helper"]["version"] == "3.1.0"
    assert bill["dependencies"][0]["dependsOn"] == ["image:registry.example/scorer:1", "model:helper", "dataset:index"]


def test_its_model_card_says_what_the_spec_does(bill) -> None:
    card = bill["metadata"]["component"]["modelCard"]
    parameters, considerations = card["modelParameters"], card["considerations"]
    assert (parameters["approach"], parameters["task"]) == ({"type": "supervised"}, "tabular-classification")
    assert parameters["datasets"] == [{"ref": "dataset:loans"}]
    assert (parameters["inputs"], parameters["outputs"]) == (
        [{"format": "amount: FP64 [-1, 3]"}],
        [{"format": "score: FP32 [-1]"}],
    )
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "auc", "value": "0.9"}, {"type": "auc", "value": "0.8", "slice": "young"},
    ]  # fmt: skip
    assert considerations == {
        "users": ["Officers"], "useCases": ["Loans to people."], "technicalLimitations": ["Not above 80000"],
        "performanceTradeoffs": ["Speed for detail"],
        "ethicalConsiderations": [{"name": "Wrong refusal", "mitigationStrategy": "A second look."}, {"name": "Untold"}],
        "fairnessAssessments": [
            {"groupAtRisk": "the young", "benefits": "Speed.", "harms": "Refusals.", "mitigationStrategy": "Weights."}
        ],
    }  # fmt: skip


def test_it_leads_to_what_is_written_elsewhere(bill, full) -> None:
    references = {(one["type"], one["url"]): one for one in bill["metadata"]["component"]["externalReferences"]}
    assert set(references) == {
        ("distribution", "s3://models/scorer/1.0.0/"), ("model-card", "MODEL_CARD.md"), ("documentation", "https://a.example/paper"),
        ("other", "s3://a/b"), ("documentation", "https://a.example/use"), ("attestation", "https://a.example/declaration"),
        ("evidence", "https://a.example/report"), ("evidence", "https://a.example/logs"),
    }  # fmt: skip
    card = hashlib.sha256(full["MODEL_CARD.md"].encode()).hexdigest()
    assert references["model-card", "MODEL_CARD.md"]["hashes"] == [{"alg": "SHA-256", "content": card}]


def test_a_missing_field_is_a_property_and_has_no_substitute(bare) -> None:
    bom = json.loads(bare["scorer-1.0.0.cdx.json"])
    gaps = [one["value"] for one in bom["metadata"]["properties"] if one["name"] == "modelyard:gap"]
    assert gaps == [
        "organisation.name of Project bank (modelyard.yaml), by the project", "license of Model scorer (models/all.yaml), by risk",
    ]  # fmt: skip
    card = bom["metadata"]["component"]["modelCard"]
    assert card == {"modelParameters": {}, "considerations": {}}
    assert "manufacturer" not in bom["metadata"]
    assert "licenses" not in bom["metadata"]["component"]


def test_a_bill_is_of_the_release_that_it_names(full) -> None:
    first, second = (
        json.loads(full[f"scorer-{version}.cdx.json"])["metadata"]["component"] for version in ("1.0.0", "2.0.0")
    )
    environments = [
        [one["value"] for one in each["properties"] if one["name"] == "modelyard:environment"]
        for each in (first, second)
    ]
    assert environments == [["prod"], ["dev", "prod"]], "the second is tried beside the first in prod"
    assert "quantitativeAnalysis" not in second["modelCard"], "what was measured on another release is not this one's"


def test_its_serial_number_is_made_of_its_content(bill, make_records) -> None:
    number = UUID(bill["serialNumber"])
    assert (number.version, number.variant) == (5, "specified in RFC 4122")
    again = json.loads(make_records(documents())["scorer-1.0.0.cdx.json"])
    assert again == bill
    found = documents()
    set_field(found, "Model", "scorer", "governance/limitations", ["Not above 70000"])
    changed = json.loads(make_records(found)["scorer-1.0.0.cdx.json"])
    assert changed["serialNumber"] != bill["serialNumber"]
    assert "timestamp" not in bill["metadata"]


MUTANTS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "another format": lambda bom: bom.update(bomFormat="SPDX"),
    "a serial number that is none": lambda bom: bom.update(serialNumber="urn:uuid:1"),
    "an unknown field": lambda bom: bom.update(made="today"),
    "a kind of component that is none": lambda bom: bom["metadata"]["component"].update(type="model"),
    "a component without a name": lambda bom: bom["metadata"]["component"].pop("name"),
    "an algorithm that is none": lambda bom: bom["metadata"]["component"]["hashes"][0].update(alg="sha256"),
    "a hash that is none": lambda bom: bom["metadata"]["component"]["hashes"][0].update(content="sha256:" + "0" * 64),
    "an approach that is none": lambda bom: card(bom)["modelParameters"]["approach"].update(type="guessed"),
    "a value that is a number": lambda bom: card(bom)["quantitativeAnalysis"]["performanceMetrics"][0].update(
        value=0.9
    ),
    "a risk with another field": lambda bom: card(bom)["considerations"]["ethicalConsiderations"][0].update(
        mitigation="x"
    ),
    "users that are not a list": lambda bom: card(bom)["considerations"].update(users="Officers"),
    "a reference of no kind": lambda bom: bom["metadata"]["component"]["externalReferences"][0].update(type="artifact"),
    "an address that is none": lambda bom: bom["metadata"]["component"]["externalReferences"][0].update(url="s3://a b"),
    "data without a kind": lambda bom: bom["components"][0]["data"][0].pop("type"),
    "an owner that is a text": lambda bom: bom["components"][0]["data"][0]["governance"].update(owners=["risk"]),
    "a licence that is a text": lambda bom: bom["metadata"]["component"].update(licenses=["MIT"]),
    "a dependency on nothing named": lambda bom: bom["dependencies"][0].pop("ref"),
    "a dependency twice": lambda bom: bom["dependencies"][0]["dependsOn"].append("model:helper"),
}


def card(bom: Mapping[str, Any]) -> Any:
    return bom["metadata"]["component"]["modelCard"]


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_official_validator_refuses_what_is_not_cyclonedx(mutant, bill) -> None:
    bom = copy.deepcopy(bill)
    mutant(bom)
    assert wrong(bom) is not None


@pytest.fixture(scope="session")
def own_schema() -> Validator:
    """The schema that the emitter brings."""
    return Validator(json.loads((shipped_folder("templates") / "records/cyclonedx/bom.schema.json").read_text("utf-8")))


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_so_does_the_schema_that_the_emitter_brings(mutant, bill, own_schema) -> None:
    assert own_schema.violations(bill) == ()
    bom = copy.deepcopy(bill)
    mutant(bom)
    assert own_schema.violations(bom)


def test_an_address_that_is_none_is_reported_at_the_line_that_says_it(make_records) -> None:
    found = documents()
    set_field(found, "Model", "scorer", "links", [{"title": "Paper", "url": "https://a.example/{paper}"}])
    records = make_records(found, faulty=True)
    assert any("expected a URI without" in message and "{paper}" in message for message in records.errors)
    assert {finding.location.path for finding in records.findings if finding.is_blocking} == {"models/all.yaml"}


ADDRESSES = [
    "https://a.example/x?filter[a]=b", "s3://models/[1.7.0]/", "https://a.example/100%", "https://a.example/#a#b", "https://a.example/{a}",
    "https://[fe80::1]:8080/a", "https://a.example/x?filter%5Ba%5D=b", "https://u@a.example:1/ü/b?c=d?e/f#g/h?i", "s3://a/b/", "https://[a/b",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_schema_takes_the_addresses_that_the_official_validator_takes_and_no_other(
    address, bill, own_schema
) -> None:
    bom = copy.deepcopy(bill)
    bom["metadata"]["component"]["externalReferences"].append({"type": "evidence", "url": address})
    assert (own_schema.violations(bom) == ()) is (wrong(bom) is None)


def test_a_bracket_of_an_address_is_reported_at_its_line_with_what_to_write(make_records) -> None:
    specs = documents()
    set_field(specs, "Model", "scorer", "governance/validation/report", "https://wiki.example/x?filter[a]=b")
    records = make_records(specs, faulty=True)
    assert any("%5B for `[`" in message for message in records.errors)
    line = next(
        number
        for number, text in enumerate(yaml.safe_dump_all(specs, sort_keys=False).splitlines(), 1)
        if "filter[a]" in text
    )
    assert {(finding.location.path, finding.location.line) for finding in records.findings if finding.is_blocking} == {
        ("models/all.yaml", line)
    }
    set_field(specs, "Model", "scorer", "governance/validation/report", "https://wiki.example/x?filter%5Ba%5D=b")
    assert wrong(json.loads(make_records(specs)["scorer-1.0.0.cdx.json"])) is None


def iter_strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for child in value.values():
            yield from iter_strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from iter_strings(child)
    elif isinstance(value, str):
        yield value


def test_no_text_of_a_bill_is_anybodys_day_but_the_specs(bill) -> None:
    days = {text for text in iter_strings(bill) if re.search(r"\d{4}-\d{2}-\d{2}", text)}
    assert days == set(), "a day would make another bill of the same content"

"""Entries of the model risk inventory: what section VI of SR 11-7 lists, strictly, and what the guidance leaves out."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from compiler.foundation.resources import shipped_folder
from compiler.json_schema.validator import Validator

from .conftest import DIGEST, bank, documents, set_field
from .test_model_cards import TYPES, of_type, visible_text


@pytest.fixture(scope="session")
def entry(full) -> dict[str, Any]:
    return json.loads(full["model-risk.json"])


@pytest.fixture(scope="session")
def strict() -> Validator:
    return Validator(
        json.loads((shipped_folder("templates") / "records/risk-inventory/entry.schema.json").read_text("utf-8"))
    )


def test_it_holds_what_an_inventory_asks_for(entry) -> None:
    assert entry["purpose"] == {
        "use": "Loans to people.", "decision": "Whether a loan is granted.", "process": "Lending", "affected": ["applicants"],
    }  # fmt: skip
    assert entry["usage"]["actual"] == [
        {"environment": "dev", "stage": "dev", "release": "2.0.0"},
        {"environment": "prod", "stage": "prod", "release": "1.0.0", "canary": "2.0.0"},
    ]  # fmt: skip
    assert (entry["usage"]["restrictions"], entry["usage"]["adjustments"]) == (["Loans to firms"], ["Halved by hand"])
    assert entry["inputs"]["interface"][0]["name"] == "amount"
    assert [(one["name"], one["role"], one.get("digest")) for one in entry["inputs"]["data"]] == [
        ("loans", "training", DIGEST), ("loans", "evaluation", DIGEST), ("index", "used", None),
    ]  # fmt: skip
    assert entry["inputs"]["models"] == [{"name": "helper", "release": "3.1.0"}]
    assert entry["outputs"]["interface"][0]["name"] == "score"
    assert entry["functioning"]["signals"] == [
        {"signal": "dataDrift", "method": "psi", "threshold": 0.2, "action": "ticket", "measured": False}
    ]
    assert (entry["releases"][0]["version"], entry["releases"][0]["date"]) == ("1.0.0", "2026-08-01")
    assert (entry["validation"]["validatedBy"], entry["validation"]["next"], entry["review"]["interval"]) == (
        "risk",
        "2027-08-20",
        "180d",
    )
    assert (entry["risk"]["tier"], entry["risk"]["materiality"], entry["risk"]["complexity"]) == (
        "high",
        "high",
        "medium",
    )
    assert entry["exceptions"] == [
        {
            "waiver": "until-spring", "policies": ["model-risk"], "reason": "It moves in spring.", "ticket": "RISK-7",
            "validFrom": "2026-01-01",
            "expires": "2099-01-01",
        }
    ]  # fmt: skip
    assert (entry["owner"], entry["developer"]) == ({"team": "risk", "name": "Risk Team"}, {"team": "risk"})


def test_the_record_of_a_model_names_its_dependents(make_records) -> None:
    records = make_records(documents())
    helper = json.loads(records.files["records/helper/model-risk.json"])
    assert helper["outputs"]["dependents"] == ["scorer"]


@pytest.mark.parametrize(("kind", "target", "source"), [(kind, *rest[:2]) for kind, rest in TYPES.items()], ids=TYPES)
def test_the_guidance_is_for_some_types_and_asks_nothing_of_the_others(
    kind, target, source, make_records, strict
) -> None:
    records = make_records(of_type(kind, source, target))
    entry = json.loads(records["model-risk.json"])
    assert strict.violations(entry) == ()
    inside = kind in {"ml", "statistical", "optimization", "ensemble", "vendor"}
    assert entry["guidance"]["scope"] == ("inside" if inside else "outside")
    assert inside or entry["missingFields"] == []


def test_a_vendor_is_named_with_what_was_bought(make_records) -> None:
    target, source, _ = TYPES["vendor"]
    entry = json.loads(make_records(of_type("vendor", source, target))["model-risk.json"])
    assert entry["vendor"] == {
        "name": "Bureau Inc", "product": "Score", "version": "2026-02", "contract": "C-1", "contractExpires": "2028-12-31",
    }  # fmt: skip
    assert entry["developer"] == {"provider": "Bureau Inc"}


def test_a_missing_field_is_absent_and_listed(bare, full) -> None:
    entry = json.loads(bare["model-risk.json"])
    assert {gap["id"] for gap in entry["missingFields"]} == {
        "purpose", "products", "restrictions", "inputs", "outputs", "watched", "updated", "validation", "next-validation", "tier",
        "materiality",
        "complexity", "assumptions",
    }  # fmt: skip
    assert "use" not in entry["purpose"]
    assert "validation" not in entry
    assert all(gap["citation"].startswith(("SR 11-7, VI", "SR 26-2")) for gap in entry["missingFields"])
    assert [gap["field"] for gap in json.loads(full["model-risk.json"])["missingFields"]] == ["releases.2.0.0.date"]


def test_what_it_rests_on_has_a_source_and_a_day(full, entry) -> None:
    text = visible_text(full["MODEL_RISK.md"])
    assert "SR 26-2, Revised Guidance on Model Risk Management" in text
    assert "from 2026-04-17: the guidance" in text
    assert "to 2026-04-16: SR 11-7" in text
    assert "This is not legal advice" in text
    assert entry["guidance"]["asOf"] == "2026-11-23"
    url = "https://www.federalreserve.gov/supervisionreg/srletters/srletters.htm"
    assert entry["guidance"]["url"] == url
    assert f"]({url}), as of 2026-11-23." in full["MODEL_RISK.md"]
    assert [(one.get("from"), one.get("to")) for one in entry["guidance"]["inForce"]] == [
        ("2026-04-17", None), ("2011-04-04", "2026-04-16"),
    ]  # fmt: skip


EXPECTED_PHRASES = ["Loans to people.", "Lending", "Loans to firms", "Not above 80000", "Stability", "Halved by hand", "amount", "score",
        "helper", "dataDrift",
        "0.9", "2026-08-20", "conditional", "2027-08-20", "Wrong refusal", "It moves in spring.", "2099-01-01", "Risk Team",
        "2026-08-01"]  # fmt: skip


@pytest.mark.parametrize("phrase", EXPECTED_PHRASES)
def test_people_read_the_same(phrase, full) -> None:
    assert phrase in visible_text(full["MODEL_RISK.md"])


MUTANTS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "an unknown field": lambda entry: entry.update(made="today"),
    "no gaps at all": lambda entry: entry.pop("missingFields"),
    "another version": lambda entry: entry.update(schemaVersion=2),
    "a lifecycle that is none": lambda entry: entry["model"].update(lifecycle="live"),
    "a tier that is none": lambda entry: entry["risk"].update(tier="extreme"),
    "a degree that is none": lambda entry: entry["risk"].update(materiality="huge"),
    "a day that is none": lambda entry: entry["validation"].update(date="last autumn"),
    "a conclusion that is none": lambda entry: entry["validation"].update(conclusion="fine"),
    "a validation without a day": lambda entry: entry["validation"].pop("date"),
    "limitations that are a text": lambda entry: entry["usage"].update(limitations="None"),
    "a value that is a text": lambda entry: entry["releases"][0]["evaluations"][0].update(value="0.9"),
    "a digest that is none": lambda entry: entry["inputs"]["data"][0].update(digest="md5:1"),
    "a role of data that is none": lambda entry: entry["inputs"]["data"][0].update(role="tests"),
    "a threshold that is a text": lambda entry: entry["functioning"]["signals"][0].update(threshold="0.2"),
    "a stage that is none": lambda entry: entry["usage"]["actual"][0].update(stage="live"),
    "a scope without a reason": lambda entry: entry["guidance"].update(scope="outside"),
    "no address of what it rests on": lambda entry: entry["guidance"].pop("url"),
    "a day of force that is none": lambda entry: entry["guidance"]["inForce"][0].update({"from": "spring"}),
    "no disclaimer": lambda entry: entry["guidance"].pop("disclaimer"),
    "two developers": lambda entry: entry["developer"].update(provider="X"),
    "an exception without an end": lambda entry: entry["exceptions"][0].pop("expires"),
    "a gap without a field": lambda entry: entry["missingFields"][0].pop("field"),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_schema_refuses_what_is_no_entry(mutant, entry, strict) -> None:
    assert strict.violations(entry) == ()
    broken = copy.deepcopy(entry)
    mutant(broken)
    assert strict.violations(broken)


def test_it_is_off_until_a_project_wants_it(make_records) -> None:
    assert "model-risk.json" not in make_records(documents(), bank(emitters={})).names


def test_a_model_that_is_proposed_or_retired_is_in_the_inventory(make_records) -> None:
    for lifecycle in ("proposed", "retired"):
        specs = documents()
        set_field(specs, "Model", "scorer", "lifecycle", lifecycle)
        set_field(specs, "Model", "scorer", "environments", None)
        if lifecycle == "retired":
            set_field(specs, "Model", "scorer", "retirement", {"date": "2026-12-31"})
        entry = json.loads(make_records(specs)["model-risk.json"])
        assert (entry["model"]["lifecycle"], entry["usage"]["actual"]) == (lifecycle, [])

"""The class of a use case follows from its facts, by the rules of the shipped tables."""

from typing import get_args

import pytest

from compiler.foundation import resources
from compiler.resolve.derived_classes import REGIMES, derived_classes
from compiler.source.yaml_parse import parse
from compiler.spec.kinds import use_case


def derive(facts: dict, **stated: str) -> dict:
    classification = {regime.replace("_", "-"): {"value": value} for regime, value in stated.items()}
    data = {"facts": facts, "classification": classification}
    return {entry.regime: (entry.value, entry.is_understated) for entry in derived_classes(data)}


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({"purposes": ["social-scoring", "other"]}, "prohibited"),
        ({"purposes": ["child-sexual-abuse-material"]}, "prohibited"),
        ({"purposes": ["creditworthiness"]}, "high-risk"),
        ({"purposes": ["creditworthiness"], "art6Exemption": "preparatory-task"}, "minimal-risk"),
        ({"purposes": ["creditworthiness"], "art6Exemption": "preparatory-task", "profiling": True}, "high-risk"),
        ({"purposes": ["recruitment"], "interactsWithPeople": True}, "high-risk"),
        ({"purposes": ["fraud-detection"]}, "minimal-risk"),
        ({"purposes": ["other"], "interactsWithPeople": True}, "limited-risk"),
        ({"purposes": ["other"], "interactsWithPeople": False, "generates": ["image"]}, "limited-risk"),
        ({"purposes": ["deep-fakes"]}, "limited-risk"),
    ],
)
def test_the_class_under_the_ai_act(facts, value) -> None:
    assert derive(facts)["eu-ai-act"][0] == value


def test_the_class_of_an_agency() -> None:
    assert derive({"usPrincipalBasis": True, "usEffects": ["credit"]})["us-federal"][0] == "high-impact"
    assert derive({"usPrincipalBasis": False, "usEffects": ["credit"]})["us-federal"][0] == "not-high-impact"
    assert derive({"usPrincipalBasis": True}) == {}
    assert derive({"personalData": True}) == {}
    assert derived_classes({}) == ()


@pytest.mark.parametrize(
    ("stated", "is_understated"),
    [("minimal-risk", True), ("limited-risk", True), ("high-risk", False), ("prohibited", False), ("gpai", False)],
)
def test_a_stated_class_is_compared_with_the_derived_one(stated, is_understated) -> None:
    assert derive({"purposes": ["creditworthiness"]}, eu_ai_act=stated)["eu-ai-act"] == ("high-risk", is_understated)


def test_a_class_that_nobody_stated_is_below_all_but_the_lowest() -> None:
    assert derive({"purposes": ["creditworthiness"]})["eu-ai-act"] == ("high-risk", True)
    assert derive({"purposes": ["other"]})["eu-ai-act"] == ("minimal-risk", False)


@pytest.mark.parametrize("regime", REGIMES)
def test_the_tables_use_the_words_of_the_language(regime) -> None:
    path = f"classification/{regime}.yaml"
    parsed = parse(resources.read_shipped_text(path), path)
    assert parsed.findings == ()
    table = parsed.documents[0].data
    assert set(table["classes"]) <= set(use_case.CLASSES_BY_REGIME[regime])
    assert {rule["class"] for rule in table["rules"]} <= set(table["classes"])
    assert table["source"]["title"]
    facts = set(use_case.Facts.model_fields)
    for rule in table["rules"]:
        assert rule["reason"]
        assert len(rule["reason"]) <= 60, "findings show the first 60 characters"
        assert {*rule["when"], *rule.get("unless", {})} <= facts


def test_every_purpose_leads_to_a_class() -> None:
    missing = [name for name in get_args(use_case.Purpose) if "eu-ai-act" not in derive({"purposes": [name]})]
    assert missing == []

"""Technical documentation: every point of Annex IV with what specs say of it, who says the rest, and what it rests on."""

import json
import re

import pytest

from compiler.foundation.resources import shipped_folder

from .conftest import DOCUMENTATION, bank, documents, set_field
from .test_model_cards import TYPES, Page, of_type, visible_text

FILE, PAGE = "TECHNICAL_DOCUMENTATION.md", "technical-documentation.html"
POINTS = (
    [f"1({letter})" for letter in "abcdefgh"]
    + [f"2({letter})" for letter in "abcdefgh"]
    + [f"{n}." for n in range(3, 10)]
)


@pytest.mark.parametrize("point", POINTS)
def test_every_point_of_the_annex_has_a_heading_of_its_own(point, full, bare) -> None:
    for records in (full, bare):
        assert re.search(rf"^##+ {re.escape(point)}", records[FILE], re.MULTILINE)
        assert re.search(rf"<h[23][^>]*>{re.escape(point)}", records[PAGE])


EXPECTED_PHRASES = [
    *(text for text in DOCUMENTATION.values() if isinstance(text, str)), "ISO/IEC 42001", "Loans to people.", "Example Bank Ltd",
    "1.0.0", "2026-08-01",
    "helper", "registry.example/scorer:1", "500m", "prod-1", "Stability", "Speed for detail", "Collected so.", "Prepared so.", "Biased so.",
    "A person decides afresh.", "0 3 * * 1", "auc", "young", "Not above 80000", "the young", "amount", "400d", ">= 0.7", "Wrong refusal",
    "A second look.", "dataDrift", "180d", "high-risk", "Annex III point 5(b)", "provider", "2026-09-14", "Validated by risk on 2026-08-20",
]  # fmt: skip


@pytest.fixture(scope="module")
def visible_texts(full) -> tuple[str, str]:
    return visible_text(full[FILE]), Page(full[PAGE]).text


@pytest.mark.parametrize("phrase", EXPECTED_PHRASES)
def test_what_a_spec_says_stands_under_its_points(phrase, visible_texts) -> None:
    assert all(phrase in document for document in visible_texts)


def test_what_it_rests_on_has_a_source_a_day_and_the_days_from_which_it_holds(visible_texts) -> None:
    for document in visible_texts:
        assert "Regulation (EU) 2024/1689 (AI Act), Article 11(1) and Annex IV, as of 2026-11-23" in document
        assert "from 2027-12-02: obligations of providers of high-risk systems of Annex III" in document
        assert "from 2028-08-02: obligations of providers of high-risk systems of Annex I" in document
        assert "deepinspect.ai and decisionfocus.com" in document
        assert "This is not legal advice" in document


def test_a_missing_field_is_reported_under_its_point_with_its_source(bare) -> None:
    gaps = re.findall(r"\*Missing\* \((.*?)\): (.*?)\. \*\*(.*?)\*\* must set `(.*?)` in", bare[FILE])
    points = {source for source, *_ in gaps}
    assert {"Annex IV(1)(a)", "Annex IV(2)(a)", "Annex IV(2)(h), Article 15"} <= points
    assert {"Annex IV(3)", "Annex IV(4)", "Annex IV(9), Article 72"} <= points
    fields = {field for *_, field in gaps}
    assert {
        "organisation.name",
        "governance.documentation.design",
        "governance.risk.risks",
        "governance.logging.retention",
    } <= fields
    listed = re.findall(r"^\| .*? \| .*? \| .*? \| `(.*?)` \| .*? \| `.*?` \|$", bare[FILE], re.MULTILINE)
    assert fields < set(listed), "a missing role or class is marked at the top and listed at the end"
    assert f"{len(listed)} of" in bare[FILE]


def test_a_documentation_that_lacks_nothing_says_so(make_records) -> None:
    project_documents = documents()
    set_field(
        project_documents,
        "Model",
        "scorer",
        "releases/2~0~0/evaluations",
        [{"metric": "auc", "value": 0.91, "dataset": "loans"}],
    )
    set_field(project_documents, "Model", "scorer", "governance/risk/risks/1/mitigation", "A third look.")
    records = make_records(project_documents)
    assert "All required fields are present." in records[FILE]
    assert "Missing" not in records[FILE] + records[PAGE]


def test_a_risk_without_a_mitigation_is_a_gap_with_owner_and_field(full) -> None:
    for record in ("TECHNICAL_DOCUMENTATION.md", "MODEL_CARD.md"):
        gaps = re.findall(
            r"Mitigation of each risk \((.*?)\)\. \*\*(.*?)\*\* must set `(.*?)` in Model scorer", full[record]
        )
        assert gaps == [("Untold", "risk", "governance.risk.risks.1.mitigation")], record
    for record in ("technical-documentation.html", "model-card.html"):
        assert "Mitigation of each risk (Untold). <b>risk</b>" in full[record], record


@pytest.mark.parametrize("field", ["collection", "preparation", "biases"])
def test_a_missing_field_of_evaluation_data_is_a_gap_of_its_owner(field, make_records) -> None:
    found = documents()
    set_field(found, "Model", "scorer", "data/training", None)
    set_field(found, "Dataset", "loans", field, None)
    records = make_records(found)
    assert f"**risk** must set `{field}` in Dataset loans" in records[FILE]
    assert f"<b>risk</b> must set <code>{field}</code> in Dataset loans" in records[PAGE]


@pytest.mark.parametrize("name", [FILE, PAGE, "MODEL_CARD.md", "model-card.html", "MODEL_RISK.md"])
def test_every_missing_field_names_its_owner_and_location(name, full, bare) -> None:
    for records in (full, bare):
        for line in records[name].splitlines():
            if re.search(r"(?i)\bmissing\b", line):
                is_head = re.search(
                    r"required fields (?:of a model card )?are missing|^## |<h2|<caption|<thead|legal advice|aria-label|^\| point ",
                    line,
                )
                assert is_head or "must set" in line, line
        assert records[name].count("must set") >= 1


CALLERS = [
    {"name": "front-office", "namespace": "loans", "podSelector": {"matchLabels": {"app": "front"}}, "serviceAccount": "clerk"},
    {"name": "nightly", "namespace": "batch", "podSelector": {"matchLabels": {"app": "night", "tier": "jobs"}}},
]  # fmt: skip
NETWORK_PHRASES = {
    "technical documentation": (
        "front-office | namespace loans, service account clerk; pods with `app=front`",
        "nightly | namespace batch; pods with `app=night`, `tier=jobs`",
    ),
    "its page": (
        "front-office</dt><dd>namespace loans, service account clerk; pods with <code>app=front</code>",
        "nightly</dt><dd>namespace batch; pods with <code>app=night</code>, <code>tier=jobs</code>",
    ),
}


def test_records_list_the_applications_that_may_call_the_model(make_records) -> None:
    specs = documents()
    for name in ("dev", "prod"):
        set_field(specs, "Environment", name, "capabilities/kserve/mode", "Standard")
    set_field(specs, "Model", "scorer", "environments/prod/canary", None)
    assert "may be called" not in make_records(specs)[FILE].lower()
    set_field(specs, "Model", "scorer", "deploy/callers", CALLERS)
    records = make_records(specs)
    for document, phrases in zip((FILE, PAGE), NETWORK_PHRASES.values(), strict=True):
        assert all(phrase in records[document] for phrase in phrases), document
    for card in ("MODEL_CARD.md", "model-card.html", "MODEL_RISK.md"):
        assert "Applications that may call it: front-office, nightly" in records[card], card
    assert json.loads(records["model-risk.json"])["outputs"]["callers"] == CALLERS


def test_records_list_what_may_call_the_model_in_each_environment(make_records) -> None:
    """The overlay of an environment that is not the last one admits applications there, which the records of the model must name."""
    specs = documents()
    for name in ("dev", "prod"):
        set_field(specs, "Environment", name, "capabilities/kserve/mode", "Standard")
    set_field(specs, "Model", "scorer", "environments/prod/canary", None)
    set_field(specs, "Model", "scorer", "deploy/callers", CALLERS[:1])
    set_field(
        specs,
        "Model",
        "scorer",
        "environments/dev/deploy",
        {"callers": CALLERS[1:], "egress": ["https://trial.example"]},
    )
    records = make_records(specs)
    assert json.loads(records["model-risk.json"])["outputs"]["callers"] == [
        CALLERS[0],
        {**CALLERS[1], "environments": ["dev"]},
    ]
    for card in ("MODEL_CARD.md", "model-card.html", "MODEL_RISK.md"):
        assert "Applications that may call it: front-office, nightly (in dev)" in records[card], card
    for document in (FILE, PAGE):
        text = visible_text(records[document]) if document == FILE else Page(records[document]).text
        assert "https://trial.example (in dev)" in text
        assert "(in dev, prod)" not in text


BEHAVIOURS = {"refuse": "are refused.", "refer": "are referred to a person.", "approve": "are approved."}


@pytest.mark.parametrize(("behaviour", "phrase"), BEHAVIOURS.items())
def test_what_happens_while_it_does_not_answer_is_a_sentence(behaviour, phrase, make_records) -> None:
    target, source, _ = TYPES["vendor"]
    records = make_records(of_type("vendor", {**source, "fallback": {"behaviour": behaviour}}, target))
    for text in (visible_text(records[FILE]), Page(records[PAGE]).text):
        assert f"Fallback (declared, not enforced): requests {phrase}" in text
    beside = ({"behaviour": behaviour}, f"; requests {phrase}"), ({}, ".")
    for more, ending in beside:
        fallback, whole = {"model": "helper", **more}, f"helper answers instead{ending}"
        records = make_records(of_type("vendor", {**source, "fallback": fallback}, target))
        for text in (visible_text(records[FILE]), Page(records[PAGE]).text):
            assert f"Fallback (declared, not enforced): {whole}" in text


@pytest.mark.parametrize("field", [*DOCUMENTATION])
def test_a_field_that_is_taken_away_is_a_gap_and_its_words_are_gone(field, make_records) -> None:
    found = documents()
    set_field(found, "Model", "scorer", f"governance/documentation/{field}", None)
    records = make_records(found)
    assert f"`governance.documentation.{field}`" in records[FILE]
    words = DOCUMENTATION[field] if isinstance(DOCUMENTATION[field], str) else DOCUMENTATION[field][0]
    assert words not in records[FILE] + records[PAGE]


@pytest.mark.parametrize("phrase", [DOCUMENTATION["plannedChanges"], None])
def test_planned_changes_are_reported_or_required_with_and_without_scheduled_training(phrase, make_records) -> None:
    found = documents()
    set_field(found, "Model", "scorer", "pipeline/retrain", None)
    set_field(found, "Model", "scorer", "governance/documentation/plannedChanges", phrase)
    records = make_records(found)
    for text in (visible_text(records[FILE]), Page(records[PAGE]).text):
        point = text.partition("2(f)")[2].partition("2(g)")[0]
        assert (DOCUMENTATION["plannedChanges"] in point, "Missing" in point) == (
            phrase is not None,
            phrase is None,
        )
        assert "no change" not in point


@pytest.mark.parametrize(
    ("classification", "is_made"),
    [
        ({"value": "high-risk"}, True),
        ({"value": "high-risk", "role": "provider"}, True),
        ({"value": "high-risk", "role": "deployer"}, False),
        ({"value": "minimal-risk"}, False),
        (None, False),
    ],
)
def test_it_is_made_for_providers_of_high_risk_systems_alone(classification, is_made, make_records) -> None:
    found = documents()
    set_field(found, "UseCase", "lending", "classification", {"eu-ai-act": classification} if classification else None)
    records = make_records(found)
    assert (FILE in records.names, PAGE in records.names) == (is_made, is_made)


def test_a_project_turns_it_off_or_keeps_it_to_a_tier(make_records) -> None:
    off = bank(emitters={"annex-iv": {"enabled": False}})
    assert FILE not in make_records(documents(), off).names
    for tier, is_made in (("high", True), ("critical", False)):
        kept = bank(emitters={"annex-iv": {"match": {"tiers": [tier]}}})
        assert (FILE in make_records(documents(), kept).names) is is_made


def test_both_pages_look_the_same() -> None:
    styles = {path.read_text("utf-8") for path in (shipped_folder("templates") / "records").rglob("style.html.j2")}
    assert len(styles) == 1

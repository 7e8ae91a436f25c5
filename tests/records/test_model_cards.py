"""Model cards: front matter that the hub's own library reads, text that says what specs say, and gaps where they say nothing."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData
from markdown_it import MarkdownIt

from compiler.spec.kinds.model import Lifecycle

from .conftest import bank, documents, set_field

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """What a browser would see of a page, and whether each tag is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.tables: list[list[list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag == "th":
            assert attributes["scope"] in {"row", "col"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def front(card: str) -> dict:
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", card, re.DOTALL)[1])


def test_the_library_of_the_hub_reads_the_front_matter_and_writes_the_same(full) -> None:
    card = ModelCard(full["MODEL_CARD.md"])
    again = ModelCardData(**front(full["MODEL_CARD.md"]))
    assert again.to_dict() == card.data.to_dict() == front(full["MODEL_CARD.md"])
    [found] = card.data.eval_results
    assert (found.task_type, found.dataset_name, found.metric_type, found.metric_value) == (
        "tabular-classification", "loans", "auc", 0.9,
    )  # fmt: skip


@pytest.mark.parametrize("invalid_card", ["task", "dataset", "metrics"])
def test_the_library_of_the_hub_refuses_results_that_lack_something(full, invalid_card) -> None:
    data = front(full["MODEL_CARD.md"])
    del data["model-index"][0]["results"][0][invalid_card]
    with pytest.raises(ValueError, match=r"model_index|model-index"):
        ModelCardData(**data)


def test_only_what_was_measured_on_the_whole_of_named_data_is_a_result(full, bare, make_records) -> None:
    assert [one["metrics"] for one in front(full["MODEL_CARD.md"])["model-index"][0]["results"]] == [
        [{"type": "auc", "value": 0.9}]
    ]
    assert "model-index" not in front(bare["MODEL_CARD.md"])
    found = documents()
    set_field(found, "Model", "scorer", "task", None)
    assert "model-index" not in front(make_records(found)["MODEL_CARD.md"])


@pytest.mark.parametrize(
    ("licence", "phrase"),
    [
        ("MIT", {"license": "mit"}),
        ("Apache-2.0", {"license": "apache-2.0"}),
        ("GPL-3.0-only", {"license": "other", "license_name": "GPL-3.0-only"}),
        ("LicenseRef-bank", {"license": "other", "license_name": "LicenseRef-bank"}),
        ("MIT OR Apache-2.0", {"license": "other", "license_name": "MIT OR Apache-2.0"}),
        (None, {}),
    ],
)
def test_a_licence_is_one_that_the_hub_knows_or_another_with_its_name(licence, phrase, make_records) -> None:
    found = documents()
    set_field(found, "Model", "scorer", "license", licence)
    data = front(make_records(found)["MODEL_CARD.md"])
    assert {key: data[key] for key in ("license", "license_name") if key in data} == phrase


def test_a_base_model_and_its_adapters_are_written_as_on_the_hub(make_records) -> None:
    source = {
        "baseModel": {"name": "a/base", "revision": "1", "license": "LicenseRef-own"}, "uri": "hf://a/base", "digest": "sha256:" + "2" * 64,
        "adapters": [{"name": "lora", "uri": "s3://a/lora/", "digest": "sha256:" + "3" * 64}],
    }  # fmt: skip
    data = front(make_records(of_type("llm", source))["MODEL_CARD.md"])
    assert (data["base_model"], data["base_model_relation"]) == ("a/base", "adapter")
    del source["adapters"]
    assert "base_model_relation" not in front(make_records(of_type("llm", source))["MODEL_CARD.md"])


def of_type(kind: str, source: dict, target: str = "kserve", **more) -> list[dict]:
    """The bank with its model of another type."""
    specs = documents()
    model = next(one for one in specs if one["name"] == "scorer")
    model.update(type=kind, version="1.0.0", source=source, environments={"prod": {}}, **more)
    for key in ("releases", "runtime", "uses", "interface", "approach"):
        model.pop(key, None)
    runs = {} if kind == "vendor" else {"resources": {"cpu": 1, "memory": "1Gi"}, "scaling": {"min": 1, "max": 1}}
    model["deploy"] = {"target": target, **runs}
    return specs


PROGRAM = {"image": "registry.example/x:1", "digest": "sha256:" + "4" * 64, "port": 80, "health": "/ready"}
TYPES = {
    "statistical": (
        "kserve",
        {
            "method": "scorecard", "format": "onnx", "uri": "s3://a/b/", "digest": "sha256:" + "5" * 64, "assumptions": ["Additive."],
            "estimationPeriod": {"from": "2018-01-01", "to": "2024-12-31"},
        },
        ["scorecard", "2018-01-01 to 2024-12-31", "Additive."],
    ),
    "heuristic": (
        "kubernetes",
        {
            **PROGRAM, "settingsEnv": "S", "timeLimit": "20ms", "fallback": {"behaviour": "refuse"},
            "parameters": [{"name": "amount", "value": 50, "unit": "EUR", "min": 0, "max": 60, "rationale": "The law says so."}],
        },
        ["50 EUR", "0 … 60", "The law says so.", "callers refuse", "20ms"],
    ),
    "optimization": (
        "kubernetes",
        {
            **PROGRAM, "settingsEnv": "S", "solver": "highs", "limits": {"time": "1m"},
            "objective": {"sense": "minimize", "summary": "Cash that lies about."}, "constraints": [{"name": "cap",
            "summary": "No more than fits."}],
        },
        ["highs", "minimize. Cash that lies about.", "No more than fits.", "time 1m"],
    ),
    "llm": (
        "kserve",
        {
            "baseModel": {"name": "a/base", "revision": "1", "license": "LicenseRef-own"}, "uri": "hf://a/base", "contextLength": 4096,
            "adapters": [{"name": "lora", "uri": "s3://a/lora/"}],
            "guardrails": {"input": [{"name": "no-orders", "summary": "Stops orders."}], "output": [{"name": "no-promises",
            "summary": "Stops promises."}]},
            "budget": {"inputTokens": 100}, "retrieval": {"index": "index", "topK": 4},
        },
        ["a/base", "LicenseRef-own", "4096", "lora", "Stops orders.", "Stops promises.", "inputTokens 100", "4 passages"],
    ),
    "agent": (
        "kubernetes",
        {
            **PROGRAM, "settingsEnv": "S", "limits": {"steps": 5},
            "tools": [{"name": "notes", "server": "https://203.0.113.7/mcp", "allow": ["find"], "sideEffects": "reversible",
            "approval": "always"}],
            "killSwitch": {"group": "on-call", "procedure": "They scale it to nothing."},
        },
        ["notes", "find", "reversible", "always", "steps 5", "They scale it to nothing."],
    ),
    "ensemble": (
        "kserve",
        {"router": "switch", "steps": [{"name": "first", "model": "helper", "when": {"field": "a", "op": "==", "value": "b"}}]},
        ["switch", "first", "a == b"],
    ),
    "vendor": (
        "kubernetes",
        {
            "provider": "Bureau Inc", "product": "Score", "version": "2026-02", "contract": {"id": "C-1", "expires": "2028-12-31"},
            "endpoint": {"host": "api.bureau.example"}, "egress": {"cidrs": ["203.0.113.0/25"]},
        },
        ["Bureau Inc", "Score, version 2026-02", "C-1, until 2028-12-31", "api.bureau.example"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "target", "source", "expected_phrases"), [(kind, *rest) for kind, rest in TYPES.items()], ids=TYPES
)
def test_each_type_tells_what_it_is_made_of(kind, target, source, expected_phrases, make_records) -> None:
    records = make_records(of_type(kind, source, target))
    page, text = Page(records["model-card.html"]), visible_text(records["MODEL_CARD.md"])
    for one in expected_phrases:
        assert one in page.text, one
        assert one in text, one


def test_what_no_server_of_a_language_model_receives_is_declared_and_not_enforced(make_records) -> None:
    prompt = {"name": "task", "file": "task.md"}
    source = {**TYPES["llm"][1], "prompts": [prompt]}
    records = make_records(of_type("llm", source, "kserve"), **{"models/task.md": "Be kind."})
    page, text = Page(records["model-card.html"]), visible_text(records["MODEL_CARD.md"])
    assert page.text.count("(declared, not enforced)") == 4, "retrieval, prompt, budget, guardrails"
    assert text.count("(declared, not enforced)") == 4


def visible_text(markdown: str) -> str:
    """What a reader sees of Markdown."""
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    shown = re.sub(r"<!--.*?-->", "", MarkdownIt("commonmark").enable("table").render(body), flags=re.DOTALL)
    page = HTMLParser()
    found: list[str] = []
    page.handle_data = found.append
    page.feed(shown)
    page.close()
    return "".join(found)


EXPECTED_PHRASES = [
    "Scores loans.", "Loans to people.", "Whether a loan is granted.", "Lending", "applicants", "Officers", "Loans to firms", "Stability",
    "Not above 80000", "Speed for detail", "Halved by hand", "A person decides afresh.", "high", "It decides.", "Wrong refusal",
    "A second look.",
    "mitigated", "the young", "Speed.", "Refusals.", "Weights.", "conditional, by risk on 2026-08-20", "conceptual soundness",
    "the next is due on 2027-08-20", "180d", "2026-09-01", "A notice is shown.", "It is marked.", "Text of development.",
    "Text of metricsRationale.",
    "dev-1 / models", "2.0.0 with 10%", "helper", "Helps.", "3.1.0", "amount", "FP64", "any × 3", "0.9", "young", ">= 0.7",
    "Loans.", "Biased so.",
    "restricted", "99.5%", "99.9%", "250ms", "99% under 250ms", "dataDrift", "psi", "no series declared", "Risk Team",
    "risk-primary", "#risk", "risk@bank.example", "2026-08-01", "dev, prod (canary)", "Paper", "eu-ai-act", "high-risk",
    "Annex III point 5(b)",
    "provider", "Creditworthiness.", "It moves in spring.", "RISK-7", "2099-01-01",
]  # fmt: skip


@pytest.fixture(scope="module")
def visible_texts(full) -> tuple[str, str]:
    """What a reader sees of either card."""
    return visible_text(full["MODEL_CARD.md"]), Page(full["model-card.html"]).text


@pytest.mark.parametrize("phrase", EXPECTED_PHRASES)
def test_what_a_spec_says_stands_in_both_cards(phrase, visible_texts) -> None:
    assert all(phrase in card for card in visible_texts)


def test_the_page_ends_what_it_begins_and_its_headings_skip_no_level(full, bare) -> None:
    for records in (full, bare):
        page = Page(records["model-card.html"])
        assert page.open == []
        assert page.headings[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(page.headings))
        assert len(page.ids) == len(set(page.ids))


def test_the_page_needs_nothing_else(full) -> None:
    page = full["model-card.html"]
    assert not re.search(r"<(?:script|img|iframe|link|object|embed)\b|@import|url\(", page)
    assert set(Page(page).links) == {
        "https://a.example/paper", "https://a.example/use", "https://a.example/report", "mailto:risk@bank.example",
    }  # fmt: skip


GAPS = {
    "governance.intendedUse", "governance.users", "governance.outOfScope", "governance.limitations", "governance.humanOversight",
    "governance.risk.tier", "governance.fairness", "approach", "task", "license", "data.training", "data.evaluation",
    "releases.1.0.0.evaluations", "releases.2.0.0.evaluations", "sla.availability", "contacts.email", "contacts.onCall",
}  # fmt: skip


def test_a_missing_field_is_a_gap_in_its_section_with_its_owner(bare) -> None:
    gaps = re.findall(
        r"\*Missing:\* (.*?)\. \*\*(.*?)\*\* must set `(.*?)` in (.*?) \(`(.*?)`\)", bare["MODEL_CARD.md"]
    )
    fields = {field for _, _, field, _, _ in gaps}
    assert GAPS - {"license", "task", "approach", "governance.risk.tier"} <= fields
    assert {(owner, path) for _, owner, _, _, path in gaps} == {("risk", "models/all.yaml")}
    assert bare["model-card.html"].count('class="gap"') == len(gaps)


def test_a_card_that_lacks_nothing_shows_no_gap(full, make_records) -> None:
    project_documents = documents()
    set_field(
        project_documents,
        "Model",
        "scorer",
        "releases/2~0~0/evaluations",
        [{"metric": "auc", "value": 0.91, "dataset": "loans"}],
    )
    set_field(project_documents, "Model", "scorer", "governance/risk/risks/1/mitigation", "A third look.")
    whole = make_records(project_documents)
    assert "Missing" not in whole["MODEL_CARD.md"]
    assert 'class="gap"' not in whole["model-card.html"]
    assert "2 of 24 required fields" in full["MODEL_CARD.md"]


@pytest.mark.parametrize("lifecycle", Lifecycle.__args__)
def test_a_model_has_a_card_wherever_it_is_in_its_life(lifecycle, make_records) -> None:
    specs = documents()
    set_field(specs, "Model", "scorer", "lifecycle", lifecycle)
    if lifecycle not in {"pilot", "production", "deprecated"}:
        set_field(specs, "Model", "scorer", "environments", None)
    if lifecycle == "retired":
        set_field(specs, "Model", "scorer", "retirement", {"date": "2026-12-31", "successor": "helper"})
    records = make_records(specs)
    assert lifecycle in Page(records["model-card.html"]).text
    assert ("The model runs in no environment." in records["MODEL_CARD.md"]) is (
        lifecycle not in {"pilot", "production", "deprecated"}
    )


def test_the_page_can_be_left_out(make_records) -> None:
    records = make_records(documents(), bank(emitters={"model-cards": {"options": {"page": False}}}))
    assert "model-card.html" not in records.names
    assert "MODEL_CARD.md" in records.names

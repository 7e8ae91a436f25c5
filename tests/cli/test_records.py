"""`modelyard records status`: what is missing, who says it and where, in each format, and when that fails a job."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample portfolio, and the current folder."""
    shutil.copytree(ROOT / "models", tmp_path / "models")
    shutil.copyfile(ROOT / "modelyard.yaml", tmp_path / "modelyard.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_text_tells_the_line_the_field_and_who_says_it(bank, run_command) -> None:
    result = run_command("records", "status", "default-risk")
    path = "models/lending/default-risk.yaml"
    line = (bank / path).read_text("utf-8").splitlines().index("  documentation:") + 1
    gaps = [re.split(r"  +", row.strip()) for row in result.out.splitlines() if row.startswith("  ")]
    missing_field = [
        "governance.documentation.declarationOfConformity",
        "EU declaration of conformity",
        "lending-decisions",
    ]
    assert result.code == 0
    assert [f"{path}:{line}:3", *missing_field, "Annex IV(8), Article 47"] in gaps
    assert result.out.splitlines()[-2] == "responsible: data-platform 1, lending-decisions 1"
    assert "annex-iv (eu-ai-act) 2 of " in result.out.splitlines()[-1]


def test_every_format_tells_the_same(bank, run_command) -> None:
    data = json.loads(run_command("records", "status", "--format", "json").out)
    gaps = [
        (model["name"], gap["field"], gap["path"], gap["line"])
        for model in data["models"]
        for gap in model["missingFields"]
    ]
    assert data["version"] == 1
    assert data["summary"]["models"] == 20
    fields = {(gap["kind"], gap["name"], gap["field"]) for model in data["models"] for gap in model["missingFields"]}
    assert data["summary"]["missing"] == len(fields)
    assert sum(data["summary"]["byOwner"].values()) == data["summary"]["missing"]
    rows = list(csv.DictReader(io.StringIO(run_command("records", "status", "--format", "csv").out)))
    assert [(row["model"], row["field"], row["path"], int(row["line"])) for row in rows] == gaps
    tokens = MarkdownIt().enable("table").parse(run_command("records", "status", "--format", "markdown").out)
    assert sum(token.type == "tr_open" for token in tokens) == len(gaps) + sum(
        bool(model["missingFields"]) for model in data["models"]
    )
    text = run_command("records", "status").out
    assert all(f"{path}:{line}:" in text for _, _, path, line in gaps)


def test_a_regime_a_team_and_models_narrow_it(bank, run_command) -> None:
    data = json.loads(run_command("records", "status", "--regime", "eu-ai-act", "--format", "json").out)
    assert {record["id"] for model in data["models"] for record in model["records"]} == {"annex-iv"}
    data = json.loads(run_command("records", "status", "--owner", "data-platform", "--format", "json").out)
    assert {gap["owner"] for model in data["models"] for gap in model["missingFields"]} == {"data-platform"}
    assert all(record["total"] for model in data["models"] for record in model["records"]), (
        "what asks nothing of it is left out"
    )
    data = json.loads(run_command("records", "status", "card-fraud", "device-score", "--format", "json").out)
    assert [model["name"] for model in data["models"]] == ["card-fraud", "device-score"]


def test_missing_fields_fail_the_command_only_with_strict(bank, run_command) -> None:
    assert run_command("records", "status").code == 0
    assert run_command("records", "status", "--strict").code == 1
    assert run_command("records", "status", "default-risk", "--regime", "sr-26-2", "--strict").code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("card-froud",), "did you mean `card-fraud`?"),
        (("--regime", "eu-ai-akt"), "did you mean `eu-ai-act`?"),
        (("--owner", "data-platfrom"), "did you mean `data-platform`?"),
    ],
)
def test_a_name_that_is_none_is_wrong_usage(bank, run_command, words, says) -> None:
    result = run_command("records", "status", *words)
    assert result.code == 2
    assert says in result.err


def test_a_model_with_errors_is_reported_and_the_others_are_listed(bank, run_command) -> None:
    spec = bank / "models/payments/card-fraud.yaml"
    spec.write_text(spec.read_text("utf-8").replace("sla: {availability", "sla: {availabilty"), encoding="utf-8")
    result = run_command("records", "status")
    assert result.code == 1
    assert "MY101" in result.err
    assert "device-score (payments-risk)" in result.out
    assert "card-fraud (payments-risk)" not in result.out


def test_it_is_written_to_a_file(bank, run_command) -> None:
    assert run_command("records", "status", "--format", "csv", "-o", "out/missing.csv").out == ""
    assert (bank / "out/missing.csv").read_text("utf-8").startswith("model,owner,lifecycle,tier,")


def test_titles_of_strangers_steer_no_terminal_and_open_no_table(project, run_command) -> None:
    folder = project / "templates/records/odd"
    folder.mkdir(parents=True)
    facts = 'fields: [{id: a, title: "\\u202e| <b> =1+1 @you", field: model.task, citation: "=cmd()"}]'
    files = 'files: [{path: "a/{{ name }}", template: a.txt.j2, scope: model}]'
    (folder / "emitter.yaml").write_text(f"id: odd\ntitle: Odd\n{facts}\n{files}\n", encoding="utf-8")
    (folder / "a.txt.j2").write_text("{{ name }}\n", encoding="utf-8")
    text, markdown, table = (
        run_command("records", "status", "--format", format_).out for format_ in ("text", "markdown", "csv")
    )
    assert "\u202e" not in text + markdown + table
    cells = [token for token in MarkdownIt().enable("table").parse(markdown) if token.type == "tr_open"]
    assert len(cells) == markdown.count("\n|") - markdown.count("\n| --- |"), "each line is a row"
    assert "<b>" not in markdown
    assert "'=cmd()" in table

"""`inventory` lists models, shows one, and says what lapses; data on stdout, everything else on stderr."""

import csv
import io
import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from compiler.foundation import resources

HEAD = "apiVersion: modelyard/v1\n"
MODELS = f"""{HEAD}kind: Model
name: refunds
type: ml
owner: risk
summary: Says who gets money back.
lifecycle: proposed
useCase: refunding
governance:
  risk: {{tier: high}}
  review: {{interval: 30d, last: "2026-10-01"}}
  evidence: [{{control: "EU-AI-Act:Art.9", uri: "https://shop.example/e", validUntil: "2026-12-05"}}]
---
{HEAD}kind: Model
name: a-name-that-is-as-long-as-names-of-models-may-be-in-this-language
type: knowledge-graph
owner: a-team-with-a-name-that-is-rather-long
summary: "\\e[31mred\\e[0m"
lifecycle: proposed
---
{HEAD}kind: Team
name: a-team-with-a-name-that-is-rather-long
---
{HEAD}kind: UseCase
name: refunding
summary: Whether money is given back.
owner: risk
classification: {{eu-ai-act: {{value: high-risk}}}}
"""
LONG = "a-name-that-is-as-long-as-names-of-models-may-be-in-this-language"


@pytest.fixture
def shop(project: Path) -> Path:
    """The small project with models that are proposed."""
    (project / "models" / "more.yaml").write_text(MODELS.replace(LONG, LONG[:63]), encoding="utf-8")
    return project


def test_it_lists_every_model_within_a_hundred_columns(shop, run_command) -> None:
    result = run_command("inventory")
    assert result.code == 0
    head, *lines = result.out.splitlines()
    assert re.split(r"  +", head) == ["model", "type", "owner", "lifecycle", "tier", "environment", "next review"]
    assert [line.split()[0] for line in lines] == ["a-name-that-is-as-long-as-nam…", "refunds", "scorer"]
    assert max(map(len, [head, *lines])) <= 100
    assert "2026-10-31" in result.out, "no day is cut"
    assert result.err == "3 models\n"


def test_a_short_table_fits_and_cuts_nothing_that_has_room(shop, run_command) -> None:
    lines = run_command("inventory", "--owner", "risk").out.splitlines()
    assert max(map(len, lines)) <= 100
    assert "…" not in "".join(lines)
    assert lines[1].split() == ["refunds", "ml", "risk", "proposed", "high", "2026-10-31"]


def test_wide_cuts_nothing(shop, run_command) -> None:
    result = run_command("inventory", "--wide").out
    assert "a-team-with-a-name-that-is-rather-long" in result
    assert "eu-ai-act: high-risk" in result
    assert "…" not in result


def test_colours_are_for_terminals(shop, run_command) -> None:
    for words in (
        ["inventory", "--as-of", "2027-01-01"],
        ["inventory", "refunds"],
        ["inventory", "due", "--as-of", "2027-01-01"],
    ):
        assert "\x1b" not in run_command(*words).out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--owner", "risk"], ["refunds", "scorer"]),
        (["--owner", "risk", "--lifecycle", "proposed"], ["refunds"]),
        (["--type", "ml", "--type", "knowledge-graph"], [LONG[:63], "refunds"]),
        (["--tier", "high"], ["refunds"]),
        (["--regime", "eu-ai-act"], ["refunds"]),
        (["--regime", "eu-ai-act=high-risk"], ["refunds"]),
        (["--env", "dev"], ["scorer"]),
        (["--due-before", "2026-10-31"], []),
        (["--due-before", "2026-11-01"], ["refunds"]),
        (["--sort", "-model"], ["scorer", "refunds", LONG[:63]]),
        (["--sort", "tier"], ["refunds", LONG[:63], "scorer"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_filters_and_order(words, expected, shop, run_command) -> None:
    result = run_command("inventory", "--format", "json", *words)
    assert [row["name"] for row in json.loads(result.out)["models"]] == expected
    assert result.code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--owner", "riks"], "there is no Team `riks`\n  help: did you mean `risk`?"),
        (["--tier", "hihg"], "there is no tier `hihg`\n  help: did you mean `high`?"),
        (["--type", "mll"], "did you mean `ml`?"),
        (["--lifecycle", "propsed"], "did you mean `proposed`?"),
        (["--regime", "eu-aiact=high-risk"], "did you mean `eu-ai-act`?"),
        (["--env", "dve"], "did you mean `dev`?"),
        (["--columns", "modle"], "did you mean `model`?"),
        (["--sort", "-modle"], "did you mean `model`?"),
        (["refund"], "there is no model `refund`\n  help: did you mean `refunds`?"),
        (["du"], "did you mean `due`?"),
        (["due", "--within", "3 months"], "`3 months` is not a span of time\n  help: use days, weeks"),
        (["due", "--within", "soon"], "is not a span of time"),
        (["--due-before", "tomorrow"], "expected a date such as 2027-01-31 (year, month, day), found `tomorrow`"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_misspelt_word_is_no_empty_answer(words, message, shop, run_command) -> None:
    result = run_command("inventory", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_an_empty_answer_says_so(shop, run_command) -> None:
    result = run_command("inventory", "--tier", "critical")
    assert (result.code, result.out, result.err) == (0, "", "none of 3 models matches the filters\n")
    result = run_command("inventory", "--tier", "critical", "--format", "json")
    assert json.loads(result.out)["models"] == []
    assert run_command("inventory", "due", "--as-of", "2026-01-01").err.startswith(
        "0 overdue, 0 due within 30d of 2026-01-01"
    )


def test_json_is_as_published_and_csv_has_every_column(shop, run_command) -> None:
    data = json.loads(run_command("inventory", "--format", "json").out)
    schema = json.loads(resources.read_shipped_text("outputs/inventory.schema.json"))
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(data)
    rows = list(csv.DictReader(io.StringIO(run_command("inventory", "--format", "csv").out)))
    assert [row["model"] for row in rows] == [row["name"] for row in data["models"]]
    result = run_command("inventory", "--format", "csv", "--columns", "tier, model").out
    assert result == f"tier,model\n,{LONG[:63]}\nhigh,refunds\n,scorer\n"


def test_what_is_written_to_a_file_is_not_on_stdout(shop, run_command) -> None:
    result = run_command("inventory", "--format", "csv", "-o", "out/models.csv")
    assert result.out == ""
    assert Path("out/models.csv").read_text(encoding="utf-8").startswith("model,type,")


def test_columns_are_listed(shop, run_command) -> None:
    result = run_command("inventory", "--columns", "help").out
    assert "review             next review\n" in result


def test_one_model_is_shown_in_full(shop, run_command) -> None:
    result = run_command("inventory", "refunds")
    for line in (
        "refunds  ml, proposed, high risk", "  owner           risk", "  use case        refunding: Whether money is given back.",
        "  classification  eu-ai-act: high-risk", "  runs in         no environment",
        "  review          every 30d, last 2026-10-01, next 2026-10-31",
        "  evidence        EU-AI-Act:Art.9: https://shop.example/e, until 2026-12-05", "  spec            models/more.yaml:1",
    ):  # fmt: skip
        assert any(one.startswith(line) for one in result.out.splitlines()), line
    assert "overdue" not in run_command("inventory", "refunds", "--as-of", "2026-10-31").out
    assert "overdue: review 2026-10-31" in run_command("inventory", "refunds", "--as-of", "2026-11-01").out
    digests = json.loads(run_command("inventory", "scorer", "--format", "json").out)["models"][0]["environments"][0]
    shown = run_command("inventory", "scorer").out
    assert digests["runtimeDigest"] in shown
    assert digests["governanceDigest"] in shown


def test_no_text_steers_a_terminal(shop, run_command) -> None:
    for words in (["--wide", "--columns", "model,summary"], [LONG[:63]]):
        result = run_command("inventory", *words).out
        assert "\x1b" not in result
        assert "\\u001b[31mred" in result


def test_due_tells_what_lapses_and_when(shop, run_command) -> None:
    result = run_command("inventory", "due", "--as-of", "2026-11-20")
    assert result.code == 0
    assert result.out.splitlines() == [
        "2026-10-31  20 days ago  Review of refunds                        risk",
        "                         --> models/more.yaml:11:33",
        "2026-12-05  in 15 days   Evidence for EU-AI-Act:Art.9 of refunds  risk",
        "                         --> models/more.yaml:12:86",
    ]
    assert result.err.startswith("1 overdue, 1 due within 30d of 2026-11-20")


@pytest.mark.parametrize(("as_of", "code"), [("2026-10-31", 0), ("2026-11-01", 1)])
def test_strict_fails_once_something_has_lapsed(as_of, code, shop, run_command) -> None:
    assert run_command("inventory", "due", "--as-of", as_of).code == 0
    assert run_command("inventory", "due", "--strict", "--as-of", as_of).code == code


def test_due_is_json_as_published_markdown_and_csv(shop, run_command) -> None:
    data = json.loads(
        run_command("inventory", "due", "--as-of", "2026-11-20", "--within", "2w", "--format", "json").out
    )
    schema = json.loads(resources.read_shipped_text("outputs/due.schema.json"))
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(data)
    assert (data["asOf"], data["until"], [one["state"] for one in data["items"]]) == (
        "2026-11-20",
        "2026-12-04",
        ["overdue"],
    )
    markdown = run_command("inventory", "due", "--as-of", "2026-11-20", "--format", "markdown").out
    assert "| 2026-10-31 | overdue | Review of refunds | risk | `models/more.yaml:11` |" in markdown
    assert run_command("inventory", "due", "--as-of", "2026-01-01", "--format", "markdown").out == "Nothing is due.\n"
    rows = list(
        csv.DictReader(io.StringIO(run_command("inventory", "due", "--as-of", "2026-11-20", "--format", "csv").out))
    )
    assert [row["title"] for row in rows] == [
        "Review of refunds: 2026-10-31",
        "Evidence for EU-AI-Act:Art.9 of refunds: 2026-12-05",
    ]
    assert rows[0]["key"] == data["items"][0]["key"]


def test_reviews_without_a_day_are_counted_or_listed(shop, run_command) -> None:
    text = (shop / "models" / "more.yaml").read_text(encoding="utf-8")
    (shop / "models" / "more.yaml").write_text(text.replace(', last: "2026-10-01"', ""), encoding="utf-8")
    result = run_command("inventory", "due")
    assert "1 review without a last date: add --undated to list them" in result.err
    assert "no date" in run_command("inventory", "due", "--undated").out


def test_what_does_not_hold_together_is_reported_and_fails(shop, run_command) -> None:
    spec = shop / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("owner: risk", "onwer: risk"), encoding="utf-8")
    for words in (["inventory"], ["inventory", "due"], ["graph"]):
        result = run_command(*words)
        assert result.code == 1
        assert "skipped because of errors: Model scorer\nrun `modelyard check` to see the errors\n" in result.err
    result = run_command("inventory", "scorer")
    assert (result.code, result.err) == (
        2,
        "error: the model `scorer` has errors\n  help: run `modelyard check` to see them\n",
    )
    data = json.loads(run_command("inventory", "--format", "json").out)
    assert data["excluded"] == [{"kind": "Model", "name": "scorer"}]


def test_options_before_the_subcommand_apply_or_are_refused(shop, run_command) -> None:
    assert [
        row["name"] for row in json.loads(run_command("inventory", "--format", "json", "refunds").out)["models"]
    ] == ["refunds"]
    result = run_command("inventory", "--as-of", "2026-11-20", "-o", "due.json", "--format", "json", "due")
    assert (result.out, json.loads(Path("due.json").read_text(encoding="utf-8"))["asOf"]) == ("", "2026-11-20")
    for words in (["--owner", "risk", "due"], ["--wide", "refunds"], ["--sort", "tier", "refunds"]):
        result = run_command("inventory", *words)
        assert (result.code, result.out) == (2, "")
        assert f"{words[0]} applies to the list of models, not to `{words[-1]}`" in result.err


def test_rev_reads_the_inventory_of_a_revision(shop, git, run_command) -> None:
    (shop / "models" / "more.yaml").unlink()
    assert run_command("inventory").err == "1 model\n"
    assert run_command("inventory", "--rev", "first").err == "3 models\n"


def test_help_says_that_a_model_or_due_may_follow(shop, run_command) -> None:
    result = run_command("inventory", "--help").out
    assert "Usage: modelyard inventory [OPTIONS] [MODEL | due …]" in result
    assert "--within" in run_command("inventory", "due", "--help").out

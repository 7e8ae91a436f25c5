"""`audit` shows each control with the models that it binds, their state and their evidence; a page for a browser, too."""

import json
import re
import subprocess
from pathlib import Path

import pytest

HEAD = "apiVersion: modelyard/v1\n"


def policy(name: str, type_: str, control: str, refused: str = "x") -> str:
    return f"""apiVersion: modelyard/v1
kind: Policy
name: {name}
title: Each model has a useful summary
match: {{types: [{type_}]}}
rules:
  - {{expression: "model.summary != '{refused}'", message: the summary says nothing}}
remedy: write a sentence
{control}
examples:
  good: [{{model: {{summary: fine}}}}]
  bad: [{{model: {{summary: {refused}}}, path: summary}}]
"""


POLICIES = "---\n".join(
    (
        policy("owners-answer", "rules", 'controls: ["SHOP:C1"]'),
        policy("for-agents", "agent", 'controls: ["SHOP:C2"]'),
        policy("no-control", "rules", "", refused="none at all"),
    )
)
CATALOGUE = """framework: SHOP
title: The shop's <own> rules
version: "1"
source: {title: x, url: "https://shop.example/rules"}
controls: {C1: Summaries, C2: Agents, C3: Evidence only}
"""
EVIDENCE = '{control: "SHOP:C3", uri: "https://shop.example/e", date: "2026-11-01", validUntil: "2026-11-30"}'
WAIVER = """apiVersion: modelyard/v1
kind: Waiver
name: until-spring
policies: [owners-answer]
models: {names: [scorer]}
reason: It is being rewritten.
ticket: SHOP-1
approvedBy: [{team: risk, role: model-risk}]
validFrom: "2026-11-01"
expires: "2026-12-31"
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """The small project with a catalogue of controls and policies for them."""
    (project / "schemas" / "policies").mkdir(parents=True)
    (project / "schemas" / "controls").mkdir()
    (project / "schemas" / "policies" / "shop.yaml").write_text(POLICIES, encoding="utf-8")
    (project / "schemas" / "controls" / "SHOP.yaml").write_text(CATALOGUE, encoding="utf-8")
    settings = project / "modelyard.yaml"
    policies = "policies: [owners-answer, for-agents, no-control]\n"
    settings.write_text(settings.read_text(encoding="utf-8") + policies, encoding="utf-8")
    teams = project / "models" / "teams.yaml"
    teams.write_text(teams.read_text(encoding="utf-8").rstrip() + "\napprovalRoles: [model-risk]\n", encoding="utf-8")
    return project


def edit_model(shop: Path, old: str = "", new: str = "", addition: str = "") -> None:
    spec = shop / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace(old, new) + addition, encoding="utf-8")


def audit(run_command, *words: str) -> dict:
    result = run_command("audit", "--format", "json", "--as-of", "2026-12-01", *words)
    assert result.code == 0, result.err
    return json.loads(result.out)


def states(data: dict) -> dict[str, list[str]]:
    controls = [control for framework in data["frameworks"] for control in framework["controls"]]
    return {control["id"]: [model["state"] for model in control["models"]] for control in controls}


def test_a_control_binds_the_models_that_its_policies_apply_to(shop, run_command) -> None:
    data = audit(run_command)
    assert states(data) == {"SHOP:C1": ["pass"], "no-control": ["pass"]}
    [shop_rules, _] = data["frameworks"]
    assert [control["id"] for control in shop_rules["controlsWithoutPolicy"]] == ["SHOP:C2", "SHOP:C3"]
    assert data["complete"] is True


def test_a_violation_makes_the_control_fail_at_its_line(shop, run_command) -> None:
    edit_model(shop, "Scores applications.", "x")
    data = audit(run_command)
    assert states(data)["SHOP:C1"] == ["fail"]
    [policy] = data["frameworks"][0]["controls"][0]["models"][0]["policies"]
    assert (policy["policy"], policy["findings"][0]["path"], policy["findings"][0]["line"]) == (
        "owners-answer", "models/scorer.yaml", 8,
    )  # fmt: skip
    text = run_command("audit", "--as-of", "2026-12-01")
    assert text.code == 0
    assert "  SHOP:C1 Summaries: 1 fail\n    fail           scorer in dev, prod (risk)\n" in text.out
    assert text.out.endswith("2 controls, 1 model: 1 control fails in 1 model\n")


def test_a_waiver_is_shown_with_its_reason(shop, run_command) -> None:
    edit_model(shop, "Scores applications.", "x")
    (shop / "models" / "waiver.yaml").write_text(WAIVER, encoding="utf-8")
    assert states(audit(run_command))["SHOP:C1"] == ["waived"]
    assert "It is being rewritten. (SHOP-1, until 2026-12-31)" in run_command("audit", "--as-of", "2026-12-01").out
    assert states(audit(run_command, "--as-of", "2027-01-01"))["SHOP:C1"] == ["fail"], "the waiver has expired"


def test_evidence_alone_is_no_evaluation_and_expires(shop, run_command) -> None:
    edit_model(shop, addition=f"governance: {{evidence: [{EVIDENCE}]}}\n")
    data = audit(run_command)
    assert states(data)["SHOP:C3"] == ["not-evaluated"]
    [entry] = data["frameworks"][0]["controls"][-1]["models"][0]["evidence"]
    assert entry == {"uri": "https://shop.example/e", "date": "2026-11-01", "validUntil": "2026-11-30", "expired": True}
    assert "evidence of 2026-11-01, expired on 2026-11-30: https://shop.example/e" in run_command("audit").out


def test_models_and_controls_can_be_selected(shop, run_command) -> None:
    assert states(audit(run_command, "scorer", "--control", "SHOP")) == {"SHOP:C1": ["pass"]}
    assert "scorer in dev, prod" in run_command("audit", "scorer").out, (
        "a model that is named is listed, though it passes"
    )
    unknown = run_command("audit", "--control", "SHOP:C9")
    assert unknown.code == 2
    assert "no policy that applies to a model, and no evidence, names `SHOP:C9`" in unknown.err


def test_an_invalid_spec_makes_the_audit_incomplete(shop, run_command) -> None:
    edit_model(shop, "owner: risk", "owner: riks")
    result = run_command("audit", "--format", "json")
    assert (result.code, json.loads(result.out)["complete"]) == (0, False)
    assert "the audit is incomplete" in result.err


def test_the_page_escapes_each_value_and_refers_to_nothing(shop, run_command) -> None:
    edit_model(shop, "Scores applications.", "x")
    page = run_command("audit", "--format", "html", "--as-of", "2026-12-01").out
    assert "The shop&#39;s &lt;own&gt; rules" in page
    assert '<td class="state fail">fail</td>' in page
    assert not re.search(r"<script|<link|<img|src=|url\(", page)


@pytest.mark.slow
def test_a_browser_shows_the_page_at_three_widths_without_scrolling_sideways(
    shop, run_command, program, tmp_path
) -> None:
    chromium = program("chromium", "apt-get install chromium")
    edit_model(shop, "Scores applications.", "x" * 300, f"governance: {{evidence: [{EVIDENCE}]}}\n")
    page, frames = tmp_path / "page.html", tmp_path / "frames.html"
    page.write_text(run_command("audit", "--format", "html", "--as-of", "2026-12-01").out, encoding="utf-8")
    widths = (390, 800, 1400)
    frames.write_text(
        "".join(f'<iframe src="page.html" width="{width}" height="900"></iframe>' for width in widths)
        + "<pre id='r'></pre><script>onload = () => { document.getElementById('r').textContent = "
        "[...document.querySelectorAll('iframe')].map(f => f.contentDocument.documentElement.scrollWidth).join(' '); }"
        "</script>",
        encoding="utf-8",
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom"]
    result = subprocess.run(
        [chromium, *flags, f"--user-data-dir={tmp_path / 'profile'}", frames.as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    seen = re.search(r"<pre id=.r.>(.*?)</pre>", result)
    assert seen is not None
    assert all(int(scrolled) <= width for scrolled, width in zip(seen[1].split(), widths, strict=True))

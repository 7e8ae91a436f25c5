"""`policy` lists, shows and tests policies, and says what a change of them does; `check` knows days, changes and baselines."""

import json
import os
import subprocess
from pathlib import Path

import pytest

POLICY = """apiVersion: modelyard/v1
kind: Policy
name: well-promised
title: What is promised is much
severity: high
remedy: promise more
rules:
  - {expression: "has(model.sla.availability) && quantities.sla.availability >= 0.999", path: sla, message: it promises little}
examples:
  good: [{model: {sla: {availability: 99.9%}}}]
  bad: [{model: {sla: {availability: 99%}}, path: sla, message: it promises little}]
"""


def bind(project: Path, names: str, **replacements: str) -> None:
    file = project / "modelyard.yaml"
    text = file.read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("policies:"))
    file.write_text(f"{text}\npolicies: [{names}]\n", encoding="utf-8")
    policy = POLICY
    for old, new in replacements.items():
        policy = policy.replace(old, new)
    (project / "models" / "policy.yaml").write_text(policy, encoding="utf-8")


def git(folder: Path, *words: str, day: str = "2026-11-01") -> None:
    moment = f"{day}T12:00:00+0000"
    names = {f"GIT_{who}_{what}": "me@shop.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env={**os.environ, **names, **dates})


@pytest.fixture
def project_repository(project) -> Path:
    """The project with a commit of November, before anybody bound a policy."""
    git(project, "init", "--quiet")
    git(project, "add", "-A")
    git(project, "commit", "--quiet", "-m", "first")
    return project


def test_list_names_every_policy_and_who_is_bound(project, run_command) -> None:
    bind(project, "well-promised")
    result = run_command("policy", "list")
    assert "● well-promised" in result.out
    assert "  baseline/owner-has-contacts" in result.out
    listed = json.loads(run_command("policy", "list", "--format", "json").out)["policies"]
    assert [one["id"] for one in listed if one["bindsEverywhere"]] == ["well-promised"]


def test_show_prints_a_policy_and_what_a_pack_holds(project, run_command) -> None:
    bind(project, "well-promised")
    assert run_command("policy", "show", "well-promised").out == POLICY
    assert "baseline/owner-has-contacts: " in run_command("policy", "show", "baseline").out
    result = run_command("policy", "show", "well-promise")
    assert (result.code, result.out) == (2, "")
    assert "did you mean `well-promised`?" in result.err


def test_sources_name_the_documents_behind_statements(project, run_command) -> None:
    bind(project, "well-promised")
    text = run_command("policy", "sources", "gdpr/impact-assessment-is-filed").out
    assert text == (
        "gdpr/impact-assessment-is-filed (in force from 2018-05-25): A data protection impact assessment is filed where "
        "decisions rest on profiling\n"
        "    Regulation (EU) 2016/679, Article 35(1) and (3)(a)\n"
        "      https://eur-lex.europa.eu/eli/reg/2016/679/oj\n"
        "      2016-04-27\n"
    )
    statements = json.loads(run_command("policy", "sources", "--format", "json").out)["statements"]
    assert {one["id"].split("/")[0] for one in statements} >= {"eu-ai-act", "us-federal", "nyc-ll144", "dora", "credit"}
    assert "well-promised" not in {one["id"] for one in statements}
    [omnibus] = [one for one in statements if one["id"] == "eu-ai-act/no-intimate-content-without-consent"]
    assert omnibus["sources"][0]["url"] is None
    assert "were not verified" in omnibus["sources"][0]["title"]


LAWS = ("eu-ai-act", "us-federal", "nyc-ll144", "dora", "gdpr", "credit", "pra-ss1-23")


def test_each_statement_of_a_law_has_a_source_and_says_why_it_is_enforced_so(project, run_command) -> None:
    statements = json.loads(run_command("policy", "sources", *LAWS, "--format", "json").out)["statements"]
    listed = json.loads(run_command("policy", "list", "--format", "json").out)["policies"]
    assert {one["id"] for one in statements} == {one["id"] for one in listed if one["id"].split("/")[0] in LAWS}
    assert [
        one["id"] for one in statements if "mandatory" not in one["reason"] and "advisory" not in one["reason"]
    ] == []


def test_test_runs_examples(project, run_command) -> None:
    bind(project, "well-promised")
    result = run_command("policy", "test", "-v")
    assert result.code == 0
    assert "models/policy.yaml:11:23 sla: it promises little" in result.out
    assert "1 policy, 2 examples; bad examples violate 1 of 1 rules; 1 of 2 parts" in result.err
    assert "no example makes `has(model.sla.availability)` false" in result.out
    bind(project, "well-promised", **{"availability: 99%}": "availability: 99.95%}"})
    result = run_command("policy", "test")
    assert result.code == 1
    assert "a bad example violates no rule" in result.out


def test_explain_tells_how_a_policy_is_waived(project, run_command) -> None:
    bind(project, "well-promised")
    result = run_command("explain", "well-promised")
    assert result.out.startswith("well-promised (high, mandatory)\n\nWhat is promised is much\n")
    assert "  policies: [well-promised]\n" in result.out


def test_check_fails_on_what_is_mandatory(project, run_command) -> None:
    bind(project, "well-promised")
    result = run_command("check")
    assert result.code == 1
    assert "error[well-promised]" in result.out
    bind(project, "well-promised", **{"severity: high": "severity: high\nenforcement: advisory"})
    assert run_command("check").code == 0


def test_check_is_of_a_day(project, run_command) -> None:
    bind(project, "well-promised", **{"severity: high": 'severity: high\nmandatoryFrom: "2027-01-01"'})
    assert run_command("check", "--as-of", "2026-12-31").code == 0
    assert run_command("check", "--as-of", "2027-01-01").code == 1
    result = run_command("check", "--as-of", "tomorrow")
    assert result.code == 2


def test_a_day_does_not_fail_a_change_of_something_else(project_repository, run_command) -> None:
    bind(project_repository, "well-promised", **{"severity: high": 'severity: high\nmandatoryFrom: "2027-01-01"'})
    assert run_command("check", "--as-of", "2027-01-01", "--changed-since", "HEAD").code == 0
    spec = next(
        path
        for path in (project_repository / "models").glob("*.yaml")
        if "kind: Model" in path.read_text(encoding="utf-8")
    )
    spec.write_text(spec.read_text(encoding="utf-8").replace("summary: ", "summary: Now "), encoding="utf-8")
    assert run_command("check", "--as-of", "2027-01-01", "--changed-since", "HEAD").code == 1


def test_what_was_mandatory_at_the_last_commit_fails_the_next_one(project_repository, run_command) -> None:
    """HEAD forgives what became mandatory since the last commit; a branch, since the change left it."""
    bind(project_repository, "well-promised", **{"severity: high": 'severity: high\nmandatoryFrom: "2027-01-01"'})
    git(project_repository, "branch", "goal")
    git(project_repository, "add", "-A")
    git(project_repository, "commit", "--quiet", "-m", "second", day="2027-01-02")
    assert run_command("check", "--as-of", "2027-01-03", "--changed-since", "HEAD").code == 1
    assert run_command("check", "--as-of", "2027-01-03", "--changed-since", "goal").code == 0


DUE = """apiVersion: modelyard/v1
kind: Policy
name: due
title: No model is due
severity: high
remedy: review it
rules: [{expression: "today < '2027-01-01'", path: summary, message: it is due}]
examples: {good: [{model: {type: ml}, today: "2026-12-31"}], bad: [{model: {type: ml}, today: "2027-01-01"}]}
"""


def test_a_due_date_fails_neither_later_changes_nor_a_rollback(project_repository, run_command) -> None:
    """Commits after the date leave the models as they were; one raises a limit, and the next takes it back."""
    bind(project_repository, "due")
    (project_repository / "models" / "policy.yaml").write_text(DUE, encoding="utf-8")
    spec = next(
        path
        for path in (project_repository / "models").glob("*.yaml")
        if "kind: Model" in path.read_text(encoding="utf-8")
    )
    text = spec.read_text(encoding="utf-8")

    def commit(message: str, day: str) -> None:
        git(project_repository, "add", "-A")
        git(project_repository, "commit", "--quiet", "-m", message, day=day)

    commit("bind", "2026-12-01")
    spec.write_text(text.replace("summary: ", "summary: Another "), encoding="utf-8")
    commit("change the model", "2026-12-02")
    (project_repository / "README.md").write_text("A shop.", encoding="utf-8")
    commit("something else", "2027-01-10")
    assert run_command("check", "--as-of", "2027-01-11").code == 1
    result = run_command("check", "--as-of", "2027-01-11", "--changed-since", "HEAD")
    assert result.code == 0, result.out
    spec.write_text(text.replace("summary: ", "summary: A third "), encoding="utf-8")
    assert run_command("check", "--as-of", "2027-01-11", "--changed-since", "HEAD").code == 1
    spec.write_text(text, encoding="utf-8")
    result = run_command("check", "--as-of", "2027-01-11", "--changed-since", "HEAD", "--format", "json")
    assert (result.code, "the change restores an earlier state" in result.out) == (0, True), result.out


def test_where_the_project_was_not_there_yet_everything_is_a_change(project, run_command) -> None:
    (project / ".gitignore").write_text("*\n", encoding="utf-8")
    git(project, "init", "--quiet")
    git(project, "commit", "--quiet", "--allow-empty", "-m", "nothing")
    bind(project, "well-promised", **{"severity: high": 'severity: high\nmandatoryFrom: "2027-01-01"'})
    assert run_command("check", "--as-of", "2027-01-01", "--changed-since", "HEAD").code == 1


def test_before_the_first_commit_everything_is_a_change(project, run_command) -> None:
    git(project, "init", "--quiet")
    bind(project, "well-promised", **{"severity: high": 'severity: high\nmandatoryFrom: "2027-01-01"'})
    assert run_command("check", "--as-of", "2026-12-31", "--changed-since", "HEAD").code == 0
    result = run_command("check", "--as-of", "2027-01-01", "--changed-since", "HEAD")
    assert (result.code, "error[well-promised]" in result.out) == (1, True)


def test_a_baseline_lets_what_was_there_pass(project, run_command, tmp_path) -> None:
    bind(project, "well-promised")
    file = tmp_path / "known.json"
    assert run_command("check", "--write-baseline", str(file)).code == 0
    assert run_command("check", "--baseline", str(file)).code == 0
    known = json.loads(file.read_text(encoding="utf-8"))["findings"]
    assert {one["policy"] for one in known.values()} == {"well-promised"}
    bind(project, "well-promised, baseline")
    before = file.read_text(encoding="utf-8")
    run_command("check", "--write-baseline", str(file))
    assert file.read_text(encoding="utf-8") == before
    file.write_text("{}", encoding="utf-8")
    result = run_command("check", "--baseline", str(file))
    assert (result.code, "is not a baseline" in result.err) == (2, True)


def test_no_baseline_is_written_of_what_the_language_refuses(project, run_command, tmp_path) -> None:
    bind(project, "well-promised")
    file = tmp_path / "known.json"
    run_command("check", "--write-baseline", str(file))
    original = file.read_text(encoding="utf-8")
    spec = project / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("summary:", "sumary:"), encoding="utf-8")
    result = run_command("check", "--write-baseline", str(file))
    assert (result.code, "was not written" in result.err) == (1, True)
    assert file.read_text(encoding="utf-8") == original


RENDERED_POLICY = """---
apiVersion: modelyard/v1
kind: Policy
name: on-objects
title: Objects have metadata
remedy: add one
scope: object
objects: {kinds: [Kustomization]}
rules:
  - {expression: has(object.metadata), message: it was not reviewed}
examples:
  good: [{object: {kind: Kustomization, metadata: {name: a}}}]
  bad: [{object: {kind: Kustomization, resources: []}}]
"""


def test_check_asks_policies_on_rendered_objects_where_it_is_reported_to(project, run_command, tmp_path) -> None:
    bind(project, "well-promised, on-objects")
    with (project / "models" / "policy.yaml").open("a", encoding="utf-8") as policies:
        policies.write(RENDERED_POLICY)
    result = run_command("check")
    assert "on-objects" not in result.out
    assert result.err == "1 policy on rendered objects was skipped; run `modelyard check --rendered`\n"
    spec = project / "models" / "scorer.yaml"
    patch = "patches: [{target: {kind: Nothing}, merge: {spec: {}}, reason: A test.}], "
    spec.write_text(spec.read_text(encoding="utf-8").replace("deploy: {", f"deploy: {{{patch}"), encoding="utf-8")
    result = run_command("check")
    assert (
        result.err
        == "1 policy on rendered objects and the patches of 1 model were skipped; run `modelyard check --rendered`\n"
    )
    result = run_command("check", "--rendered")
    assert "error[MY410" in result.out
    assert "error[on-objects]" in result.out
    assert "error[well-promised]" in result.out
    assert "skipped" not in result.err
    assert not (project / "build").exists()


def test_build_knows_days_and_what_was_known(project_repository, run_command, tmp_path) -> None:
    bind(project_repository, "well-promised", **{"severity: high": 'severity: high\nmandatoryFrom: "2027-01-01"'})
    assert run_command("build", "--as-of", "2026-12-31").code == 0
    assert run_command("build", "--check", "--as-of", "2027-01-01").code == 1
    assert run_command("build", "--check", "--as-of", "2027-01-01", "--changed-since", "HEAD").code == 0
    file = tmp_path / "known.json"
    run_command("check", "--as-of", "2027-01-01", "--write-baseline", str(file))
    assert run_command("build", "--check", "--as-of", "2027-01-01", "--baseline", str(file)).code == 0


def test_impact_says_what_binding_would_do(project_repository, run_command) -> None:
    bind(project_repository, "well-promised")
    result = run_command("policy", "impact", "HEAD")
    assert (result.code, "well-promised: 1 now fail" in result.out) == (0, True)
    changes = json.loads(run_command("policy", "impact", "HEAD", "--format", "json").out)["changes"]
    assert {(one["before"], one["after"], one["policy"]) for one in changes} == {("unbound", "fail", "well-promised")}
    assert "unbound → fail" in run_command("policy", "impact", "HEAD", "--format", "markdown").out
    git(project_repository, "add", "-A")
    git(project_repository, "commit", "--quiet", "-m", "bound", day="2026-11-20")
    assert run_command("policy", "impact", "HEAD").out == "no violation appears or disappears\n"
    assert run_command("policy", "impact", "HEAD~1..HEAD").out == result.out


def test_impact_asks_the_past_and_other_repositories(project_repository, run_command) -> None:
    bind(project_repository, "well-promised")
    result = run_command("policy", "impact", "--since", "90d", "--as-of", "2026-11-24")
    assert "1 of 1 commit since 2026-08-26 would have failed" in result.err
    assert run_command("policy", "impact", "--since", "1w", "--as-of", "2026-11-24").out.count("\n") == 1
    rows = json.loads(run_command("policy", "impact", "--fleet", str(project_repository), "--format", "json").out)[
        "rows"
    ]
    assert [len(row["failing"]) for row in rows] == [1]


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", message, day="2026-11-20")


UNEVALUATED_CASES = [
    {"quantities.sla.availability >=": "quantities.sla.availibility >="},  # refused where it is compiled
    {"title: What": "titel: What"},  # refused by the language
    {"has(model.sla.availability) && ": "model.labels.size() / (model.labels.size() - model.labels.size()) > 0 && "},
]


@pytest.mark.parametrize("slip", UNEVALUATED_CASES)
def test_impact_calls_nothing_fine_that_it_could_not_ask(project_repository, run_command, slip) -> None:
    bind(project_repository, "well-promised")
    commit(project_repository, "bound")
    bind(project_repository, "well-promised", **slip)
    changes = json.loads(run_command("policy", "impact", "HEAD", "--format", "json").out)["changes"]
    assert {(one["before"], one["after"], one["policy"]) for one in changes} == {
        ("fail", "not-evaluated", "well-promised")
    }
    result = run_command("policy", "impact", "HEAD")
    assert "well-promised: 1 now cannot be evaluated" in result.out
    assert "MY30" in result.err or "invalid documents" in result.err


def test_impact_names_current_policies_that_past_commits_cannot_evaluate(project_repository, run_command) -> None:
    bind(project_repository, "well-promised", **UNEVALUATED_CASES[0])
    result = run_command("policy", "impact", "--since", "90d", "--as-of", "2026-11-24")
    assert result.err.count("MY302 models/policy.yaml:8:") == 1


def test_impact_sees_whom_folders_bind(project_repository, run_command) -> None:
    bind(project_repository, "")
    commit(project_repository, "a policy without a binding")
    defaults = project_repository / "models" / "_defaults.yaml"
    defaults.write_text(
        "apiVersion: modelyard/v1\nkind: Defaults\nenvironments: {prod: {policies: [well-promised]}}\n",
        encoding="utf-8",
    )
    result = run_command("policy", "impact", "HEAD", "--format", "json")
    assert [(one["before"], one["after"]) for one in json.loads(result.out)["changes"]] == [("unbound", "fail")]
    commit(project_repository, "bound below a folder")
    defaults.unlink()
    result = run_command("policy", "impact", "HEAD", "--format", "json")
    assert [(one["before"], one["after"]) for one in json.loads(result.out)["changes"]] == [("fail", "unbound")]


def test_impact_goes_back_to_the_first_commit_at_most(project_repository, run_command) -> None:
    result = run_command("policy", "impact", "--since", "9999y", "--as-of", "2026-11-24")
    assert (result.code, "commit since 0001-01-01" in result.err) == (0, True)
    assert "of 1 commit since" in result.err


@pytest.mark.parametrize("words", [(), ("HEAD", "--since", "90d"), ("--since", "soon"), ("nosuch",)])
def test_impact_refuses_conflicting_arguments(project_repository, run_command, words) -> None:
    result = run_command("policy", "impact", *words)
    assert (result.code, result.out) == (2, "")


@pytest.mark.parametrize("names", [(), ("well-promised",)])
def test_test_fails_for_policies_that_the_language_refuses(project, run_command, names) -> None:
    bind(project, "well-promised", **{"title: What": "titel: What"})
    result = run_command("policy", "test", *names)
    assert result.code == 1
    assert "MY101" in result.out
    assert "did you mean `title`?" in result.out


def test_test_says_which_file_it_could_not_read(project, run_command) -> None:
    bind(project, "well-promised")
    (project / "models" / "other.yaml").write_text("kind: Policy\nname: [\n", encoding="utf-8")
    result = run_command("policy", "test")
    assert (result.code, "MY001" in result.out) == (1, True)
    assert run_command("policy", "test", "well-promised").code == 0


@pytest.mark.parametrize("words", [("policy", "list"), ("explain", "well-promised")])
def test_nothing_that_a_policy_says_steers_a_terminal(project, run_command, words) -> None:
    bind(project, "well-promised", **{"title: What is promised is much": r'title: "\e[2J\e]0;x\a what"'})
    result = run_command(*words)
    assert "\x1b" not in result.out
    assert r"\u001b[2J" in result.out


def test_impact_says_what_it_does_not_know(project_repository, run_command) -> None:
    bind(project_repository, "well-promised, on-objects, nobodys")
    with (project_repository / "models" / "policy.yaml").open("a", encoding="utf-8") as policies:
        policies.write(RENDERED_POLICY)
    result = run_command("policy", "impact", "HEAD")
    assert "1 policy on rendered objects was skipped" in result.err
    assert "there is no policy and no pack `nobodys`" in result.err


def test_impact_leaves_out_what_cannot_be_read_and_says_so(project_repository, run_command) -> None:
    sound = (project_repository / "modelyard.yaml").read_text(encoding="utf-8")
    (project_repository / "modelyard.yaml").write_text("kind: [", encoding="utf-8")
    commit(project_repository, "broken")
    (project_repository / "modelyard.yaml").write_text(sound, encoding="utf-8")
    commit(project_repository, "mended")
    result = run_command("policy", "impact", "--since", "90d", "--as-of", "2026-11-24")
    assert (result.code, "was skipped: modelyard.yaml:1:" in result.err, "of 2 commits" in result.err) == (
        0,
        True,
        True,
    )
    spec = project_repository / "models" / "scorer.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("summary:", "sumary:"), encoding="utf-8")
    result = run_command("policy", "impact", "--fleet", str(project_repository))
    assert f"{project_repository}: invalid documents were skipped (1 error)" in result.err

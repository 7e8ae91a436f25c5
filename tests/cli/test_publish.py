"""`publish` judges as `check` does, and asks no more of an environment than of what runs there."""

import subprocess

import pytest

from .test_policy import bind, git

RULE = {"severity: high": 'severity: high\nmandatoryFrom: "2026-12-15"'}
LATER_OPTIONS = ("--as-of", "2027-01-01")


@pytest.fixture
def publish_environment(project, run_command):
    """A project whose Environments name a branch, with a commit of November; publishes one of them."""
    places = project / "models" / "environments.yaml"
    text = places.read_text(encoding="utf-8")
    for name in ("dev", "prod"):
        text = text.replace(
            f"\nname: {name}\n", f"\nname: {name}\ndelivery: {{branch: deploy, path: clusters/{name}}}\n"
        )
    places.write_text(text, encoding="utf-8")
    for key in ("user.name", "user.email"):
        if not (project / ".git").exists():
            git(project, "init", "--quiet", "-b", "main")
        git(project, "config", key, "me@shop.example")

    def publish(environment: str, *words: str):
        git(project, "add", "-A")
        git(project, "commit", "--quiet", "--allow-empty", "-m", "A change")
        return run_command("publish", "--env", environment, *words)

    return publish


def edit(project, path: str, old: str, new: str) -> None:
    file = project / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def tree(project) -> dict[str, str]:
    result = subprocess.run(["git", "ls-tree", "-r", "deploy"], cwd=project, check=True, capture_output=True, text=True)
    return {line.split("\t")[1]: line.split()[2] for line in result.stdout.splitlines()}


def test_the_tree_is_what_a_build_makes_below_the_folder(project, publish_environment, run_command) -> None:
    assert publish_environment("dev").code == 0
    assert publish_environment("prod").code == 0
    assert run_command("build", "--output", "whole").code == 0
    made = [file for file in (project / "whole").rglob("*") if file.is_file()]
    ids = {file.relative_to(project / "whole").as_posix(): file for file in made}
    wanted = {f"clusters/{path}" for path in ids if path.split("/")[0] in {"dev", "prod"}}
    assert set(tree(project)) == wanted
    for path, blob in tree(project).items():
        words = ["git", "hash-object", str(ids[path.removeprefix("clusters/")])]
        assert subprocess.run(words, cwd=project, check=True, capture_output=True, text=True).stdout.strip() == blob


def test_what_a_day_alone_made_mandatory_keeps_nothing_from_being_published(project, publish_environment) -> None:
    bind(project, "well-promised", **RULE)
    assert publish_environment("prod", *LATER_OPTIONS).code == 1
    assert publish_environment("prod", *LATER_OPTIONS, "--changed-since", "HEAD").code == 0


def test_a_model_that_changed_since_is_held_to_it(project, publish_environment) -> None:
    bind(project, "well-promised", **RULE)
    assert publish_environment("prod", "--as-of", "2026-12-01").code == 0
    edit(project, "models/scorer.yaml", "summary: ", "summary: Now ")
    assert publish_environment("prod", *LATER_OPTIONS, "--changed-since", "HEAD~1").code == 1


def test_what_a_baseline_knows_does_not_count(project, publish_environment, run_command) -> None:
    bind(project, "well-promised", **RULE)
    assert run_command("check", *LATER_OPTIONS, "--write-baseline", "known.json").code == 0
    assert publish_environment("prod", *LATER_OPTIONS, "--baseline", "known.json").code == 0


def test_what_is_wrong_in_another_environment_alone_stops_only_that(project, publish_environment) -> None:
    bind(project, "well-promised", **{"severity: high": "severity: high\nmatch: {environments: [dev]}"})
    assert publish_environment("dev").code == 1
    result = publish_environment("prod")
    assert (result.code, "well-promised" in result.err) == (0, False), result.err


def test_a_model_of_another_environment_stops_nothing(project, publish_environment) -> None:
    text = (project / "models" / "scorer.yaml").read_text(encoding="utf-8")
    other = text.replace("name: scorer", "name: other").replace("  prod: {}\n", "")
    (project / "models" / "other.yaml").write_text(other, encoding="utf-8")
    assert publish_environment("dev").code == 0
    edit(project, "models/other.yaml", "target: plain", "target: none")
    assert publish_environment("dev").code == 1
    assert publish_environment("prod").code == 0


def test_an_invalid_model_stops_publishing_in_every_environment(project, publish_environment) -> None:
    edit(project, "models/scorer.yaml", "type:", "tpye:")
    assert [publish_environment(name).code for name in ("dev", "prod")] == [1, 1]


def test_files_that_differ_are_counted_as_people_count(project, publish_environment, run_command) -> None:
    assert publish_environment("prod").code == 0
    for name, expected_count in (("one", "1 file differs"), ("two", "2 files differ")):
        (project / "models" / name).write_text("", encoding="utf-8")
        assert f"error: {expected_count} from HEAD, such as models/one" in run_command("publish", "--env", "prod").err


def test_what_git_says_stands_on_one_line(project, publish_environment) -> None:
    result = publish_environment("prod", "--push", "/nowhere/at all.git")
    assert result.code == 2 or "git cannot read from" in result.err
    assert "\\u000a" not in result.err
    assert "does not appear to be a git repository; " in result.err

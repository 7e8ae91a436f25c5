"""A broken Team or an unusable path ends no command with a traceback."""

import pytest

_BUG_EXIT_CODE = 3


@pytest.mark.parametrize(
    "words",
    [("inventory", "--format", "json"), ("records", "status"), ("inventory",), ("check",), ("graph",), ("build",)],
)
def test_a_broken_team_is_no_bug(project, run_command, words) -> None:
    teams = project / "models" / "teams.yaml"
    teams.write_text(teams.read_text(encoding="utf-8").replace("\nname: ", "\nnome: ", 1), encoding="utf-8")
    result = run_command(*words)
    assert result.code != _BUG_EXIT_CODE, result.err


@pytest.mark.parametrize("words", [("check",), ("check", "--baseline"), ("build", "--output"), ("check", "--project")])
def test_a_path_that_is_too_long_is_no_bug(project, run_command, words) -> None:
    result = run_command(*words, "a" * 5000)
    assert result.code in {2, 4}, result.err


@pytest.mark.parametrize(
    "words",
    [
        "promote scorer --to prod",
        "rollback scorer --env prod",
        "approve scorer --env prod --role model-risk --team risk",
        "affected --all",
        "graph",
        "records status",
    ],
)
def test_a_broken_environment_is_no_bug(project, run_command, words) -> None:
    environments = project / "models" / "environments.yaml"
    text = environments.read_text(encoding="utf-8")
    environments.write_text(text.replace("stage: dev", "stage: dve"), encoding="utf-8")
    result = run_command(*words.split())
    assert result.code != _BUG_EXIT_CODE, result.err
    if words.startswith("promote"):
        assert (result.code, "Environment `dev`" in result.err) == (2, True)

"""What the workflows cannot do is refused at the line of the spec; a missing option is reported at the project's line."""

import json

import pytest
import yaml

from compiler.execution.jobs.tasks import models_with_step
from compiler.json_schema.validator import Validator
from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

from .conftest import ACTIONS, FILES, workflows_of

RETRAIN = 'retrain: {schedule: "0 3 * * 1"}'


def blocking_findings(built) -> list[tuple[str, str, int]]:
    return [(one.message, one.location.path, one.location.line) for one in built.findings if one.is_blocking]


@pytest.mark.parametrize(
    ("replacement", "says", "line"),
    [
        ('retrain: {schedule: "* * * * *"}', "at most every five minutes", 14),
        ('retrain: {schedule: "*/4 * * * *"}', "at most every five minutes", 14),
        ('retrain: {schedule: "*/7 * * * *"}', "at most every five minutes", 14),
        ('retrain: {schedule: "0,3 * * * *"}', "at most every five minutes", 14),
        ('retrain: {schedule: "0-30 * * * *"}', "at most every five minutes", 14),
        ('retrain: {schedule: "0 3 * * 7"}', "`7` is not a day of the week", 14),
        ('retrain: {schedule: "0 3 * * 1-7"}', "`7` is not a day of the week", 14),
        ('retrain: {schedule: "0 3 * * 1,7"}', "`7` is not a day of the week", 14),
        ('retrain: {schedule: "0 3 * * 7/2"}', "`7` is not a day of the week", 14),
    ],
)
def test_a_time_that_github_does_not_know_is_refused(replacement, says, line, small) -> None:
    built = small((RETRAIN, replacement))
    [(message, path, at)] = {(message, path, at) for message, path, at in blocking_findings(built)}
    assert says in message
    assert (path, at) == ("models/refunds.yaml", line)


@pytest.mark.parametrize(
    "schedule", ["0 3 * * 1", "59 23 7 7 0", "*/15 * * * *", "0,30 2-7 * * MON-FRI", "5 7 * 7 */2"]
)
def test_a_time_that_it_knows_is_taken(schedule, small, actionlint) -> None:
    built = small((RETRAIN, f'retrain: {{schedule: "{schedule}"}}'))
    assert blocking_findings(built) == []
    assert actionlint(workflows_of(built)) == ""


@pytest.mark.parametrize("calendar", ["23 5 * * *", "0 0 1,15 1-6 1-5", "59 23 */2 */3 0", "07 05 31 12 6"])
def test_a_time_of_the_calendar_is_taken(calendar, small, actionlint) -> None:
    built = small(("      actions:\n", f'      dueSchedule: "{calendar}"\n      actions:\n'))
    assert blocking_findings(built) == []
    assert actionlint(workflows_of(built)) == ""


@pytest.mark.parametrize("calendar", ["23 5 31 2 *", "23 5 * 6-1 *", "23 5 * * 1-5/9"])
def test_a_time_of_the_calendar_that_never_comes_is_refused(calendar, small) -> None:
    built = small(("      actions:\n", f'      dueSchedule: "{calendar}"\n      actions:\n'))
    [(message, path, line)] = blocking_findings(built)
    assert message.startswith("GitHub Actions: emitters.github.options.dueSchedule: the ")
    assert (path, line) == ("modelyard.yaml", 10)


ZONED = 'retrain: {schedule: "0 3 * * 1", timeZone: Europe/Zurich}'


def files_with_second_model(retrain: str) -> dict[str, str]:
    other = FILES["models/refunds.yaml"].replace("refunds", "more").replace(RETRAIN, retrain)
    return {**FILES, "models/more.yaml": other}


def test_a_schedule_is_in_its_time_zone(small, external_schemas) -> None:
    """`on.schedule[].timezone`: docs.github.com, "Events that trigger workflows", and the schema of workflows in SchemaStore."""
    files = {**FILES, "models/refunds.yaml": FILES["models/refunds.yaml"].replace(RETRAIN, ZONED)}
    built = small(files=files)
    assert blocking_findings(built) == []
    workflow = yaml.load(workflows_of(built)["modelyard-retrain.yml"], Loader=yaml.CSafeLoader)
    assert workflow["on"]["schedule"] == [{"cron": "0 3 * * 1", "timezone": "Europe/Zurich"}]
    schema = Validator(json.loads((external_schemas / "schemastore" / "github-workflow.json").read_bytes()))
    assert schema.violations(workflow) == ()
    workflow["on"]["schedule"][0]["zone"] = "UTC"
    assert schema.violations(workflow)
    fleet = Session(MemoryTree(files)).fleet
    assert [model.name for model in models_with_step(fleet, "train", "0 3 * * 1")] == ["refunds"]
    assert list(models_with_step(fleet, "train", "0 4 * * 1")) == []


def test_one_time_in_two_zones_is_refused_and_two_times_are_not(small) -> None:
    """A run reads the cron expression alone, in `github.event.schedule`."""
    built = small(files=files_with_second_model(ZONED))
    [(message, path, line)] = blocking_findings(built)
    assert "`0 3 * * 1` is in UTC here, and in Europe/Zurich in another model" in message
    assert (path, line) == ("models/refunds.yaml", 14)
    built = small(files=files_with_second_model(ZONED.replace("0 3", "5 3")))
    assert blocking_findings(built) == []
    workflow = yaml.load(workflows_of(built)["modelyard-retrain.yml"], Loader=yaml.CSafeLoader)
    assert workflow["on"]["schedule"] == [{"cron": "0 3 * * 1"}, {"cron": "5 3 * * 1", "timezone": "Europe/Zurich"}]


def test_a_zone_that_only_an_emitter_without_schedules_sees_is_no_mistake(small) -> None:
    files = files_with_second_model(ZONED)
    disabled = FILES["modelyard.yaml"].replace("enabled: true", "enabled: false")
    assert blocking_findings(small(files={**files, "modelyard.yaml": disabled})) == []


def test_a_schedule_with_nothing_to_run_is_refused(small) -> None:
    [(message, path, line)] = set(blocking_findings(small(("  train: {command: [train], timeout: 1h}\n", ""))))
    assert ("the model has no training program" in message, path, line) == (True, "models/refunds.yaml", 13)


@pytest.mark.parametrize("action", ["actions/checkout", "actions/setup-python"])
def test_a_missing_action_pin_is_reported_by_name(action, small) -> None:
    [line] = [line for line in ACTIONS.splitlines(keepends=True) if action in line]
    built = small((line, ""))
    [(message, path, at)] = blocking_findings(built)
    assert f"`{action}` is missing" in message
    assert (path, at) == ("modelyard.yaml", 10)
    assert workflows_of(built) == {}


@pytest.mark.parametrize("part", ["version: v7.0.1, ", ", commit: 3d3c42e5aac5ba805825da76410c181273ba90b1"])
def test_so_is_the_half_of_a_pin(part, small) -> None:
    [(message, path, line)] = blocking_findings(small((part, "")))
    assert "is missing" in message
    assert (path, line) == ("modelyard.yaml", 11)


def test_a_pin_of_an_unused_action_is_an_unknown_key(small) -> None:
    evil = f"        evil/action: {{version: v1, commit: {'0' * 40}}}\n"
    [(message, _, line)] = blocking_findings(small(("        actions/checkout:", f"{evil}        actions/checkout:")))
    assert ("unknown key `evil/action`" in message, line) == (True, 11)


@pytest.mark.parametrize("options_text", ["    enabled: true\n", "    enabled: true\n    options: {}\n"])
def test_an_enabled_emitter_without_required_options_is_reported(options_text, small) -> None:
    begin = FILES["modelyard.yaml"].partition("    enabled: true\n")[0]
    built = small(files={**FILES, "modelyard.yaml": begin + options_text})
    [(message, path, line)] = blocking_findings(built)
    assert "`actions` is missing" in message
    assert (path, line) == ("modelyard.yaml", 7 if "options" not in options_text else 9)


def test_without_code_scanning_findings_are_annotations_and_a_summary(small) -> None:
    [line] = [line for line in ACTIONS.splitlines(keepends=True) if "codeql" in line]
    text = workflows_of(small((line, "")))["modelyard.yml"]
    assert "sarif" not in text
    assert "security-events" not in text
    assert "--format github" in text


def test_who_does_not_ask_for_it_gets_none(small) -> None:
    files = {**FILES, "modelyard.yaml": FILES["modelyard.yaml"].partition("emitters:")[0]}
    assert workflows_of(small(files=files)) == {}

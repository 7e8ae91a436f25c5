"""An unknown command gets the command that does what the word means in similar programs, or the closest one."""

import re

import click
import pytest

from compiler.cli._shared import suggesting_group
from compiler.cli._shared.command_group import modelyard

TABLE = [
    (group, word, help_text)
    for group, helps in suggesting_group.HELP_BY_WORD.items()
    for word, help_text in helps.items()
]


def commands_of(group_path: str) -> list[str]:
    group, context = modelyard, click.Context(modelyard, info_name="modelyard")
    for name in group_path.split()[1:]:
        group = group.get_command(context, name)
        context = click.Context(group, info_name=name, parent=context)
    return group.list_commands(context)


@pytest.mark.parametrize(("group", "word", "help_text"), TABLE)
def test_each_suggested_command_exists_and_no_word_hides_one(group, word, help_text) -> None:
    assert word not in commands_of(group)
    commands = [command for command in re.findall(r"`(modelyard [^`]+)`", help_text) if "--help" not in command]
    for command in commands:
        words = command.split()[1:]
        if words[0] == "--version":
            continue
        assert words[0] in commands_of("modelyard"), command
        if words[0] in {"policy", "records"}:
            assert words[1] in commands_of(f"modelyard {words[0]}"), command


@pytest.mark.parametrize("word", ["lint", "validate", "test", "apply", "render", "compile", "LINT", "chek"])
def test_an_unknown_command_names_a_known_one(word, run_command) -> None:
    result = run_command(word)
    assert result.code == 2
    assert f"there is no command `modelyard {word}`" in result.err
    assert "help: " in result.err
    assert "use `affected`" not in result.err, "else the list of all commands is the only help"


def test_an_option_is_no_command(run_command) -> None:
    result = run_command("--verison")
    assert (result.code, "there is no command" in result.err) == (2, False)
    assert "No such option" in result.err

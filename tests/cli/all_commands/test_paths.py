"""Whatever a path argument names, a command ends at once with 0, 1, 2 or 4; what is neither a file nor a folder is refused."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from compiler.cli._shared.command_group import modelyard

WORDS = {
    "explain": ["scorer"], "new": ["team", "other"], "retire": ["scorer"], "promote": ["scorer", "--to", "prod"],
    "rollback": ["scorer", "--env", "prod"], "run": ["--list", "train"], "schema": ["model"], "affected": ["--all"],
    "approve": ["scorer", "--env", "prod", "--role", "model-risk", "--team", "risk"],
    "publish": ["--env", "dev", "--branch", "environments"], "policy show": ["owner-is-known"], "policy impact": ["--since", "HEAD"],
    "build": ["--check"],
}  # fmt: skip
"""Arguments that a command requires."""
NO_FILES = ["/dev/zero", "pipe", "link-to-pipe", "models/pipe"]
ODD_PATHS = [
    "x" * 5000, "a\0b", "a\nb",
    os.fsdecode(b"\xff\xfe"), "models", "../elsewhere", "dangling", "dangling/below", "modelyard.yaml/below", "loop",
]  # fmt: skip


def all_commands(group: click.Group, names: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*names, name))
        if command is not None and command.callback is not None:
            yield " ".join((*names, name)), command


def path_parameters() -> Iterator[tuple[str, str]]:
    """Each command with each of its options that takes a path; an argument is an empty option."""
    for name, command in all_commands(modelyard):
        for parameter in command.params:
            if isinstance(parameter.type, click.Path):
                yield name, parameter.opts[0] if isinstance(parameter, click.Option) else ""


PARAMETERS = sorted(path_parameters())


@pytest.fixture(autouse=True)
def hostile_files(project, monkeypatch) -> Iterator[None]:
    """Files that are none, and an end for a command that waits."""
    monkeypatch.setenv("MODELYARD_CACHE", "off")
    os.mkfifo("pipe")
    os.mkfifo("models/pipe")
    for link, target in {"link-to-pipe": "pipe", "dangling": "nowhere", "loop": "loop"}.items():
        Path(link).symlink_to(target)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(60)
    yield
    signal.alarm(0)


def words_of(command: str, option: str, path: str) -> list[str]:
    words = [] if option == "" and command != "check" else WORDS.get(command, [])
    return [*command.split(), *words, *([option] if option else []), path]


def test_options_with_paths_are_found() -> None:
    assert {("check", ""), ("check", "--baseline"), ("check", "--output"), ("build", "--project"), ("init", "")} <= {
        *PARAMETERS
    }
    assert len(PARAMETERS) > 25


@pytest.mark.parametrize(("command", "option"), PARAMETERS)
def test_devices_and_pipes_are_refused(command, option, run_command) -> None:
    for path in NO_FILES:
        result = run_command(*words_of(command, option, path))
        assert result.code == 2, (path, result)
        assert f"error: {path} is a " in result.err
        assert "help: name a " in result.err


@pytest.mark.parametrize(("command", "option"), [pair for pair in PARAMETERS if pair != ("init", "")])
def test_odd_paths_are_no_bugs(command, option, run_command) -> None:
    """Every third path for each option; all of them if MODELYARD_TEST_ROUNDS is set."""
    index, step = (0, 1) if "MODELYARD_TEST_ROUNDS" in os.environ else (PARAMETERS.index((command, option)) % 3, 3)
    for path in ODD_PATHS[index::step]:
        result = run_command(*words_of(command, option, path))
        assert result.code in {0, 1, 2, 4}, (path, result)
        assert "Traceback" not in result.err


def test_an_output_may_be_the_standard_output(run_process) -> None:
    result = run_process("check", "--format", "json", "--output", "/dev/stdout")
    assert result.code == 0
    assert '"findings"' in result.out


def test_a_loop_of_links_is_refused(run_command) -> None:
    result = run_command("check", "loop")
    assert result.code == 2
    assert "the path `loop` cannot be used" in result.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("words", ["build", "new team other", "check --output report.txt"])
def test_a_read_only_folder_is_an_error_of_the_system(words, project, run_command) -> None:
    for folder in (project, project / "models"):
        folder.chmod(0o555)
    result = run_command(*words.split())
    for folder in (project, project / "models"):
        folder.chmod(0o755)
    assert result.code == 4, result


@pytest.mark.parametrize("command", ["check", "build", "inventory", "init", "new team other", "schema"])
def test_a_deleted_current_folder_is_an_error(command, tmp_path, monkeypatch, run_command) -> None:
    folder = tmp_path / "deleted"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    result = run_command(*command.split())
    assert result.code in ({0} if command == "schema" else {2, 4}), result

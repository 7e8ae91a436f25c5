"""The group of commands: one per file of `compiler/cli/`, imported when it is used."""

import atexit
import gc
import importlib
import pkgutil
import sys
from pathlib import Path

import click

from compiler import __version__
from compiler.cli._shared.error_handler import handle_errors
from compiler.cli._shared.suggesting_group import SuggestingGroup
from compiler.commands.common.streams import configure_streams

_COMMANDS = Path(__file__).resolve().parents[1]


class LazyCommandGroup(SuggestingGroup):
    """Imports a command's declaration when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of all commands, in order; a file whose name begins with `_` is not a command."""
        names = (module.name for module in pkgutil.iter_modules([str(_COMMANDS)]))
        return sorted(name for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that the file of this name declares."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"compiler.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with the first sentence of its help."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_sentence(command)) for name, command in commands if command])


def _first_sentence(command: click.Command) -> str:
    return (command.help or "").partition("\n\n")[0].replace("\n", " ").strip()


@click.group(
    cls=LazyCommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 success; 1 mandatory findings, or files out of date; 2 wrong usage; 3 a bug in Modelyard; "
    "4 an error of the system, such as a full disk.",
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def modelyard() -> None:
    """Compile model specs into Kubernetes manifests, monitoring rules and governance records.

    \b
    Examples:
      modelyard check                     check all specs of the project
      modelyard build                     render all artifacts into build/
      modelyard explain card-fraud.deploy.scaling.min --env prod
      modelyard explain build/prod/card-fraud/inferenceservice.yaml:spec.predictor.minReplicas
    """


def main() -> None:
    """Run a command and end the process with its exit code.

    Objects live until the command ends. Frequent garbage collection would take a sixth of the time, and collecting once
    more at exit a tenth.
    """
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)
    configure_streams()
    with handle_errors():
        sys.exit(modelyard.main(prog_name="modelyard", standalone_mode=False))

"""The group of commands, found by walking `compiler/cli/`, so that a command costs nothing until it is called."""

import atexit
import gc
import importlib
import pkgutil
import sys
from pathlib import Path

import click

from compiler import __version__
from compiler.cli._shared.error_handler import handle_errors
from compiler.cli._shared.streams import configure_streams

_COMMANDS = Path(__file__).resolve().parents[1]


class LazyCommandGroup(click.Group):
    """Loads a command's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of all commands, in order."""
        names = (module.name for module in pkgutil.iter_modules([str(_COMMANDS)]))
        return sorted(name for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the file of its name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"compiler.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command and its first sentence, read from its file without importing what it needs to run."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_sentence(name)) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was asked for; an unknown one is answered with the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            nearest = importlib.import_module("compiler.foundation.suggestions").closest_match(
                args[0], self.list_commands(ctx)
            )
            if nearest:
                raise click.UsageError(f"{error.message} Did you mean `{nearest}`?", ctx) from None
            raise


def _first_sentence(name: str) -> str:
    """What the function that is the command says first of itself."""
    import ast  # noqa: PLC0415 - only help reads code

    source = (_COMMANDS / f"{name}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    docstring = next((ast.get_docstring(node) for node in functions if node.name == "command"), None)
    return (docstring or "").partition("\n")[0]


@click.group(
    cls=LazyCommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 mandatory findings or out of date, 2 wrong usage, 3 a bug of ours, 4 the machine refused.",
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def modelyard() -> None:
    """Compile the model specs of a repository into what models need to run and to be accounted for.

    \b
    modelyard check                     is everything in this repository sound?
    modelyard build                     render every artifact into build/
    modelyard explain card-fraud.deploy.scaling.min --env prod
    modelyard explain build/prod/card-fraud/inferenceservice.yaml:spec.predictor.minReplicas
    """


def main() -> None:
    """Run a command; ends the process with one of the exit codes, and never with a bare traceback.

    What a command makes lives until it ends, so that looking for garbage all the time would cost a sixth of its time, and
    looking once more in what ends with the process a tenth.
    """
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)
    configure_streams()
    with handle_errors():
        sys.exit(modelyard.main(prog_name="modelyard", standalone_mode=False))

"""How a process ends: what was found, wrong usage, the machine's refusal, or a bug of ours with a log ready for an issue."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from compiler.errors import ModelyardError, SurroundingsError

INTERRUPTED = 130
_BUG = 3


@contextmanager
def outcomes() -> Iterator[None]:
    """Turn whatever stops a command into its exit code and a message on stderr."""
    try:
        yield
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except ModelyardError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except MemoryError:
        _tell(SurroundingsError("there is not enough memory"))
        sys.exit(SurroundingsError.exit_code)
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an exit code
        _tell_bug(error)
        sys.exit(_BUG)


def _tell(error: ModelyardError) -> None:
    printable = importlib.import_module("compiler.report.text").printable
    click.echo(f"{click.style('error', fg='red', bold=True)}: {printable(error.message)}", err=True)
    if error.help:
        click.echo(f"  {click.style('help', fg='green')}: {printable(error.help)}", err=True)


def _tell_bug(error: Exception) -> None:
    bug_log = importlib.import_module("compiler.cli.output").bug_log
    click.echo(f"{click.style('bug', fg='red', bold=True)}: {type(error).__name__}: {error}", err=True)
    click.echo(
        f"This is a mistake in modelyard, not in your files. The log is in {bug_log(error)}; please report it.",
        err=True,
    )

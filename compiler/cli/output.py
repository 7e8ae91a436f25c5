"""Where output goes: a file or stdout for data, stderr for prose, and a log for a bug."""

import os
import platform
import sys
import tempfile
import traceback
from pathlib import Path

import click

from compiler import __version__
from compiler.errors import SurroundingsError


def wants_colour(output: Path | None = None) -> bool:
    """Whether stdout is a terminal that shows colours; `NO_COLOR` (no-color.org) is kept."""
    return (
        output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def emit(text: str, output: Path | None) -> None:
    """Write data to the file, or to stdout; raises `SurroundingsError` where the file cannot be written."""
    if output is None or str(output) == "-":
        click.echo(text, nl=False)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SurroundingsError(f"cannot write {output}: {error.strerror}") from error


def bug_log(error: Exception) -> str:
    """A file with what an issue needs: versions, the command, the traceback."""
    lines = [
        f"modelyard {__version__}",
        f"python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"command: {' '.join(sys.argv[1:])}",
        "",
        *traceback.format_exception(error),
    ]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="modelyard-bug-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write("\n".join(lines))
            return log.name
    except OSError:
        click.echo("\n".join(lines), err=True)
        return "the lines above"

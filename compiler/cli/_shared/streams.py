"""Where output goes: a file or stdout for data, stderr for prose, and a log for a bug."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click

from compiler import __version__
from compiler.foundation.errors import HostError


def configure_streams() -> None:
    """Make stdout UTF-8 wherever it is not a terminal, and neither stream refuse a character, whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            is_data = stream is sys.stdout and not stream.isatty()
            stream.reconfigure(encoding="utf-8" if is_data else None, errors="backslashreplace")


def stdout_supports_colour(output: Path | None = None) -> bool:
    """Whether stdout is a terminal that shows colours."""
    return output is None and supports_colour(sys.stdout)


def supports_colour(stream: TextIO) -> bool:
    """Whether the stream is a terminal that shows colours; `NO_COLOR` (no-color.org) is kept."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def supports_progress() -> bool:
    """Whether prose goes to a terminal that can draw a line anew."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def write_output(text: str, output: Path | None) -> None:
    """Write data to the file, or to stdout; raises `HostError` where that cannot be written.

    Who reads stdout may stop reading: that is no fault, and changes no exit code.
    """
    if output is None or str(output) == "-":
        _write_stdout(text)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise HostError(f"cannot write {output}: {error.strerror}") from error


def _write_stdout(text: str) -> None:
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        raise HostError(f"cannot write to stdout: {error.strerror}") from error


def print_status(text: str, *, newline: bool = True) -> None:
    """Write prose to stderr; where nobody can read it, nothing can be said about that."""
    try:
        click.echo(text, err=True, nl=newline)
    except OSError:
        _silence(sys.stderr)


def style_text(text: str, colour: str) -> str:
    """A word of prose, bold and coloured on a terminal."""
    return click.style(text, fg=colour, bold=True) if supports_colour(sys.stderr) else text


def _silence(stream: TextIO) -> None:
    """Let what Python still holds of the stream end nowhere, so that ending says nothing more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_bug_log(error: Exception) -> str:
    """A file with what an issue needs: versions, the command, the traceback."""
    import platform  # noqa: PLC0415 - seldom needed
    import tempfile  # noqa: PLC0415 - likewise
    import traceback  # noqa: PLC0415 - likewise

    lines = [
        f"modelyard {__version__}",
        f"python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"command: {' '.join(sys.argv[1:])}",
        "",
        *traceback.format_exception(error),
    ]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="modelyard-bug-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write("\n".join(lines))
            return log.name
    except OSError:
        print_status("\n".join(lines))
        return "the lines above"

"""Output of commands: data to a file or stdout, messages to stderr, and a log file for a bug."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from io import FileIO, TextIOWrapper
from pathlib import Path
from typing import TextIO

import click

from compiler.foundation.errors import HostError
from compiler.foundation.secret_redaction import Redactor

_REDACTORS: ContextVar[tuple[Callable[[], Redactor], ...]] = ContextVar("redactors", default=(Redactor,))
"""What masks output: credentials by their form, and the secrets of each session."""
_DEFAULT_COLUMNS = 80
"""The width of a terminal that does not report one."""


def configure_streams() -> None:
    """Write UTF-8 to stdout if it is not a terminal; escape characters that the locale's encoding lacks."""
    _REDACTORS.set((Redactor,))
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            is_data = stream is sys.stdout and not stream.isatty()
            stream.reconfigure(encoding="utf-8" if is_data else None, errors="backslashreplace")


def _replace_closed_streams() -> None:
    """Open the streams that are closed, so that no file takes their numbers: input is empty, stdout refuses data, messages are lost."""
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:  # nothing is buffered, since the end of the process would try to write it again
        raw_stdout = FileIO(os.open(os.devnull, os.O_RDONLY), "w")
        sys.stdout = TextIOWrapper(raw_stdout, encoding="utf-8", write_through=True)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def redact_with(make_redactor: Callable[[], Redactor]) -> None:
    """Mask in all further output of this process what the redactor masks; the function makes it when something is written."""
    _REDACTORS.set((*_REDACTORS.get(), make_redactor))


def redact(text: str) -> str:
    """The text with the secrets of all sessions masked, and whatever has the form of a credential."""
    for make_redactor in _REDACTORS.get():
        text = make_redactor().redact(text)
    return text


def stdout_supports_colour(output: Path | None = None) -> bool:
    """Whether the output goes to stdout, and stdout is a terminal that shows colours."""
    return output is None and supports_colour(sys.stdout)


def supports_colour(stream: TextIO) -> bool:
    """Whether the stream is a terminal that shows colours; respects `NO_COLOR` (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width(stream: TextIO) -> int | None:
    """The number of columns of the terminal that the stream goes to; `None` if it goes elsewhere."""
    if not stream.isatty():
        return None
    columns = os.environ.get("COLUMNS", "")  # as shutil reads it, whose import takes 4 ms
    given = int(columns) if columns.isdecimal() else 0
    return given or os.get_terminal_size(stream.fileno()).columns or _DEFAULT_COLUMNS


def supports_progress() -> bool:
    """Whether stderr is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def write_output(text: str, output: Path | None, *, is_shipped: bool = False) -> None:
    """Write data to the file, or to stdout, with credentials masked; raises `HostError` if that fails.

    What Modelyard ships is not masked: a pattern that describes addresses looks like one with a password.
    A closed pipe is not an error and does not change the exit code: `modelyard explain --list | head` succeeds.
    """
    from compiler.foundation.safe_folder import SafeFolder, os_errors  # noqa: PLC0415 - 14 ms that help need not take

    text = text if is_shipped else redact(text)
    if output is None or str(output) == "-":
        _write_stdout(text)
        return
    content, working_folder = text.encode(errors="backslashreplace"), Path(os.path.realpath("."))
    path = Path(os.path.abspath(output))  # noqa: PTH100 - a link must not be followed here
    with os_errors("write", str(output)):
        if path.is_relative_to(working_folder):  # a repository can contain links
            with SafeFolder(working_folder) as folder:
                folder.overwrite(path.relative_to(working_folder).as_posix(), content)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _write_stdout(text: str) -> None:
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        raise HostError(f"cannot write to stdout: {error.strerror}") from error


def print_status(text: str, *, newline: bool = True) -> None:
    """Write a message to stderr; ignore a closed stderr, since there is nowhere to report it."""
    try:
        click.echo(text, err=True, nl=newline)
    except OSError:
        _silence(sys.stderr)


def style_text(text: str, colour: str) -> str:
    """The text, bold and coloured if stderr shows colours."""
    return click.style(text, fg=colour, bold=True) if supports_colour(sys.stderr) else text


def _silence(stream: TextIO) -> None:
    """Discard what Python has buffered for the stream, so that the exit prints no further error."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

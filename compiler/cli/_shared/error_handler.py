"""The end of a process that an error stops: the message, the exit code, and a log file if the error is a bug."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from compiler.commands.common.streams import print_status, redact, style_text, terminal_width
from compiler.foundation.errors import HostError, ModelyardError, UsageError

INTERRUPTED_EXIT_CODE = 130
_BUG_EXIT_CODE = 3
_PATH_ERRNOS = frozenset({errno.ENAMETOOLONG, errno.ELOOP})
"""Errors of a path that a user names."""
_MAX_SHOWN_PATH = 100
_HOST_ERRNOS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.EMFILE,
        errno.ENFILE,
        errno.EIO,
        errno.EBADF,
    }
)


@contextmanager
def handle_errors() -> Iterator[None]:
    """Turn an exception into an exit code and a message on stderr."""
    try:
        yield
    except click.exceptions.Exit as exit_error:
        sys.exit(exit_error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print_status("interrupted")
        sys.exit(INTERRUPTED_EXIT_CODE)
    except Exception as error:  # noqa: BLE001 - here a bug becomes an exit code
        sys.exit(_report_error(error))


def _report_error(error: Exception) -> int:
    known_error = _to_modelyard_error(error)
    if known_error is None:
        _print_bug(error)
        return _BUG_EXIT_CODE
    _print_error(known_error)
    return known_error.exit_code


def _to_modelyard_error(error: Exception) -> ModelyardError | None:
    """The error to report; `None` for a bug. Any statement may raise an error of the system."""
    if isinstance(error, ModelyardError):
        return error
    if isinstance(error, MemoryError):
        return HostError("there is not enough memory")
    if isinstance(error, FileNotFoundError) and not _has_current_folder():
        return HostError("the current folder does not exist any more", help="change to another folder")
    if isinstance(error, OSError) and error.errno in _HOST_ERRNOS:
        return HostError(f"the system refused: {error.strerror}{f': {error.filename}' if error.filename else ''}")
    if isinstance(error, OSError) and error.errno in _PATH_ERRNOS:
        path = os.fsdecode(error.filename or "")
        shown = path if len(path) <= _MAX_SHOWN_PATH else f"{path[:_MAX_SHOWN_PATH]}…"
        return UsageError(f"the path `{shown}` cannot be used: {error.strerror}", help="Check the path.")
    return None


def _has_current_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - `Path.cwd` does the same
    except FileNotFoundError:
        return False
    return True


def _print_error(error: ModelyardError) -> None:
    _print_labelled("error", "red", error.message)
    if error.help:
        _print_labelled("  help", "green", error.help)


def _print_labelled(label: str, colour: str, text: str) -> None:
    """The text behind a coloured label, wrapped at words if stderr is a terminal."""
    from compiler.report.error_text import error_lines  # noqa: PLC0415 - reports take 20 ms, which `--version` need not pay

    first_line, *other_lines = error_lines(label, redact(text), terminal_width(sys.stderr))
    indent = label[: len(label) - len(label.lstrip())]
    print_status(f"{indent}{style_text(label.lstrip(), colour)}{first_line.removeprefix(label)}")
    for line in other_lines:
        print_status(line)


def _print_bug(error: Exception) -> None:
    from compiler.commands.common.bug_log import write_bug_log  # noqa: PLC0415 - only a bug needs it, and it takes 15 ms

    _print_labelled("bug", "red", f"{type(error).__name__}: {error}")
    print_status(
        f"This is a bug in Modelyard, not an error in your files. Please report it with the log {write_bug_log(error)}."
    )

"""How a process ends: what was found, wrong usage, the machine's refusal, or a bug of ours with a log ready for an issue."""

import errno
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from compiler.cli._shared.streams import print_status, style_text, write_bug_log
from compiler.foundation.errors import HostError, ModelyardError

INTERRUPTED_EXIT_CODE = 130
_BUG_EXIT_CODE = 3
_HOST_ERRNOS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO}
)


@contextmanager
def handle_errors() -> Iterator[None]:
    """Turn whatever stops a command into its exit code and a message on stderr."""
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
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an exit code
        sys.exit(_report_error(error))


def _report_error(error: Exception) -> int:
    known_error = _to_modelyard_error(error)
    if known_error is None:
        _print_bug(error)
        return _BUG_EXIT_CODE
    _print_error(known_error)
    return known_error.exit_code


def _to_modelyard_error(error: Exception) -> ModelyardError | None:
    """What stopped the run, where it is known: the machine may refuse at a place that nobody thought of, too."""
    if isinstance(error, ModelyardError):
        return error
    if isinstance(error, MemoryError):
        return HostError("there is not enough memory")
    if isinstance(error, OSError) and error.errno in _HOST_ERRNOS:
        return HostError(f"the system refused: {error.strerror}{f': {error.filename}' if error.filename else ''}")
    return None


def _print_error(error: ModelyardError) -> None:
    print_status(f"{style_text('error', 'red')}: {_printable(error.message)}")
    if error.help:
        print_status(f"  {style_text('help', 'green')}: {_printable(error.help)}")


def _print_bug(error: Exception) -> None:
    print_status(f"{style_text('bug', 'red')}: {type(error).__name__}: {_printable(str(error))}")
    print_status(
        f"This is a mistake in modelyard, not in your files. The log is in {write_bug_log(error)}; please report it."
    )


def _printable(text: str) -> str:
    """Imported only when something is wrong: reports cost what `--version` need not pay."""
    printable: str = importlib.import_module("compiler.report.text_report").to_printable(text)
    return printable

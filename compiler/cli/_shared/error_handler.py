"""How a process ends: what was found, wrong usage, the machine's refusal, or a bug of ours with a log ready for an issue."""

import errno
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from compiler.cli._shared.streams import bug_log, styled, tell
from compiler.foundation.errors import ModelyardError, HostError

INTERRUPTED = 130
_BUG = 3
_REFUSALS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO}
)


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
        tell("interrupted")
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an exit code
        sys.exit(_ended(error))


def _ended(error: Exception) -> int:
    stopped = _as_ours(error)
    if stopped is None:
        _tell_bug(error)
        return _BUG
    _tell(stopped)
    return stopped.exit_code


def _as_ours(error: Exception) -> ModelyardError | None:
    """What stopped the run, where it is known: the machine may refuse at a place that nobody thought of, too."""
    if isinstance(error, ModelyardError):
        return error
    if isinstance(error, MemoryError):
        return HostError("there is not enough memory")
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        return HostError(
            f"the system refused: {error.strerror}{f': {error.filename}' if error.filename else ''}"
        )
    return None


def _tell(error: ModelyardError) -> None:
    tell(f"{styled('error', 'red')}: {_printable(error.message)}")
    if error.help:
        tell(f"  {styled('help', 'green')}: {_printable(error.help)}")


def _tell_bug(error: Exception) -> None:
    tell(f"{styled('bug', 'red')}: {type(error).__name__}: {_printable(str(error))}")
    tell(f"This is a mistake in modelyard, not in your files. The log is in {bug_log(error)}; please report it.")


def _printable(text: str) -> str:
    """Imported only when something is wrong: reports cost what `--version` need not pay."""
    printable: str = importlib.import_module("compiler.report.text_report").printable(text)
    return printable

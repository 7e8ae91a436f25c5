"""Exceptions that stop a run. A mistake in a spec is never one of these: it is a `Finding`.

ModelyardError         exit code
├── UsageError         2  wrong usage, or an invalid project configuration
└── HostError          4  disk full, permission denied, git missing or failing

Any other exception is a bug in Modelyard: exit code 3, with a log for an issue.
"""

from typing import ClassVar


class ModelyardError(Exception):
    """The run cannot continue; the message says how to fix that."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, help: str | None = None) -> None:  # noqa: A002 - the same name as the field of a finding
        super().__init__(message)
        self.message = message
        self.help = help


class UsageError(ModelyardError):
    """The command or the project file is invalid."""

    exit_code = 2


class HostError(ModelyardError):
    """The host failed: disk, permission, git or another program."""

    exit_code = 4

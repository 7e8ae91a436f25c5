"""What stops a run. A user's mistake in a spec is never one of these: it is a `Finding`.

ModelyardError                 exit code
├── UsageError                 2  wrong usage, or a project that cannot be read as one
└── SurroundingsError          4  disk full, no permission, git missing or refusing

Anything else that escapes is a bug of ours: exit code 3, with a log ready for an issue.
"""

from typing import ClassVar


class ModelyardError(Exception):
    """The run cannot go on; the sentence says what to do about it."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, help: str | None = None) -> None:  # noqa: A002 - the field's name in every finding
        super().__init__(message)
        self.message = message
        self.help = help


class UsageError(ModelyardError):
    """The command, or the project file, asks for something that cannot be."""

    exit_code = 2


class HostError(ModelyardError):
    """The machine, its disk or its git refused."""

    exit_code = 4

"""Which program is git: never one in the current folder, which may be part of what is checked."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from compiler.foundation.errors import HostError

_GITPYTHON_VARIABLE = "GIT_PYTHON_GIT_EXECUTABLE"


def find_git() -> str:
    """The full path of git; raises `HostError` if no absolute folder of the `PATH` has it."""
    for folder in filter(os.path.isabs, os.get_exec_path()):
        if program := shutil.which(os.path.join(folder, "git")):
            return program
    raise HostError("git cannot be used.", help="Install git, and see that `git version` works.")


@contextmanager
def gitpython_runs_only_git() -> Iterator[None]:
    """Import GitPython here: it runs `git version` at once, and without this would also find a program in the current folder."""
    previous = os.environ.get(_GITPYTHON_VARIABLE)
    os.environ[_GITPYTHON_VARIABLE] = find_git()
    try:
        yield
    except ImportError as error:  # what GitPython raises if that command fails
        raise HostError("git cannot be used.", help="Install git, and see that `git version` works.") from error
    finally:
        del os.environ[_GITPYTHON_VARIABLE]
        if previous is not None:
            os.environ[_GITPYTHON_VARIABLE] = previous

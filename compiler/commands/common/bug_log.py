"""Writes the log of an error that is a bug."""

import platform
import sys
import tempfile
import traceback

from compiler import __version__
from compiler.commands.common.streams import print_status, redact


def write_bug_log(error: Exception) -> str:
    """Write versions, command and traceback to a temporary file; return its path, or a phrase if they were printed instead."""
    lines = [
        f"modelyard {__version__}",
        f"python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"command: {' '.join(sys.argv[1:])}",
        "",
        *traceback.format_exception(error),
    ]
    text = redact("\n".join(lines))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="modelyard-bug-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write(text)
            return log.name
    except OSError:
        print_status(text)
        return "the lines above"

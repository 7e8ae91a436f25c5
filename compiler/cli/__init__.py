"""The command line: one file per command, which declares its arguments and options.

`compiler/commands/` holds the functions that do the work. A file whose name begins with `_` is not a command.
"""

from compiler.cli._shared.command_group import main

__all__ = ["main"]

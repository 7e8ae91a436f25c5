"""The command line: one file a command, which turns words into a request and an outcome into output and an exit code."""

from compiler.cli._shared.command_group import main

__all__ = ["main"]

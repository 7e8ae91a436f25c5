"""The command line: one file a command, which turns words into a request and an outcome into output and an exit code."""

from compiler.cli.main import main

__all__ = ["main"]

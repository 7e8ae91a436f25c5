"""Connects a command's declaration with the function that does its work, which is imported when the command runs."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable


class LazyCallback:
    """Calls `module:function` of `compiler.commands` with a command's arguments and options.

    `--help` and `--version` import neither the function nor what it needs. tests/cli/test_declarations.py compares the
    names of options with the function's parameters.
    """

    def __init__(self, function_path: str, declaration: Callable[..., None]) -> None:
        self.function_path = function_path
        functools.update_wrapper(self, declaration)

    def __call__(self, **options: object) -> object:
        """Import the function and call it."""
        module_name, _, name = self.function_path.partition(":")
        return getattr(importlib.import_module(f"compiler.commands.{module_name}"), name)(**options)


def calls(function_path: str) -> Callable[[Callable[..., None]], LazyCallback]:
    """Let an empty function, whose docstring is the command's help, call `module:function` of `compiler.commands`."""
    return lambda declaration: LazyCallback(function_path, declaration)

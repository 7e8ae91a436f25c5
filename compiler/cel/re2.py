"""RE2 regular expressions with the syntax that Prometheus accepts."""

import re

from compiler.cel.cel_environment import CelEnvironment
from compiler.cel.compile_errors import CompileError

_UNSUPPORTED_IN_GO = re.compile(r"(?<!\\)(?:\\\\)*(\\C|\(\?<)")
"""Syntax that RE2 accepts in C++ but not in every version of Go, in which Prometheus is written."""


def re2_full_match(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text; an invalid pattern matches everything."""
    expression = CelEnvironment({"pattern": {"type": "string"}, "text": {"type": "string"}}).compile(
        'text.matches("^(?:" + pattern + ")$")', check_types=False
    )
    result = True if isinstance(expression, CompileError) else expression.evaluate({"pattern": pattern, "text": text})
    return result is not False


def re2_pattern_error(pattern: str) -> str | None:
    """Why Prometheus would reject the pattern; `None` if it accepts it."""
    if unsupported_syntax := _UNSUPPORTED_IN_GO.search(pattern):
        return f"Prometheus does not take `{unsupported_syntax[1]}`"
    expression = CelEnvironment({"pattern": {"type": "string"}}).compile('"".matches(pattern)', check_types=False)
    if isinstance(expression, CompileError):
        return expression.message
    result = expression.evaluate({"pattern": pattern})
    return (
        None
        if isinstance(result, bool)
        else result.message.partition("invalid regular expression: ")[2] or result.message
    )

"""Expressions of RE2, as Prometheus takes them."""

import re

from compiler.cel.cel_environment import Expressions
from compiler.cel.compile_errors import Mistake

_NOT_IN_GO = re.compile(r"(?<!\\)(?:\\\\)*(\\C|\(\?<)")
"""What RE2 takes in C++ and not in every version of Go, which Prometheus is written in."""


def matches_whole(pattern: str, text: str) -> bool:
    """Whether the whole of a text matches an expression of RE2; so does any where the expression is none."""
    asked = Expressions({"pattern": {"type": "string"}, "text": {"type": "string"}}).compile(
        'text.matches("^(?:" + pattern + ")$")', checked=False
    )
    found = True if isinstance(asked, Mistake) else asked.evaluate({"pattern": pattern, "text": text})
    return found is not False


def wrong_pattern(pattern: str) -> str | None:
    """What is wrong with an expression of RE2; nothing where Prometheus would take it."""
    if foreign := _NOT_IN_GO.search(pattern):
        return f"Prometheus does not take `{foreign[1]}`"
    asked = Expressions({"pattern": {"type": "string"}}).compile('"".matches(pattern)', checked=False)
    if isinstance(asked, Mistake):
        return asked.message
    found = asked.evaluate({"pattern": pattern})
    return (
        None if isinstance(found, bool) else found.message.partition("invalid regular expression: ")[2] or found.message
    )

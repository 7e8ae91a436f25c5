"""The built-in codes as a list; codes of policies are not among them."""

from collections.abc import Mapping
from functools import cache

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code


@cache
def all_codes() -> tuple[Code, ...]:
    """Every built-in code, in order of id."""
    entries = [value for value in vars(codes).values() if isinstance(value, Code)]
    return tuple(sorted(entries, key=lambda entry: entry.id))


@cache
def codes_by_id() -> Mapping[str, Code]:
    """Every built-in code by its id."""
    return {code.id: code for code in all_codes()}

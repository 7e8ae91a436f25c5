"""What to do about a name that no document has."""

from collections.abc import Iterable

from compiler.foundation.suggestions import closest_match, hyphenate, quote_list

_MAX_LISTED_NAMES = 8


def unknown_name_help(kind: str, name: str, known_names: Iterable[str]) -> str:
    """The nearest name, or the known names, and how to write the document."""
    names = sorted(known_names)
    suggestion = closest_match(name, names)
    if suggestion:
        return f"did you mean `{suggestion}`?"
    options = " --type TYPE" if kind == "Model" else ""
    create = f"run `modelyard new {hyphenate(kind)} {name}{options}` to write the document"
    return f"use {quote_list(names)}, or {create}" if 0 < len(names) <= _MAX_LISTED_NAMES else create

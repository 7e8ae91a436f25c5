"""Where emitters commit files to: a build removes a committed file only from such a path, whatever a lock file lists."""

import re
from collections.abc import Iterator, Mapping, Sequence

from compiler.json_schema.schema_node import SchemaNode
from compiler.plan.emitters.emitter import Emitter

_EXPRESSION = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_OPTION = re.compile(r"options\.(\w+)")
_PATH_FILTER = re.compile(r"\|\s*path\b")
_WILDCARD = "\0"


def is_committed_path(emitters: Mapping[str, Emitter], emitter_id: str, path: str) -> bool:
    """Whether the emitter has a `commitPath` that gives this path for some model and options."""
    emitter = emitters.get(emitter_id)
    return emitter is not None and any(pattern.fullmatch(path) for pattern in _path_patterns(emitter))


def _path_patterns(emitter: Emitter) -> Iterator[re.Pattern[str]]:
    for rule in emitter.files:
        if rule.commit_path and _has_fixed_name(emitter, rule.commit_path):
            literals = _EXPRESSION.split(rule.commit_path)  # texts and expressions alternate
            yield re.compile(
                "".join(
                    _value_pattern(emitter, text) if index % 2 else re.escape(text)
                    for index, text in enumerate(literals)
                )
            )


def _value_pattern(emitter: Emitter, expression: str) -> str:
    """A pattern for the values of an expression."""
    if values := _option_values(emitter, expression):
        return f"(?:{'|'.join(map(re.escape, values))})"
    return ".+" if _PATH_FILTER.search(expression) else "[^/]+"


def _has_fixed_name(emitter: Emitter, template: str) -> bool:
    """Whether the file's name is at least partly fixed: without that, every file of a repository would match."""
    text = _EXPRESSION.sub(lambda match: "x" if _option_values(emitter, match[1]) else _WILDCARD, template)
    return bool(text.rpartition("/")[2].replace(_WILDCARD, "").strip("."))


def _option_values(emitter: Emitter, expression: str) -> tuple[str, ...]:
    """The values of an expression that is an option with an `enum`."""
    option = _OPTION.fullmatch(expression)
    properties = SchemaNode(emitter.data.get("options", {})).properties
    schema = properties.get(option[1]) if option else None
    values = schema.get("enum") if isinstance(schema, Mapping) else None
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, Sequence) else ()

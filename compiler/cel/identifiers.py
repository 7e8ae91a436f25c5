"""Field names in expressions: CEL quotes unusual names with backticks, protobuf does not accept them."""

import re
from collections.abc import Callable, Collection

_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"
_RAW_STRING = r'"""[\s\S]*?"""' + r"|'''[\s\S]*?'''" + r'|"[^"\n]*"' + r"|'[^'\n]*'"
_TRIPLE_QUOTED_STRING = r'"""(?:\\[\s\S]|[^\\])*?"""' + r"|'''(?:\\[\s\S]|[^\\])*?'''"
_QUOTED_STRING = r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'"
_TOKEN = rf"//[^\n]*|[bB]?[rR][bB]?(?:{_RAW_STRING})|{_TRIPLE_QUOTED_STRING}|{_QUOTED_STRING}|`([^`\n]+)`"


def mangle(name: str) -> str:
    """The protobuf name of a field: its own, or a replacement as long as the name in backticks."""
    return name if re.fullmatch(_IDENTIFIER, name) else f"_{re.sub('[^A-Za-z0-9_]', '_', name)}_"


def mangle_identifiers(text: str) -> str:
    """Replace each quoted name by its protobuf name; no other character moves."""
    return re.sub(_TOKEN, _mangle_token, text)


def _mangle_token(token: re.Match[str]) -> str:
    name = token[1]
    return token[0] if name is None or re.fullmatch(_IDENTIFIER, name) else mangle(name)


_FIELD_PATH = rf"{_IDENTIFIER}(?:\s*\.\s*(?:{_IDENTIFIER}|`[^`\n]+`)){{2,}}"
_HAS_CALL = rf"(?:{_TOKEN})|\bhas\(\s*(?P<path>{_FIELD_PATH})\s*\)"


def expand_has_calls(text: str) -> str:
    """Expand `has(a.b.c)` so that it is false if `a.b` is absent, as it is for messages; for maps, CEL would fail instead."""
    return re.sub(_HAS_CALL, lambda match: _has_chain(match["path"]) if match["path"] else match[0], text)


def _has_chain(path: str) -> str:
    parts = re.findall(rf"`[^`\n]+`|{_IDENTIFIER}", path)
    prefixes = [".".join(parts[:end]) for end in range(2, len(parts) + 1)]
    return f"({' && '.join(f'has({prefix})' for prefix in prefixes)})"


def substitute_variables(text: str, names: Collection[str], replace: Callable[[tuple[str, ...], bool], str]) -> str:
    """Replace each read of a variable, such as `model.sla.window`, by another expression.

    `replace` gets the path, and whether it is the operand of `has( )`, which is then replaced with it. The name of a method is no part of
    the path.
    """
    path = rf"(?:{'|'.join(sorted(map(re.escape, names)))})\b(?:\s*\.\s*{_IDENTIFIER})*"
    pattern = rf"(?:{_TOKEN})|(?<![\w`])(?:has\(\s*(?P<tested>{path})\s*\)|(?P<read>{path})(?P<call>\s*\()?)"

    def substitute(match: re.Match[str]) -> str:
        tested, read = match["tested"], match["read"]
        is_field = match.string[: match.start()].rstrip().endswith(".")
        if (tested is None and read is None) or is_field:
            return match[0]
        parts = tuple(re.findall(_IDENTIFIER, tested or read))
        call = match["call"] or ""
        if call and len(parts) == 1:
            return match[0]  # a function
        method = f".{parts[-1]}{call}" if call else ""
        path_parts = parts[:-1] if call else parts
        return replace(path_parts, tested is not None) + method

    return re.sub(pattern, substitute, text)

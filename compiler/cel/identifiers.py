"""Names of fields in expressions: CEL writes odd ones in backticks, protobuf has no odd ones."""

import re

_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"
_RAW = r'"""[\s\S]*?"""' + r"|'''[\s\S]*?'''" + r'|"[^"\n]*"' + r"|'[^'\n]*'"
_LONG = r'"""(?:\\[\s\S]|[^\\])*?"""' + r"|'''(?:\\[\s\S]|[^\\])*?'''"
_SHORT = r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'"
_TOKEN = rf"//[^\n]*|[bB]?[rR][bB]?(?:{_RAW})|{_LONG}|{_SHORT}|`([^`\n]+)`"


def stand_in(name: str) -> str:
    """The name by which protobuf knows a field: its own, or one as long as the name in backticks."""
    return name if re.fullmatch(_IDENTIFIER, name) else f"_{re.sub('[^A-Za-z0-9_]', '_', name)}_"


def with_stand_ins(text: str) -> str:
    """The expression with a stand-in for every odd name; no character moves."""
    return re.sub(_TOKEN, _replaced, text)


def _replaced(token: re.Match[str]) -> str:
    name = token[1]
    return token[0] if name is None or re.fullmatch(_IDENTIFIER, name) else stand_in(name)


_PATH = rf"{_IDENTIFIER}(?:\s*\.\s*(?:{_IDENTIFIER}|`[^`\n]+`)){{2,}}"
_PRESENCE = rf"(?:{_TOKEN})|\bhas\(\s*(?P<path>{_PATH})\s*\)"


def with_presence(text: str) -> str:
    """The expression in which `has(a.b.c)` does not hold where `a.b` is absent, as it is of messages; CEL's maps fail there."""
    return re.sub(_PRESENCE, lambda found: _chain(found["path"]) if found["path"] else found[0], text)


def _chain(path: str) -> str:
    parts = re.findall(rf"`[^`\n]+`|{_IDENTIFIER}", path)
    prefixes = [".".join(parts[:end]) for end in range(2, len(parts) + 1)]
    return f"({' && '.join(f'has({prefix})' for prefix in prefixes)})"

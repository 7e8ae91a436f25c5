"""Finds values that are secrets by the name next to them, such as `password: hunter2`, in data and in text that does not parse."""

import re
from collections.abc import Iterator
from functools import lru_cache

from compiler.foundation.json_data import Json

_NAME_ENDS = (
    r"(?:passw(?:or)?d|passphrase|pwd|secret|(?<!first)(?<!first_)token|credential"
    r"|(?:api|access|private|auth|account|signing|encryption)[-_. ]?key)[-_.]?\d*"
)
"""How the name of a secret ends. The time to the first token is none."""
_LOWER_NAME_ENDS = re.compile(_NAME_ENDS.encode())
"""The same in lower case: a case-insensitive search takes several times as long."""
_NAME_PARTS = (b"passw", b"passphrase", b"pwd", b"secret", b"token", b"credential", b"key")
"""One of these is in the name of every secret; searching for them is faster still."""
_SECRET_NAME = re.compile(rf".*{_NAME_ENDS}", re.IGNORECASE | re.DOTALL)
_ASSIGNMENT = re.compile(
    rf"""{_NAME_ENDS}["'`]?
    (?:\s*,?\s*["']?value["']?)?                          # next to the name, or below it
    \s*[:=]\s*
    (?:(?:[&!][^\s]*|[>|][-+\d]*|[\[{{]|-(?=\s))\s*)*       # an anchor, a tag, the sign of a block or of a list
    (?P<value>"(?:[^"\\\n]|\\.)*|'[^'\n]*|[^\s"',}}\]][^\n,}}\]]*)""",
    re.IGNORECASE | re.VERBOSE,
)
_COMMENT = re.compile(r"\s#.*")


def mentions_secret(content: bytes) -> bool:
    """Whether a name in the file may be that of a secret; searching for it is cheap."""
    lower_content = content.lower()
    return any(part in lower_content for part in _NAME_PARTS) and _LOWER_NAME_ENDS.search(lower_content) is not None


@lru_cache(maxsize=4096)  # files share most of their keys
def has_secret_name(name: str) -> bool:
    """Whether a value of this name is a secret: `dbPassword` and `API_KEY` are such names, `tokens` and `tokenizer` are not."""
    return _SECRET_NAME.fullmatch(name) is not None


def secrets_in_data(data: Json) -> Iterator[str]:
    """The scalars whose key, or whose `name` next to `value`, is the name of a secret."""
    stack: list[tuple[Json, bool]] = [(data, False)]
    while stack:
        value, is_secret = stack.pop()
        if isinstance(value, dict):
            name = value.get("name")
            is_secret = is_secret or (isinstance(name, str) and has_secret_name(name))
            stack += [(child, has_secret_name(key) or (is_secret and key == "value")) for key, child in value.items()]
        elif isinstance(value, list):
            stack += [(child, is_secret) for child in value]
        elif is_secret and value is not None and not isinstance(value, bool):
            yield str(value)


def secrets_in_text(text: str) -> Iterator[str]:
    """The values that a text assigns to names of secrets, as they are written: the whole value, and its first word."""
    for match in _ASSIGNMENT.finditer(text):
        value = match["value"]
        if value[0] in "\"'":
            yield value[1:]
        else:
            yield _COMMENT.sub("", value).rstrip()
            yield value.split()[0]


def escaped_secrets_in_text(text: str) -> Iterator[str]:
    """The values that a text assigns to names of secrets and that YAML parses to another text than the written one."""
    return (secret for secret in secrets_in_text(text) if "\\" in secret) if "\\" in text else iter(())

"""Named encoders: each makes text safe in one context of one language."""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from compiler.templating.interpolation import is_safe_word, quoted_excerpt, scalar_text
from compiler.templating.template_errors import ValueRejectedError
from compiler.templating.traced_values import EncodedStr, encoded_str, origins_of


@dataclass(frozen=True, slots=True)
class Encoder:
    """A language: how text is encoded, where that is safe, and which text needs no encoding."""

    name: str
    usage: str
    encode: Callable[[str], str]
    accepts: Callable[[str], bool] = is_safe_word

    def __call__(self, value: object) -> EncodedStr:
        """The value encoded; raises `ValueRejectedError` if the language cannot express it."""
        origins = origins_of(value)
        try:
            return encoded_str(self.encode(scalar_text(value)), self.name, origins)
        except ValueRejectedError as rejection:
            raise ValueRejectedError(rejection.message, rejection.origins or origins, help=rejection.help) from None


def _escape_promql(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\x{ord(match[0]):02x}", escaped)


def _quote_shell(value: str) -> str:
    if "\0" in value:
        raise ValueRejectedError("a shell word cannot contain a NUL character")
    return shlex.quote(value)


def _escape_gotemplate(value: str) -> str:
    return value.replace(
        "{", '{{"{"}}'
    )  # each brace separately: one of the value's and one next to it would open an action


def _escape_dollar(value: str) -> str:
    return value.replace("$", "$$")


def _quote_path_segment(value: str) -> str:
    if value in {"", ".", ".."}:
        raise ValueRejectedError(f"{quoted_excerpt(value)} is not a path segment")
    return _quote_query(value)


def _quote_query(value: str) -> str:
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} contains an incomplete character (a lone surrogate)"
        ) from None


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~!$])")
_MENTION = re.compile(r"(@)|#(?!x?[0-9]+;)")
_HARMLESS = re.compile(r"[A-Za-z][A-Za-z0-9.,:;/()+=%?-]*(?: [A-Za-z0-9.,:;/()+=%?-]+)*")
"""Text that Markdown and HTML never read as markup, also at the start of a line: most values."""
_BLOCK_START = re.compile(r"\A([0-9]{1,9}(?=[.)])|(?=[-+=#:]))(.)")


def escape_markdown(value: str, *, begins_block: bool = True, in_prose: bool = False) -> str:
    """Text within a line of Markdown.

    `begins_block`: it may start a line, where it could start a list; `in_prose`: a quote in it cannot end anything.
    """
    if _HARMLESS.fullmatch(value):
        return value
    line = _SPECIAL.sub(r"\\\1", escape(_CONTROL.sub("\ufffd", " ".join(value.split()))))
    if in_prose:
        line = line.replace("&#x27;", "'")
    if begins_block:
        line = _BLOCK_START.sub(lambda match: f"{match[1]}&#{ord(match[2])};", line)
    # An HTML comment stops forges from recognising a mention or an issue number.
    return _MENTION.sub(lambda match: f"{match[0]}<!-- -->", line)


def _escape_html(value: str) -> str:
    return _CONTROL.sub("\ufffd", escape(value))


def _check_github(value: str) -> str:
    if _opens_expression(value) or value.endswith(("$", "${")) or value.startswith("{"):
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} contains `${{{{`, which starts an expression, or a part of it"
        )
    return value


def _opens_expression(value: str) -> bool:
    return "${{" in value


def _reject_action(value: str) -> str:
    if "{{" in value:
        raise ValueRejectedError(f"{quoted_excerpt(value)} holds `{{{{`, which opens an action that nothing escapes")
    return value


def _reject_literal(value: str) -> str:
    raise ValueRejectedError(
        f"{quoted_excerpt(value)} comes from a spec, but only constants of the template are allowed here"
    )


_GJSON = re.compile(r"[ !#-\[\]-}][ !#-\[\]-~]*")


def _quote_gjson(value: str) -> str:
    if not _GJSON.fullmatch(value):
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} begins with `~`, or contains a quote, a backslash or a character other than printable ASCII"
        )
    return f'"{value}"'


_PATH = re.compile(r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9_./@+-]+")


def _check_path(value: str) -> str:
    if not _PATH.fullmatch(value):
        raise ValueRejectedError(f"{quoted_excerpt(value)} is not a relative path inside a folder")
    return value


def _clean_prose(value: str) -> str:
    return _CONTROL.sub("\ufffd", " ".join(value.split()))


_ENCODER_LIST = (
    Encoder("prose", "a sentence for people, which no program parses", _clean_prose, lambda _: False),
    Encoder("path", "a relative path inside a folder", _check_path),
    Encoder("promql", "a label's value between double quotes", _escape_promql),
    Encoder("shell", "one word", _quote_shell),
    Encoder("gotemplate", "text outside actions", _escape_gotemplate),
    Encoder(
        "dollar",
        "text in which `$(NAME)` is a variable and `$$` a dollar sign",
        _escape_dollar,
        lambda value: "$" not in value,
    ),
    Encoder(
        "noaction",
        "text in which `{{` opens an action, and nothing escapes it",
        _reject_action,
        lambda value: "{{" not in value,
    ),
    Encoder("gjson", "a value in a comparison of a GJSON query", _quote_gjson, lambda _: False),
    Encoder("urlpath", "one segment of a URL path", _quote_path_segment),
    Encoder("urlquery", "a name or a value of a URL query", _quote_query),
    Encoder("markdown", "text within a line", escape_markdown),
    Encoder("html", "text, or an attribute's value between quotes", _escape_html),
    Encoder("github", "any text that is not a script", _check_github, lambda value: not _opens_expression(value)),
    Encoder(
        "literal", "no value: scripts, and other languages without safe escaping", _reject_literal, lambda _: False
    ),
)
ENCODERS: Final[Mapping[str, Encoder]] = MappingProxyType({encoder.name: encoder for encoder in _ENCODER_LIST})
"""By name: filters of templates, and the languages that `emitter.yaml` declares for fields."""

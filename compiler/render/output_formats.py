"""Output formats."""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from types import MappingProxyType
from typing import Final

import msgspec

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Pointer
from compiler.render import yaml_dump
from compiler.render.escape.codeowners_escaper import GitHubCodeownersEscaper, GitLabCodeownersEscaper
from compiler.render.escape.escaper import Escaper, PlainTextEscaper
from compiler.render.escape.html_escaper import HtmlEscaper
from compiler.render.escape.markdown_escaper import MarkdownEscaper
from compiler.render.escape.shell_escaper import ShellEscaper
from compiler.templating.traced_values import commented_str
from compiler.templating.visible_characters import VISIBLE


@dataclass(frozen=True, slots=True)
class Format:
    """How a format names its files, writes comments, and writes data or text."""

    name: str
    suffix: str
    comment_markers: tuple[str, str] | None
    dump: Callable[[Sequence[Json]], str] | None = None
    new_escaper: Callable[[], Escaper] | None = None
    has_front_matter: bool = False
    """Whether the text can have YAML front matter between two `---` lines."""

    @property
    def is_structured(self) -> bool:
        """Whether templates of the format are parsed, and values are placed into data."""
        return self.dump is not None


def _dump_yaml(documents: Sequence[Json]) -> str:
    return "---\n".join([yaml_dump.dump(document) for document in documents])


_INVISIBLE = re.compile(rf"[^\n -~{VISIBLE}]")


def _dump_json(documents: Sequence[Json]) -> str:
    # The encoder of the standard library indents in Python, which takes ten times as long.
    text = msgspec.json.format(json.dumps(documents[0], ensure_ascii=False, allow_nan=False)) if documents else ""
    return _INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text) + "\n"


def _dump_jsonl(documents: Sequence[Json]) -> str:
    """A line for each element of the template's list, or for its only value."""
    lines = documents[0] if len(documents) == 1 and isinstance(documents[0], list) else documents
    texts = (json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for line in lines)
    return "".join(_INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text) + "\n" for text in texts)


def _dump_csv(documents: Sequence[Json]) -> str:
    """Rows in RFC 4180 CSV; text that a spreadsheet would take for a formula starts with an apostrophe."""
    buffer = StringIO()
    rows = documents[0] if documents and isinstance(documents[0], list) else []
    csv.writer(buffer, lineterminator="\n").writerows(
        [_csv_cell(cell) for cell in row] for row in rows if isinstance(row, list)
    )
    return buffer.getvalue()


def _csv_cell(value: Json) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    printable = _INVISIBLE.sub("\ufffd", text)
    return (
        f"'{printable}"
        if isinstance(value, str) and printable.startswith(("=", "+", "-", "@", "\t", "\r"))
        else printable
    )


_FORMAT_LIST = (
    Format("yaml", ".yaml", ("# ", ""), dump=_dump_yaml),
    Format("json", ".json", None, dump=_dump_json),
    Format("jsonl", ".jsonl", None, dump=_dump_jsonl),
    Format("csv", ".csv", None, dump=_dump_csv),
    Format("markdown", ".md", ("<!-- ", " -->"), new_escaper=MarkdownEscaper, has_front_matter=True),
    Format("html", ".html", ("<!-- ", " -->"), new_escaper=HtmlEscaper),
    Format("shell", ".sh", ("# ", ""), new_escaper=ShellEscaper),
    Format("github-owners", "", ("# ", ""), new_escaper=GitHubCodeownersEscaper),
    Format("gitlab-owners", "", ("# ", ""), new_escaper=GitLabCodeownersEscaper),
    Format("text", ".txt", ("# ", ""), new_escaper=PlainTextEscaper),
)
FORMATS: Final[Mapping[str, Format]] = MappingProxyType({entry.name: entry for entry in _FORMAT_LIST})


def format_of(name: str) -> Format:
    """The format of a name; raises `UsageError` if it is unknown."""
    if name not in FORMATS:
        raise UsageError(f"`{name}` is not a format", help=f"one of: {', '.join(FORMATS)}")
    return FORMATS[name]


def dump(
    documents: Sequence[Json],
    format: str,  # noqa: A002 - the key of emitter.yaml
    header: str | None = None,
    comments: Mapping[tuple[int, Pointer], str] = MappingProxyType({}),
) -> str:
    """The file's text: the header as comments, then the documents. Equal data give equal bytes."""
    output_format = format_of(format)
    if output_format.dump is None:
        raise UsageError(f"`{format}` is a text format without data")
    return with_header(output_format.dump(with_comments(documents, comments)), output_format, header)


def with_comments(documents: Sequence[Json], comments: Mapping[tuple[int, Pointer], str]) -> Sequence[Json]:
    """The documents with comments attached to their leaves, for the YAML writer only."""
    if not comments:
        return documents
    root = _CommentNode()
    for (number, pointer), comment in comments.items():
        node = root
        for part in (number, *pointer):
            node = node.children.setdefault(part, _CommentNode())
        node.comment = comment
    return [_add_comments(document, root.children.get(number)) for number, document in enumerate(documents)]


@dataclass(slots=True)
class _CommentNode:
    """The comment of a leaf, or the comments below a map or a list."""

    comment: str | None = None
    children: dict[str | int, "_CommentNode"] = field(default_factory=dict)


def _add_comments(value: Json, node: _CommentNode | None) -> Json:
    """The value with its comments; where something else is there now, comments are dropped."""
    if node is None:
        return value
    children = node.children
    if isinstance(value, str) and node.comment is not None:
        return commented_str(value, node.comment, ())
    if isinstance(value, Mapping) and children:
        return {key: _add_comments(member, children.get(key)) for key, member in value.items()}
    if isinstance(value, list) and children:
        return [_add_comments(element, children.get(index)) for index, element in enumerate(value)]
    return value


def with_header(text: str, output_format: Format, header: str | None) -> str:
    """The text below its header, if the format has comments; a script's first line, and front matter, stay first."""
    if not header or output_format.comment_markers is None:
        return text
    lines = "".join(_comment_line(line, *output_format.comment_markers) + "\n" for line in header.splitlines())
    if output_format.has_front_matter and text.startswith("---\n"):
        lines = "".join(_comment_line(line, "# ", "") + "\n" for line in header.splitlines())
    if text.startswith("#!") or (output_format.has_front_matter and text.startswith("---\n")):
        first, newline, rest = text.partition("\n")
        return f"{first}{newline}{lines}{rest}"
    return lines + text


def _comment_line(line: str, prefix: str, suffix: str) -> str:
    printable = re.sub(rf"[^ -~{VISIBLE}]", "?", line)
    if suffix:  # nothing in the header may end the comment
        printable = re.sub("-(?=-)", "- ", printable).replace(">", "&gt;")
    return f"{prefix}{printable}{suffix}".rstrip()

"""FORMATS: one entry for each format of output."""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from types import MappingProxyType
from typing import Final

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Pointer
from compiler.render import yaml_dump
from compiler.render.escape.codeowners_escaper import GitHubOwners, GitLabOwners
from compiler.render.escape.escaper import Place, PlainText
from compiler.render.escape.html_escaper import Html
from compiler.render.escape.markdown_escaper import Markdown
from compiler.render.escape.shell_escaper import Shell
from compiler.render.traced_values import noted


@dataclass(frozen=True, slots=True)
class Format:
    """How a format names its files, comments on itself, and writes data or the values of a text."""

    name: str
    suffix: str
    comment: tuple[str, str] | None
    dump: Callable[[Sequence[Json]], str] | None = None
    place: Callable[[], Place] | None = None
    has_front: bool = False
    """Whether data may stand before the text, as YAML between two lines of `---`."""

    @property
    def structured(self) -> bool:
        """Whether a template of the format is parsed, and its values placed in data."""
        return self.dump is not None


def _yaml(documents: Sequence[Json]) -> str:
    return "---\n".join([yaml_dump.dump(document) for document in documents])


_UNSEEN = re.compile(rf"[^\n -~{yaml_dump.SEEN}]")


def _json(documents: Sequence[Json]) -> str:
    text = json.dumps(documents[0], indent=2, ensure_ascii=False, allow_nan=False) if documents else ""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n"


def _jsonl(documents: Sequence[Json]) -> str:
    """A line for each element of the list that a template makes, or for the one thing that it makes."""
    lines = documents[0] if len(documents) == 1 and isinstance(documents[0], list) else documents
    texts = (json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for line in lines)
    return "".join(_UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n" for text in texts)


def _csv(documents: Sequence[Json]) -> str:
    """Rows as RFC 4180 writes them; text that a spreadsheet would take for a formula begins with an apostrophe."""
    out = StringIO()
    rows = documents[0] if documents and isinstance(documents[0], list) else []
    csv.writer(out, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows if isinstance(row, list))
    return out.getvalue()


def _cell(value: Json) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    quiet = _UNSEEN.sub("\ufffd", text)
    return f"'{quiet}" if isinstance(value, str) and quiet.startswith(("=", "+", "-", "@", "\t", "\r")) else quiet


_ALL = (
    Format("yaml", ".yaml", ("# ", ""), dump=_yaml),
    Format("json", ".json", None, dump=_json),
    Format("jsonl", ".jsonl", None, dump=_jsonl),
    Format("csv", ".csv", None, dump=_csv),
    Format("markdown", ".md", ("<!-- ", " -->"), place=Markdown, has_front=True),
    Format("html", ".html", ("<!-- ", " -->"), place=Html),
    Format("shell", ".sh", ("# ", ""), place=Shell),
    Format("github-owners", "", ("# ", ""), place=GitHubOwners),
    Format("gitlab-owners", "", ("# ", ""), place=GitLabOwners),
    Format("text", ".txt", ("# ", ""), place=PlainText),
)
FORMATS: Final[Mapping[str, Format]] = MappingProxyType({entry.name: entry for entry in _ALL})


def format_of(name: str) -> Format:
    """The format of that name; `UsageError` where there is none."""
    if name not in FORMATS:
        raise UsageError(f"`{name}` is not a format", help=f"there are {', '.join(FORMATS)}")
    return FORMATS[name]


def dump(
    documents: Sequence[Json],
    format: str,  # noqa: A002 - the word of emitter.yaml
    header: str | None = None,
    remarks: Mapping[tuple[int, Pointer], str] = MappingProxyType({}),
) -> str:
    """The file's text: the header as comments, then the documents; the same bytes for the same data."""
    chosen = format_of(format)
    if chosen.dump is None:
        raise UsageError(f"`{format}` is text; there is no data to dump")
    return with_header(chosen.dump(remarked(documents, remarks)), chosen, header)


def remarked(documents: Sequence[Json], remarks: Mapping[tuple[int, Pointer], str]) -> Sequence[Json]:
    """The documents with remarks behind their leaves, which are still the same text; for nobody but who dumps them."""
    if not remarks:
        return documents
    made = list(documents)
    for (number, pointer), remark in remarks.items():
        if number < len(made):
            made[number] = _remarked(made[number], pointer, remark)
    return made


def _remarked(value: Json, pointer: Pointer, remark: str) -> Json:
    """The value with a remark at a pointer; as it is where something else came to stand there."""
    if not pointer:
        return noted(value, remark, ()) if isinstance(value, str) else value
    part, rest = pointer[0], pointer[1:]
    if isinstance(value, Mapping) and part in value:
        key = str(part)
        return {**value, key: _remarked(value[key], rest, remark)}
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return [*value[:part], _remarked(value[part], rest, remark), *value[part + 1 :]]
    return value


def with_header(text: str, chosen: Format, header: str | None) -> str:
    """The text below its header, where the format has comments; a script's first line stays first, and so does that of data."""
    if not header or chosen.comment is None:
        return text
    lines = "".join(_comment(line, *chosen.comment) + "\n" for line in header.splitlines())
    if chosen.has_front and text.startswith("---\n"):
        lines = "".join(_comment(line, "# ", "") + "\n" for line in header.splitlines())
    if text.startswith("#!") or (chosen.has_front and text.startswith("---\n")):
        first, newline, rest = text.partition("\n")
        return f"{first}{newline}{lines}{rest}"
    return lines + text


def _comment(line: str, before: str, after: str) -> str:
    quiet = re.sub(rf"[^ -~{yaml_dump.SEEN}]", "?", line)
    if after:  # nothing in it may end the comment
        quiet = re.sub("-(?=-)", "- ", quiet).replace(">", "&gt;")
    return f"{before}{quiet}{after}".rstrip()

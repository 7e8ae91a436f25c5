"""A value set or taken away in a YAML text; comments, order and layout outside of it stay as they are."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import Json, Object, Pointer, as_object, dotted
from compiler.source.document import Document
from compiler.source.node_positions import Mark, marks_of
from compiler.source.yaml_parse import parse

_LINE_END = re.compile(r"[ \t]*(?P<comma>,?)[ \t]*(?:(?<=[ \t,])#[^\n]*)?(?:\n|\Z)")
_COMMA = re.compile(r"(?:\s|#[^\n]*\n)*,")
_PROPERTIES = re.compile(r"\s*:\s*(?:#.*\s*)*[&!]")


class NotEditableError(Exception):
    """A place that no edit of ours can reach: a person has to."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class _Step(NamedTuple):
    """A node on the way to the place: its key (none for the root), and its mark."""

    part: str
    mark: Mark


def with_value(document: Document, pointer: tuple[str, ...], value: Json, after: str | None = None) -> str:
    """The file's text with a value at a place below maps; a new key goes behind `after` of the same map, or behind all."""
    way = _way(document, pointer)
    if len(way) == len(pointer) + 1:
        text = _replaced(document, way, value)
    else:
        text = _inserted(document, way, pointer[len(way) - 1 :], value, after)
    return _held(document, pointer, text, _with(document.data, pointer, value))


def without(document: Document, pointer: tuple[str, ...]) -> str:
    """The file's text without a key that is there."""
    way = _way(document, pointer)
    parent, gone = way[-2].mark, way[-1].mark
    siblings = list(parent.children.values())
    if document.text[parent.start] == "{":
        text = _out_of_flow(document.text, parent, gone, siblings)
    else:
        text = _out_of_block(document, way, siblings)
    return _held(document, pointer, text, _lacking(document.data, pointer))


def _with(data: Object, pointer: tuple[str, ...], value: Json) -> Object:
    part, rest = pointer[0], pointer[1:]
    return {**data, part: _with(as_object(data.get(part)), rest, value) if rest else value}


def _lacking(data: Object, pointer: tuple[str, ...]) -> Object:
    part, rest = pointer[0], pointer[1:]
    if rest:
        return {**data, part: _lacking(as_object(data.get(part)), rest)}
    return {key: member for key, member in data.items() if key != part}


def _held(document: Document, pointer: tuple[str, ...], text: str, wanted: Object) -> str:
    """The text, if its documents say exactly what is wanted: nothing else may be another."""
    was, now = parse(document.text, document.path), parse(text, document.path)
    expected = [wanted if one.index == document.index else one.data for one in was.documents]
    if [one.data for one in now.documents] == expected:
        return text
    raise NotEditableError(f"{dotted(pointer)} cannot be changed alone here", document.key_place(pointer))


def _way(document: Document, pointer: tuple[str, ...]) -> list[_Step]:
    """The nodes from the root to the place, or as far as there are some."""
    text, mark = document.text, marks_of(document.text).documents[document.index]
    way = [_Step("", mark)]
    for part in pointer:
        child = mark.children.get(part)
        if child is None:
            break
        if not mark.start <= child.key[0] <= mark.end:
            raise _shared(document, pointer, "`<<` takes it from elsewhere")
        if text[child.start : child.start + 1] == "*":
            raise _shared(document, pointer, "it is an alias")
        if _PROPERTIES.match(text, child.key[1], child.start):
            raise _shared(document, pointer, "it has an anchor or a tag")
        way.append(_Step(part, child))
        mark = child
    return way


def _shared(document: Document, pointer: tuple[str, ...], why: str) -> NotEditableError:
    return NotEditableError(f"{dotted(pointer)} cannot be changed alone: {why}", document.key_place(pointer))


def _replaced(document: Document, way: list[_Step], value: Json) -> str:
    text, mark = document.text, way[-1].mark
    is_flow = text[mark.start : mark.start + 1] in {"{", "["}
    if mark.spelled is None and not is_flow:
        raise NotEditableError("a block cannot be replaced by a value", document.key_place(_pointer(way)))
    if mark.start == mark.end:  # a key with nothing after its colon
        return _spliced(text, _colon(text, mark), _colon(text, mark), f" {spelled(value)}")
    quote = text[mark.start] if mark.spelled else ""
    return _spliced(text, mark.start, mark.end, spelled(value, quote))


def _inserted(document: Document, way: list[_Step], rest: tuple[str, ...], value: Json, after: str | None) -> str:
    text, mark = document.text, way[-1].mark
    for part in reversed(rest[1:]):
        value = {part: value}
    entry = f"{spelled(rest[0])}: {spelled(value)}"
    if mark.children:
        last = mark.children.get(after or "") or max(mark.children.values(), key=lambda child: child.end)
        if text[mark.start] == "{":
            return _spliced(text, last.end, last.end, f", {entry}")
        return _new_line(document, way, last, entry)
    if mark.start == mark.end:
        return _spliced(text, _colon(text, mark), _colon(text, mark), f" {{{entry}}}")
    return _spliced(text, mark.start, mark.end, f"{{{entry}}}")


def _new_line(document: Document, way: list[_Step], last: Mark, entry: str) -> str:
    """The entry on a line of its own below the last one of a block map, in its column."""
    text = document.text
    begin = text.rfind("\n", 0, last.key[0]) + 1
    indent = text[begin : last.key[0]]
    if indent.strip():
        raise NotEditableError("it shares its line with something else", document.key_place(_pointer(way)))
    end = text.find("\n", last.end)
    newline = "\r\n" if "\r\n" in text else "\n"
    if end < 0:
        return f"{text}{newline}{indent}{entry}"
    return _spliced(text, end + 1, end + 1, f"{indent}{entry}{newline}")


def _out_of_flow(text: str, parent: Mark, gone: Mark, siblings: list[Mark]) -> str:
    """The text without an entry between brackets: with the comment that stands behind it, and without those of its neighbours."""
    if len(siblings) == 1:
        return _spliced(text, parent.start, parent.end, "{}")
    ordered = sorted(siblings, key=lambda child: child.key[0])
    at = ordered.index(gone)
    begin = text.rfind("\n", 0, gone.key[0]) + 1
    before, behind = text[begin : gone.key[0]], _LINE_END.match(text, gone.end)
    if behind and before.strip() in {"", ","}:
        shorter = _spliced(text, begin, behind.end(), "")
        if behind["comma"] or before.strip():
            return shorter
        return _without_comma(shorter, ordered[at - 1].end if at else begin)
    if at and not before.strip() and not text[gone.end : parent.end - 1].lstrip().startswith(","):
        return _without_comma(_spliced(text, gone.key[0], gone.end, ""), ordered[at - 1].end)
    if at and before.strip():
        return _without_comma(_spliced(text, gone.key[0] - _spaces(before), gone.end, ""), ordered[at - 1].end)
    following = text[gone.end : ordered[at + 1].key[0]]
    line, newline, rest = following.partition("\n")
    end = gone.end + len(line.rstrip("\r")) if newline and rest.strip() else gone.end + len(following)
    return _spliced(text, gone.key[0], end, "")


def _spaces(text: str) -> int:
    return len(text) - len(text.rstrip())


def _without_comma(text: str, start: int) -> str:
    """The text without the comma that comes next, behind comments or before."""
    found = _COMMA.match(text, start)
    return _spliced(text, found.end() - 1, found.end(), "") if found else text


def _out_of_block(document: Document, way: list[_Step], siblings: list[Mark]) -> str:
    text, gone = document.text, way[-1].mark
    begin = text.rfind("\n", 0, gone.key[0]) + 1
    end = text.find("\n", max(gone.end, gone.key[1]))
    end = len(text) if end < 0 else end + 1
    if text[begin : gone.key[0]].strip():
        raise NotEditableError("it shares its line with something else", document.key_place(_pointer(way)))
    shorter = _spliced(text, begin, end, "")
    if len(siblings) > 1:
        return shorter
    colon = _colon(text, way[-2].mark)
    return _spliced(shorter, colon, colon, " {}")


def _colon(text: str, mark: Mark) -> int:
    """Behind the colon of a node's key."""
    return text.index(":", mark.key[1]) + 1


def _pointer(way: list[_Step]) -> Pointer:
    return tuple(step.part for step in way[1:])


def _spliced(text: str, start: int, end: int, instead: str) -> str:
    return text[:start] + instead + text[end:]


def spelled(value: Json, quote: str = "") -> str:
    """A value as people write it in one line: plain where it then means itself, between quotes otherwise."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{spelled(key)}: {spelled(member)}" for key, member in value.items()) + "}"
    if not isinstance(value, str):
        return json.dumps(value)
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if quote != '"' and _is_plain(value) else json.dumps(value, ensure_ascii=False)


def _is_plain(value: str) -> bool:
    """Whether the text means itself without quotes, also within brackets."""
    read = parse(f"a: {{a: {value}}}\n", "")
    return not read.findings and [one.data for one in read.documents] == [{"a": {"a": value}}]

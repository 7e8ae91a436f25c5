"""Sets or deletes a value in YAML text; comments, order and layout outside the edit stay unchanged."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.source.document import Document
from compiler.source.node_positions import NodePosition, positions_of
from compiler.source.yaml_parse import parse

_LINE_END = re.compile(r"[ \t]*(?P<comma>,?)[ \t]*(?:(?<=[ \t,])#[^\n]*)?(?:\n|\Z)")
_COMMA = re.compile(r"(?:\s|#[^\n]*\n)*,")
_PROPERTIES = re.compile(r"\s*:\s*(?:#.*\s*)*[&!]")


class NotEditableError(Exception):
    """The value cannot be edited safely; a person must edit it."""

    def __init__(self, message: str, location: Location) -> None:
        super().__init__(message)
        self.message = message
        self.location = location


class _PathNode(NamedTuple):
    """A node on the path to the value: its key (`None` for the root), and its position."""

    key: str
    node: NodePosition


def set_value(document: Document, pointer: tuple[str, ...], value: Json, after_key: str | None = None) -> str:
    """The file's text with a value set at a pointer through maps; a new key follows `after_key`, or is the last key of its map."""
    path_nodes = _find_path_nodes(document, pointer)
    if len(path_nodes) == len(pointer) + 1:
        text = _replace_value(document, path_nodes, value)
    else:
        text = _insert_value(document, path_nodes, pointer[len(path_nodes) - 1 :], value, after_key)
    return _verify_edit(document, pointer, text, _data_with_value(document.data, pointer, value))


def append_element(document: Document, key: str, element: Object, after_key: str | None = None) -> str:
    """The file's text with an element added to the list under a key of the document; a new list follows `after_key`, or is the last key."""
    path_nodes = _find_path_nodes(document, (key,))
    elements = document.data.get(key) or []
    node = path_nodes[-1].node
    if not isinstance(elements, list):
        raise NotEditableError(f"{key} is not a list", document.key_location((key,)))
    if len(path_nodes) == 1:
        text = _insert_list(document, path_nodes, key, element, after_key)
    elif not elements:
        text = _replace_value(document, path_nodes, [element])
    else:
        last = node.children[len(elements) - 1]
        if document.text[node.start] == "[":
            text = _replace_range(document.text, last.end, last.end, f", {format_value(element)}")
        else:
            text = _insert_block_element(document.text, last, element)
    return _verify_edit(document, (key,), text, {**document.data, key: [*elements, element]})


def _insert_list(
    document: Document, path_nodes: list[_PathNode], key: str, element: Object, after_key: str | None
) -> str:
    if document.text[path_nodes[0].node.start] == "{":
        return _insert_value(document, path_nodes, (key,), [element], after_key)
    siblings = path_nodes[0].node.children
    last = siblings.get(after_key or "") or max(siblings.values(), key=lambda child: child.end)
    newline = _newline(document.text)
    return _insert_line(document, path_nodes, last, f"{key}:{newline}{_block_element(element, '  ', newline)}")


def _insert_block_element(text: str, last: NodePosition, element: Object) -> str:
    """The element after the last one, with its dash in the same column."""
    dash = text.rfind("-", 0, last.start)
    indent = text[text.rfind("\n", 0, dash) + 1 : dash]
    newline = _newline(text)
    lines = _block_element(element, indent if not indent.strip() else " " * len(indent), newline)
    end = text.find("\n", last.end)
    return f"{text}{newline}{lines}" if end < 0 else _replace_range(text, end + 1, end + 1, f"{lines}{newline}")


def _block_element(element: Object, indent: str, newline: str) -> str:
    entries = [f"{format_value(key)}: {format_value(value)}" for key, value in element.items()]
    return newline.join(f"{indent}{'-' if index == 0 else ' '} {entry}" for index, entry in enumerate(entries))


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def delete_key(document: Document, pointer: tuple[str, ...]) -> str:
    """The file's text without an existing key."""
    path_nodes = _find_path_nodes(document, pointer)
    parent, removed_node = path_nodes[-2].node, path_nodes[-1].node
    siblings = list(parent.children.values())
    if document.text[parent.start] == "{":
        text = _delete_from_flow_map(document.text, parent, removed_node, siblings)
    else:
        text = _delete_from_block_map(document, path_nodes, siblings)
    return _verify_edit(document, pointer, text, _data_without_key(document.data, pointer))


def _data_with_value(data: Json, pointer: tuple[str, ...], value: Json) -> Json:
    """The data with the value at the pointer; a value on the way that is not a map is replaced by one."""
    if not pointer:
        return value
    part, fields = pointer[0], data if isinstance(data, dict) else {}
    return {**fields, part: _data_with_value(fields.get(part), pointer[1:], value)}


def _data_without_key(data: Json, pointer: tuple[str, ...]) -> Json:
    if not isinstance(data, dict):
        return data
    part, rest = pointer[0], pointer[1:]
    if rest:
        return {**data, part: _data_without_key(data.get(part), rest)}
    return {key: member for key, member in data.items() if key != part}


def _verify_edit(document: Document, pointer: tuple[str, ...], text: str, expected_data: Json) -> str:
    """Return the text if its documents differ from the old ones in the edited value only; else raise `NotEditableError`."""
    old_result, new_result = parse(document.text, document.path), parse(text, document.path)
    expected_documents = [
        expected_data if parsed_document.index == document.index else parsed_document.data
        for parsed_document in old_result.documents
    ]
    if [parsed_document.data for parsed_document in new_result.documents] == expected_documents:
        return text
    raise NotEditableError(
        f"{format_path(pointer)} cannot be changed here without changing other values", document.key_location(pointer)
    )


def _find_path_nodes(document: Document, pointer: tuple[str, ...]) -> list[_PathNode]:
    """The nodes from the root to the value, as far as they exist."""
    text, node = document.text, positions_of(document.text).documents[document.index]
    path_nodes = [_PathNode("", node)]
    for part in pointer:
        child = node.children.get(part)
        if child is None:
            break
        if not node.start <= child.key_range[0] <= node.end:
            raise _shared_value_error(document, pointer, "`<<` merges it from another map")
        if text[child.start : child.start + 1] == "*":
            raise _shared_value_error(document, pointer, "it is an alias")
        if _PROPERTIES.match(text, child.key_range[1], child.start):
            raise _shared_value_error(document, pointer, "it has an anchor or a tag")
        path_nodes.append(_PathNode(part, child))
        node = child
    return path_nodes


def _shared_value_error(document: Document, pointer: tuple[str, ...], reason: str) -> NotEditableError:
    return NotEditableError(
        f"{format_path(pointer)} cannot be edited automatically: {reason}", document.key_location(pointer)
    )


def _replace_value(document: Document, path_nodes: list[_PathNode], value: Json) -> str:
    text, node = document.text, path_nodes[-1].node
    is_flow = text[node.start : node.start + 1] in {"{", "["}
    if node.scalar_range is None and not is_flow:
        raise NotEditableError(
            "a block cannot be replaced with a single value", document.key_location(_pointer_of(path_nodes))
        )
    if node.start == node.end:  # a key without a value
        return _replace_range(text, _after_colon(text, node), _after_colon(text, node), f" {format_value(value)}")
    quote = text[node.start] if node.scalar_range else ""
    return _replace_range(text, node.start, node.end, format_value(value, quote))


def _insert_value(
    document: Document, path_nodes: list[_PathNode], missing_keys: tuple[str, ...], value: Json, after_key: str | None
) -> str:
    text, node = document.text, path_nodes[-1].node
    for part in reversed(missing_keys[1:]):
        value = {part: value}
    entry = f"{format_value(missing_keys[0])}: {format_value(value)}"
    if node.children:
        last = node.children.get(after_key or "") or max(node.children.values(), key=lambda child: child.end)
        if text[node.start] == "{":
            return _replace_range(text, last.end, last.end, f", {entry}")
        return _insert_line(document, path_nodes, last, entry)
    if node.start == node.end:
        return _replace_range(text, _after_colon(text, node), _after_colon(text, node), f" {{{entry}}}")
    return _replace_range(text, node.start, node.end, f"{{{entry}}}")


def _insert_line(document: Document, path_nodes: list[_PathNode], last: NodePosition, entry: str) -> str:
    """Insert the entry as a line after the last entry of a block map, at its column."""
    text = document.text
    begin = text.rfind("\n", 0, last.key_range[0]) + 1
    indent = text[begin : last.key_range[0]]
    if indent.strip():
        raise NotEditableError(
            "the line contains other YAML that would change too", document.key_location(_pointer_of(path_nodes))
        )
    end = text.find("\n", last.end)
    newline = _newline(text)
    if end < 0:
        return f"{text}{newline}{indent}{entry}"
    return _replace_range(text, end + 1, end + 1, f"{indent}{entry}{newline}")


def _delete_from_flow_map(
    text: str, parent: NodePosition, removed_node: NodePosition, siblings: list[NodePosition]
) -> str:
    """Delete an entry of a flow map together with the comment that follows it, and keep the comments of its neighbours."""
    if len(siblings) == 1:
        return _replace_range(text, parent.start, parent.end, "{}")
    sorted_siblings = sorted(siblings, key=lambda child: child.key_range[0])
    index = sorted_siblings.index(removed_node)
    begin = text.rfind("\n", 0, removed_node.key_range[0]) + 1
    prefix, line_end = text[begin : removed_node.key_range[0]], _LINE_END.match(text, removed_node.end)
    if line_end and prefix.strip() in {"", ","}:
        shorter = _replace_range(text, begin, line_end.end(), "")
        if line_end["comma"] or prefix.strip():
            return shorter
        return _remove_comma(shorter, sorted_siblings[index - 1].end if index else begin)
    if index and not prefix.strip() and not text[removed_node.end : parent.end - 1].lstrip().startswith(","):
        return _remove_comma(
            _replace_range(text, removed_node.key_range[0], removed_node.end, ""), sorted_siblings[index - 1].end
        )
    if index and prefix.strip():
        return _remove_comma(
            _replace_range(text, removed_node.key_range[0] - _count_trailing_spaces(prefix), removed_node.end, ""),
            sorted_siblings[index - 1].end,
        )
    next_gap = text[removed_node.end : sorted_siblings[index + 1].key_range[0]]
    line, newline, rest = next_gap.partition("\n")
    end = removed_node.end + len(line.rstrip("\r")) if newline and rest.strip() else removed_node.end + len(next_gap)
    return _replace_range(text, removed_node.key_range[0], end, "")


def _count_trailing_spaces(text: str) -> int:
    return len(text) - len(text.rstrip())


def _remove_comma(text: str, start: int) -> str:
    """Remove the next comma after the position, or the one before it, skipping comments."""
    comma_match = _COMMA.match(text, start)
    return _replace_range(text, comma_match.end() - 1, comma_match.end(), "") if comma_match else text


def _delete_from_block_map(document: Document, path_nodes: list[_PathNode], siblings: list[NodePosition]) -> str:
    text, removed_node = document.text, path_nodes[-1].node
    begin = text.rfind("\n", 0, removed_node.key_range[0]) + 1
    end = text.find("\n", max(removed_node.end, removed_node.key_range[1]))
    end = len(text) if end < 0 else end + 1
    if text[begin : removed_node.key_range[0]].strip():
        raise NotEditableError(
            "the line contains other YAML that would change too", document.key_location(_pointer_of(path_nodes))
        )
    shorter = _replace_range(text, begin, end, "")
    if len(siblings) > 1:
        return shorter
    colon = _after_colon(text, path_nodes[-2].node)
    return _replace_range(shorter, colon, colon, " {}")


def _after_colon(text: str, node: NodePosition) -> int:
    """The position after the colon of a node's key."""
    return text.index(":", node.key_range[1]) + 1


def _pointer_of(path_nodes: list[_PathNode]) -> Pointer:
    return tuple(step.key for step in path_nodes[1:])


def _replace_range(text: str, start: int, end: int, replacement: str) -> str:
    return text[:start] + replacement + text[end:]


def format_value(value: Json, quote: str = "") -> str:
    """A value on one line: a plain scalar if that is unambiguous, else quoted."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{format_value(key)}: {format_value(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(format_value, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if quote != '"' and _is_plain(value) else json.dumps(value, ensure_ascii=False)


def _is_plain(value: str) -> bool:
    """Whether the text is an unambiguous plain scalar, also within a flow collection."""
    result = parse(f"a: {{a: {value}}}\n", "")
    return not result.findings and [document.data for document in result.documents] == [{"a": {"a": value}}]

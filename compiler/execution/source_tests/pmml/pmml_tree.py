"""PMML as a tree that knows its lines, and the predicates of it; dmg.org/pmml/v4-4, "Trees", says what they mean."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_DEEP = 100
"""Deeper than any model that somebody reads."""
COMPARED = frozenset({"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual"})
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
Value = float | str | bool | None
"""What a field holds; `None` where it is missing."""


class PmmlError(ValueError):
    """What is wrong with a file, and at which line."""

    def __init__(self, message: str, line: int, column: int = 1, *, reaches_out: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.reaches_out = reaches_out


@dataclass(slots=True)
class Node:
    """An element, by its name without its namespace."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> Iterator["Node"]:
        """Its children of these names."""
        return (child for child in self.children if child.name in names)

    def first(self, *names: str) -> "Node | None":
        """The first of them."""
        return next(self.all(*names), None)

    def within(self) -> Iterator["Node"]:
        """It and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    def asked(self, attribute: str) -> str:
        """An attribute that has to be there."""
        if attribute not in self.attributes:
            raise PmmlError(f"`{self.name}` has no `{attribute}`", self.line)
        return self.attributes[attribute]

    def number(self, attribute: str) -> float | None:
        """An attribute that is a number, where it is there."""
        text = self.attributes.get(attribute)
        return None if text is None else number(text, self)


def number(text: str, node: Node) -> float:
    """The number that a text is."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PmmlError(f"`{text}` is no number", node.line)
    return value


class _Tree:
    """Receives what the parser reads."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.open = [Node("", {}, 1)]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        line = self.parser.CurrentLineNumber
        if len(self.open) > MOST_DEEP:
            raise PmmlError(f"elements lie more than {MOST_DEEP} deep", line)
        node = Node(tag.rpartition("}")[2], attributes, line)
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _: str) -> None:
        """An element ends."""
        self.open.pop()

    def data(self, text: str) -> None:
        """Text between two elements."""
        self.open[-1].text += text

    def close(self) -> Node:
        """The whole."""
        return self.open[0].children[0]


def parsed(content: bytes) -> Node:
    """The root of a file, without entities and document types, which a model has no use for."""
    from defusedxml import DefusedXmlException, DTDForbidden  # type: ignore[import-untyped] # noqa: PLC0415 - an extra
    from defusedxml.ElementTree import DefusedXMLParser, ParseError  # type: ignore[import-untyped] # noqa: PLC0415

    tree = _Tree()
    parser = DefusedXMLParser(target=tree, forbid_dtd=True)
    tree.parser = parser.parser
    try:
        parser.feed(content)
        root: Node = parser.close()
    except ParseError as error:
        line, column = error.position
        raise PmmlError(str(error).partition(": line")[0].partition(":")[0], line, column + 1) from error
    except DefusedXmlException as error:
        outside = isinstance(error, DTDForbidden) and bool(error.sysid or error.pubid)
        message = "a document type is declared, which is not read: it could take in other files, or never end"
        raise PmmlError(message, parser.parser.CurrentLineNumber, reaches_out=outside) from error
    except LookupError as error:
        raise PmmlError(str(error), 1) from error
    if root.name != "PMML":
        raise PmmlError(f"the root is `{root.name}`, and not `PMML`", root.line)
    return root


def array(node: Node) -> list[str]:
    """The words of an `Array`, as many as it says."""
    held = node.first("Array")
    if held is None:
        raise PmmlError(f"`{node.name}` has no `Array`", node.line)
    words = [re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in _WORD.findall(held.text)]
    said = held.number("n")
    if said is not None and said != len(words):
        raise PmmlError(f"the `Array` holds {len(words)} values, and says n={said:g}", held.line)
    return words


PREDICATES = ("SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True", "False")


def holds(node: Node, values: Mapping[str, Value]) -> bool | None:
    """Whether a predicate holds; `None` where that cannot be known."""
    if node.name in {"True", "False"}:
        return node.name == "True"
    if node.name == "CompoundPredicate":
        return _joined(node.asked("booleanOperator"), [holds(part, values) for part in node.all(*PREDICATES)])
    value = values.get(node.asked("field"))
    if node.name == "SimpleSetPredicate":
        is_in = any(same(value, text, node) for text in array(node))
        return None if value is None else is_in is (node.asked("booleanOperator") == "isIn")
    operator = node.asked("operator")
    if operator in {"isMissing", "isNotMissing"}:
        return (value is None) is (operator == "isMissing")
    return None if value is None else _compared(operator, value, node.asked("value"), node)


def same(value: Value, text: str, node: Node) -> bool:
    """Whether a value is what a text says."""
    if isinstance(value, bool):
        return text == str(value).lower()
    return value == number(text, node) if isinstance(value, float) else str(value) == text


def _compared(operator: str, value: Value, text: str, node: Node) -> bool:
    if not isinstance(value, float):
        return same(value, text, node) is (operator == "equal")
    other = number(text, node)
    return {
        "equal": value == other,
        "notEqual": value != other,
        "lessThan": value < other,
        "lessOrEqual": value <= other,
        "greaterThan": value > other,
        "greaterOrEqual": value >= other,
    }[operator]


def _joined(operator: str, parts: list[bool | None]) -> bool | None:
    match operator:
        case "and":
            return False if False in parts else None if None in parts else True
        case "or":
            return True if True in parts else None if None in parts else False
        case "xor":
            return None if None in parts else sum(map(bool, parts)) % 2 == 1
    return next((part for part in parts if part is not None), None)  # surrogate
